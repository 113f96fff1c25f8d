package wire

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	span  = 48 // columns between the two lifelines
	width = 88 // columns of the whole drawing, times left out
	most  = 16 // events shown
)

// A Mark points at what went wrong.
type Mark struct {
	Event  int    // the event, as Add returned it; -1 for below the last one
	Offset int    // the byte of it, from 0, that gets a caret; -1 for none
	Words  string // what was wanted
}

// Draw gives the record as lines of text: a lifeline for the clients on the
// left, one for the server on the right, an arrow for each event. With two
// clients or more, each line names its own. Of a long record it shows the
// beginning and the end, and always the marked event, and what never arrived.
func (r *Record) Draw(mark *Mark) string {
	events, clients := r.Events(), r.Clients()
	if mark == nil {
		mark = &Mark{Event: -1, Offset: -1}
	}
	label := 0
	if len(clients) > 1 {
		for _, c := range clients {
			label = max(label, utf8.RuneCountInString(c.Name)+2)
		}
	}
	b := new(strings.Builder)
	r.head(b, clients, label)
	skipped, lost := 0, 0
	for _, e := range events {
		if e.Lost {
			lost++
		}
	}
	for i, e := range events {
		if !shown(i, len(events), mark.Event) && !(e.Lost && lost <= most) {
			skipped++
			continue
		}
		if skipped > 0 {
			fmt.Fprintf(b, "%*s  │ %s │\n", label, "", center(fmt.Sprintf("... %d more ...", skipped), span))
			skipped = 0
		}
		if i == mark.Event && mark.Offset >= 0 {
			line, column := r.row(e, label).draw(span, mark.Offset)
			b.WriteString(line + "\n" + caret(column, mark.Words, width) + "\n")
			continue
		}
		line, _ := r.row(e, label).draw(span, -1)
		b.WriteString(line + "\n")
	}
	if mark.Words != "" && (mark.Event < 0 || mark.Offset < 0) {
		fmt.Fprintf(b, "%*s  %s\n", label, "", mark.Words)
	}
	return b.String()
}

// shown tells which of n events a drawing has room for: the first, those about
// the marked one, and the last.
func shown(i, n, marked int) bool {
	const head, before, after = 2, 3, 1
	if n <= most+1 || i < head { // never a line that says "1 more"
		return true
	}
	tail := most - head
	if marked >= 0 && marked < n-tail {
		tail -= before + 1 + after
	}
	return i >= n-tail || marked >= 0 && i >= marked-before && i <= marked+after
}

// caret points at a column from below, its words kept on the screen.
func caret(column int, words string, width int) string {
	if column+2+utf8.RuneCountInString(words) <= width {
		return strings.Repeat(" ", column) + "^ " + words
	}
	if before := column - 1 - utf8.RuneCountInString(words); before >= 0 {
		return strings.Repeat(" ", before) + words + " ^"
	}
	return strings.Repeat(" ", column) + "^\n    " + words
}

func (r *Record) head(b *strings.Builder, clients []Client, label int) {
	left := fmt.Sprintf("%d clients", len(clients))
	if len(clients) == 1 {
		left = clients[0].Name + " " + clients[0].Address
	}
	right := strings.TrimSpace(r.Server + " " + r.Address)
	middle := label + 2 + span + 5 // the column of the server's lifeline
	start := max(utf8.RuneCountInString(left)+2, middle-utf8.RuneCountInString(right)/2)
	start = min(start, max(utf8.RuneCountInString(left)+2, width-utf8.RuneCountInString(right)))
	fmt.Fprintf(b, "%-*s%s\n", start, left, right)
}

// row is the event's line.
func (r *Record) row(e Event, label int) row {
	line := row{left: '│', right: '│', at: "  " + stamp(e.At)}
	if label > 0 {
		line.before = e.Client
	}
	line.before = fmt.Sprintf("%-*s  ", label, line.before)
	if e.From != "" {
		line.more = "  from " + e.From
	}
	switch e.Kind {
	case Silence:
		line.more += "  " + e.Text
		return line
	case Exit:
		line.more += "  " + e.Text
		if r.OnLeft {
			line.left = '╳'
		} else {
			line.right = '╳'
		}
		return line
	case Note:
		line.note = e.Text
		return line
	case Bytes:
		line.bytes = &excerpt{data: e.Data, size: len(e.Data)}
	default:
		line.words = string(e.Kind)
	}
	line.tip = '◀'
	if e.ToServer {
		line.tip, line.toServer = '▶', true
	}
	if e.Lost || e.Kind == Refused {
		line.tip = '╳'
	}
	return line
}

