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
// beginning and the end, and always the marked event.
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
	skipped := 0
	for i, e := range events {
		if !shown(i, len(events), mark.Event) {
			skipped++
			continue
		}
		if skipped > 0 {
			fmt.Fprintf(b, "%*s  │ %s │\n", label, "", center(fmt.Sprintf("... %d more ...", skipped)))
			skipped = 0
		}
		if i == mark.Event && mark.Offset >= 0 {
			line, column := r.draw(e, label, mark.Offset)
			b.WriteString(line + "\n" + caret(column, mark.Words) + "\n")
			continue
		}
		line, _ := r.draw(e, label, -1)
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
func caret(column int, words string) string {
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

// draw gives the event's line, and the column in which byte mark stands.
func (r *Record) draw(e Event, label, mark int) (line string, column int) {
	name := ""
	if label > 0 {
		name = e.Client
	}
	left := fmt.Sprintf("%-*s  │ ", label, name)
	right := "  " + stamp(e.At)
	if e.From != "" {
		right += "  from " + e.From
	}
	words, start := string(e.Kind), 0
	switch e.Kind {
	case Silence:
		return left + strings.Repeat(" ", span) + " │" + right + "  " + e.Text, 0
	case Exit:
		if r.OnLeft {
			return strings.TrimSuffix(left, "│ ") + "╳ " + strings.Repeat(" ", span) + " │" + right + "  " + e.Text, 0
		}
		return left + strings.Repeat(" ", span) + " ╳" + right + "  " + e.Text, 0
	case Note:
		return left + center(e.Text) + " │" + right, 0
	case Bytes:
		words, start = quote(e.Data, mark, span-4)
	}
	shaft := strings.Repeat("─", max(1, span-utf8.RuneCountInString(words)-2))
	if e.ToServer {
		end := "▶"
		if e.Kind == Refused || e.Lost {
			end = "╳"
		}
		return left + words + " " + shaft + end + " │" + right, utf8.RuneCountInString(left) + start
	}
	column = utf8.RuneCountInString(left+"◀"+shaft+" ") + start
	end := "◀"
	if e.Lost {
		end = "╳"
	}
	return left + end + shaft + " " + words + " │" + right, column
}

// Quote shows bytes as Go writes them, in at most room columns: of many bytes
// those around byte near, and how many there are.
func Quote(data []byte, near, room int) string {
	text, _ := quote(data, near, room)
	return text
}

// quote also tells in which column of the text byte mark begins.
func quote(data []byte, mark, room int) (text string, column int) {
	mark = max(0, min(mark, len(data)))
	from, to, size := 0, len(data), ""
	if len(inside(data))+2 > room {
		size = fmt.Sprintf(" (%d bytes)", len(data))
		from, to = around(data, mark, room-4-len(size)) // but for quotes and ellipses
	}
	before, after := "", ""
	if from > 0 {
		before = "…"
	}
	if to < len(data) {
		after = "…"
	}
	column = utf8.RuneCountInString(`"`+before) + len(inside(data[from:mark]))
	return `"` + before + inside(data[from:to]) + after + `"` + size, column
}

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

func center(text string) string {
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
