package wire

// A Mark points at what went wrong in a conversation.
type Mark struct {
	Event  int    `json:"event"`           // the event, from 0; -1 for below the last one
	Offset int    `json:"offset"`          // the byte that was moved by it, from 0, that gets a caret; -1 for none
	Words  string `json:"words,omitempty"` // what was wanted
}

// Screenful is how many events a drawing shows.
const Screenful = 16

// What Brief keeps of a conversation. It is more than a screen shows, so that
// whoever gets it can draw as if nothing had been left out.
const (
	briefEvents = 32
	briefBytes  = 192  // of one event
	markedBytes = 4096 // of the marked one
)

// Brief is a copy that is small enough to be handed over, some 30 kilobytes as
// JSON at most, and the mark in it. Of a long conversation it keeps the events
// that Shorten keeps; of long data, what surrounds the marked byte, or else the
// beginning. A drawing of it is the same as one of the whole.
func (c Conversation) Brief(mark Mark) (Conversation, Mark) {
	c, mark = c.Shorten(mark, briefEvents)
	for i := range c.Events {
		if i == mark.Event {
			c.Events[i].excerpt(mark.Offset, markedBytes)
		} else {
			c.Events[i].excerpt(0, briefBytes)
		}
	}
	return c, mark
}

// excerpt keeps so many bytes of an event's data, around byte near.
func (e *Event) excerpt(near, most int) {
	if len(e.Data) <= most {
		return
	}
	near = max(0, min(near-e.Before, len(e.Data)))
	from := max(0, min(near-most/2, len(e.Data)-most))
	e.Before += from
	e.After += len(e.Data) - from - most
	e.Data = append([]byte(nil), e.Data[from:from+most]...)
}

// Shorten is a copy with at most some events, and the mark in it: the first,
// those about the marked one, the last, and in any case the marked one. What
// never arrived stays, too, unless there is much of that. An event that is
// Omitted says how many are missing in its place.
func (c Conversation) Shorten(mark Mark, most int) (Conversation, Mark) {
	at, all := c.places()
	marked := -1
	if mark.Event >= 0 && mark.Event < len(at) {
		marked = at[mark.Event]
	}
	keep := make([]bool, len(c.Events))
	few := c.lost() <= most
	for i, e := range c.Events {
		keep[i] = e.Kind != Omitted && (shown(at[i], all, marked, most) || e.Lost && few)
	}
	for i := range keep { // never a line that says "1 more"
		alone := c.Events[i].Kind != Omitted && (i == 0 || keep[i-1]) && (i == len(keep)-1 || keep[i+1])
		keep[i] = keep[i] || alone
	}

	short := c
	short.Events = nil
	follows := mark.Event
	var gap Event
	for i, e := range c.Events {
		if !keep[i] {
			gap = gap.with(e)
			continue
		}
		if gap.Count > 0 {
			short.Events = append(short.Events, gap)
			gap = Event{}
		}
		if i == mark.Event {
			follows = len(short.Events)
		}
		short.Events = append(short.Events, e)
	}
	if gap.Count > 0 {
		short.Events = append(short.Events, gap)
	}
	mark.Event = follows
	return short, mark
}

// with adds an event to those that are left out.
func (gap Event) with(e Event) Event {
	if gap.Count == 0 {
		gap = Event{At: e.At, Kind: Omitted}
	}
	gap.Count += e.events()
	gap.Lost = gap.Lost || e.Lost
	return gap
}

// events is how many an event stands for.
func (e Event) events() int {
	if e.Kind == Omitted {
		return e.Count
	}
	return 1
}

// places gives each event's place among all that happened, and their number.
func (c Conversation) places() (at []int, all int) {
	for _, e := range c.Events {
		at = append(at, all)
		all += e.events()
	}
	return at, all
}

// lost is how many events never arrived, as far as that can be known.
func (c Conversation) lost() (n int) {
	for _, e := range c.Events {
		if e.Lost {
			n += e.events()
		}
	}
	return n
}

// shown reports whether there is room for event i of n: for the first, for those
// about the marked one, and for the last.
func shown(i, n, marked, most int) bool {
	head, before, after := 2, 3, 1
	if most < 10 {
		head, before, after = min(1, most/3), min(1, most/4), 0
	}
	if n <= most+1 || i < head {
		return true
	}
	tail := max(0, most-head)
	if marked >= 0 && marked < n-tail {
		tail = max(0, tail-(before+1+after))
	}
	return i >= n-tail || marked >= 0 && i >= marked-before && i <= marked+after
}