// A row is a line of a drawing, before it is known how wide that will be.
type row struct {
	before      string // left of the lifelines: the client's name
	left, right rune   // the lifelines themselves; '╳' is the end of a program
	note        string // in the middle, where there is no arrow

	tip      rune // of an arrow, or 0
	toServer bool
	words    string   // the arrow's, if they are no bytes
	bytes    *excerpt // or these

	at, more string // right of the lifelines
}

// draw gives the row's line, its lifelines so far apart, and the column in
// which byte mark stands.
func (r row) draw(span, mark int) (line string, column int) {
	left := r.before + string(r.left) + " "
	right := " " + string(r.right) + r.at + r.more
	if r.tip == 0 {
		return left + center(r.note, span) + right, 0
	}
	words, start := r.words, 0
	if r.bytes != nil {
		words, start = r.bytes.quote(mark, span-4)
	}
	shaft := strings.Repeat("─", max(1, span-utf8.RuneCountInString(words)-2))
	if r.toServer {
		return left + words + " " + shaft + string(r.tip) + right, utf8.RuneCountInString(left) + start
	}
	left += string(r.tip) + shaft + " "
	return left + words + right, utf8.RuneCountInString(left) + start
}

// Quote shows bytes as Go writes them, in at most room columns: of many bytes
// those around byte near, and how many there are.
func Quote(data []byte, near, room int) string {
	text, _ := (&excerpt{data: data, size: len(data)}).quote(near, room)
	return text
}

// An excerpt is what is known of some bytes.
type excerpt struct {
	data          []byte
	before, after bool // there are more
	size          int  // of all
}

// quote shows the excerpt in at most room columns, and tells in which of them
// byte mark of data begins.
func (x *excerpt) quote(mark, room int) (text string, column int) {
	mark = max(0, min(mark, len(x.data)))
	from, to := 0, len(x.data)
	text, column = x.show(from, to, mark)
	if utf8.RuneCountInString(text) <= room {
		return text, column
	}
	from, to = around(x.data, mark, room-4-len(x.count())) // but for quotes and ellipses
	return x.show(from, to, mark)
}

// show quotes data[from:to], and says if that is not all.
func (x *excerpt) show(from, to, mark int) (text string, column int) {
	before, after, size := "", "", ""
	if from > 0 || x.before {
		before = "…"
	}
	if to < len(x.data) || x.after {
		after = "…"
	}
	if before+after != "" {
		size = x.count()
	}
	column = utf8.RuneCountInString(`"`+before) + len(inside(x.data[from:mark]))
	return `"` + before + inside(x.data[from:to]) + after + `"` + size, column
}

func (x *excerpt) count() string { return fmt.Sprintf(" (%d bytes)", x.size) }

// around finds the bytes to show in so many columns: a third of them before
// the mark, unless there is room for more.
func around(data []byte, mark, columns int) (from, to int) {
	from, to = mark, mark
	for used := 0; ; used = len(inside(data[from:to])) {
		fits := func(i, columns int) bool {
			return i >= 0 && i < len(data) && used+len(inside(data[i:i+1])) <= columns
		}
		switch {
		case fits(from-1, columns/3):
			from--
		case fits(to, columns):
			to++
		case fits(from-1, columns):
			from--
		default:
			return from, to
		}
	}
}

// inside shows each byte as Go writes it between quotes: one that is not ASCII
// as \xff, though it may be a part of a letter, because the wire has bytes.
func inside(data []byte) string {
	b := new(strings.Builder)
	for i := range data {
		quoted := strconv.Quote(string(data[i : i+1]))
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}

func center(text string, span int) string {
	n := utf8.RuneCountInString(text)
	if n >= span {
		return text
	}
	left := (span - n) / 2
	return strings.Repeat(" ", left) + text + strings.Repeat(" ", span-n-left)
}

// stamp shows a time as "0.3 ms" or "1.20 s".
func stamp(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}
