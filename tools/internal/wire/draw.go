package wire

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	span   = 48 // columns between the two lifelines, where there is room
	least  = 24 // fewer than these, and nothing can be read
	widest = 88 // columns of the head, and of a caret's line
	brief  = 6  // columns that a client's name gets where there is no room for more
)

// Draw gives the conversation as lines of text, for a screen of so many columns,
// or, if that is 0, as wide as it needs: a lifeline for the clients on the left,
// one for the server on the right, an arrow for each event. With two clients or
// more, each line names its own. Of a long conversation it shows as much as
// Shorten keeps of a Screenful.
//
// On a narrow screen the arrows are shorter, and then fewer bytes are shown, and
// how many there are; then the times and long names go. Where nothing can be
// drawn, it says so.
func (c Conversation) Draw(mark *Mark, columns int) string {
	if mark == nil {
		mark = &Mark{Event: -1, Offset: -1}
	}
	short, at := c.Shorten(*mark, Screenful)
	for _, how := range []layout{{times: true}, {}, {label: brief}} {
		d := short.drawing(at, how)
		if room := d.room(columns); room >= least {
			return d.draw(room, columns)
		}
	}
	return strings.Join(wrap("(The conversation needs a wider screen to be drawn.)", columns), "\n") + "\n"
}

// A layout is what a drawing has room for.
type layout struct {
	times bool
	label int // columns of a client's name; 0 for as many as it has
}

// A drawing is a conversation before it is known how far its lifelines are
// apart.
type drawing struct {
	left, right string // the head
	label       int    // columns before the left lifeline
	rows        []row
	mark        Mark
}

func (c Conversation) drawing(mark Mark, how layout) drawing {
	d := drawing{left: fmt.Sprintf("%d clients", len(c.Clients)), right: c.called(), mark: mark}
	if len(c.Clients) == 1 {
		d.left = strings.TrimSpace(c.Clients[0].Name + " " + c.Clients[0].Address)
	}
	if len(c.Clients) > 1 {
		for _, client := range c.Clients {
			d.label = max(d.label, utf8.RuneCountInString(client.Name)+2)
		}
	}
	if how.label > 0 {
		d.label = min(d.label, how.label+2)
	}
	for _, e := range c.Events {
		r := c.row(e, d.label)
		if !how.times {
			r.at = ""
		}
		d.rows = append(d.rows, r)
	}
	return d
}

// room is how far apart the lifelines can be.
func (d drawing) room(columns int) int {
	room := span
	for _, r := range d.rows {
		if columns > 0 {
			room = min(room, columns-r.around())
		}
	}
	return room
}

func (d drawing) draw(room, columns int) string {
	narrow := widest
	if columns > 0 {
		narrow = min(widest, columns)
	}
	lines := d.head(room, narrow)
	for i, r := range d.rows {
		if i != d.mark.Event || d.mark.Offset < 0 {
			line, _ := r.draw(room, -1)
			lines = append(lines, r.fit(line, room, columns)...)
			continue
		}
		line, column := r.draw(room, d.mark.Offset)
		lines = append(lines, r.fit(line, room, columns)...)
		lines = append(lines, caret(column, d.mark.Words, narrow)...)
	}
	if d.mark.Words != "" && (d.mark.Event < 0 || d.mark.Offset < 0) {
		indent := strings.Repeat(" ", d.label+2)
		for _, line := range wrap(d.mark.Words, narrow-len(indent)) {
			lines = append(lines, indent+line)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// head puts the two names beside each other, the server's about its lifeline, or
// one below the other.
func (d drawing) head(room, columns int) []string {
	left, right := utf8.RuneCountInString(d.left), utf8.RuneCountInString(d.right)
	lifeline := d.label + 2 + room + 5
	start := max(left+2, min(lifeline-right/2, columns-right))
	if start+right <= columns {
		return []string{fmt.Sprintf("%-*s%s", start, d.left, d.right)}
	}
	return []string{d.left, strings.Repeat(" ", max(0, columns-right)) + d.right}
}

// caret points at a column from below, its words kept on the screen.
func caret(column int, words string, columns int) []string {
	n := utf8.RuneCountInString(words)
	if words == "" || column+2+n <= columns {
		return []string{strings.TrimRight(strings.Repeat(" ", column)+"^ "+words, " ")}
	}
	if before := column - 1 - n; before >= 0 {
		return []string{strings.Repeat(" ", before) + words + " ^"}
	}
	lines := []string{strings.Repeat(" ", column) + "^"}
	indent := strings.Repeat(" ", max(0, min(4, columns-n)))
	for _, line := range wrap(words, columns-len(indent)) {
		lines = append(lines, indent+line)
	}
	return lines
}

// wrap breaks a text that is too long between words, or else anywhere. 0 is no
// limit.
func wrap(text string, columns int) (lines []string) {
	runes := []rune(text)
	for columns > 0 && len(runes) > columns {
		at := columns
		for i := columns; i > columns/2; i-- {
			if runes[i] == ' ' {
				at = i
				break
			}
		}
		lines = append(lines, strings.TrimRight(string(runes[:at]), " "))
		runes = runes[at:]
		if runes[0] == ' ' {
			runes = runes[1:]
		}
	}
	return append(lines, string(runes))
}

// row is the event's line.
func (c Conversation) row(e Event, label int) row {
	line := row{left: '│', right: '│', at: "  " + stamp(e.At)}
	if label > 0 {
		line.before = cut(e.Client, label-2)
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
		if c.OnLeft {
			line.left = '╳'
		} else {
			line.right = '╳'
		}
		return line
	case Note:
		line.note = e.Text
		return line
	case Omitted:
		line.note, line.at = fmt.Sprintf("... %d more ...", e.Count), ""
		return line
	case Bytes:
		line.bytes = &Excerpt{Data: e.Data, Before: e.Before, After: e.After}
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
	bytes    *Excerpt // or these

	at, more string // right of the lifelines
}

// draw gives the row's line, its lifelines so far apart, and the column in
// which byte mark of what was moved stands.
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

// around is how many columns a row needs beside those between its lifelines.
func (r row) around() int {
	return utf8.RuneCountInString(r.before) + len("| ") + len(" |") + utf8.RuneCountInString(r.at)
}

// fit is the row's line. What stands to the right of the time, if there is no
// room for it there, goes between the lifelines: to those of a row that has
// nothing there, or to rows below.
func (r row) fit(line string, room, columns int) []string {
	if r.tip == 0 && utf8.RuneCountInString(r.note) > room {
		return r.between(strings.Fields(r.note), room)
	}
	if r.more == "" || columns == 0 || utf8.RuneCountInString(line) <= columns {
		return []string{line}
	}
	more := strings.Fields(r.more)
	r.more = ""
	if r.tip == 0 && r.note == "" {
		return r.between(more, room)
	}
	line, _ = r.draw(room, 0)
	return append([]string{line}, r.below().between(more, room)...)
}

// below is an empty row.
func (r row) below() row {
	return row{before: strings.Repeat(" ", utf8.RuneCountInString(r.before)), left: '│', right: '│'}
}

// between puts words between the lifelines, in as many rows as they take. The
// first of those is the row itself.
func (r row) between(words []string, room int) (lines []string) {
	for len(words) > 0 {
		text := cut(words[0], room)
		for words = words[1:]; len(words) > 0 && utf8.RuneCountInString(text+" "+words[0]) <= room; words = words[1:] {
			text += " " + words[0]
		}
		r.note = text
		line, _ := r.draw(room, 0)
		lines = append(lines, line)
		r = r.below()
	}
	return lines
}

func cut(word string, room int) string {
	if runes := []rune(word); len(runes) > room {
		return string(runes[:room-1]) + "…"
	}
	return word
}

// An Excerpt is what is known of some bytes.
type Excerpt struct {
	Data          []byte
	Before, After int // so many more there are
}

// Quote shows the excerpt as Go writes bytes, in at most room columns: of many
// bytes those around byte near, counted from the first of all, and how many there
// are.
func (x *Excerpt) Quote(near, room int) string {
	text, _ := x.quote(near, room)
	return text
}

// quote shows the excerpt in at most room columns, and tells in which of them
// byte mark begins, counted from the first of all.
func (x *Excerpt) quote(mark, room int) (text string, column int) {
	mark = max(0, min(mark-x.Before, len(x.Data)))
	from, to := 0, len(x.Data)
	text, column = x.show(from, to, mark)
	if utf8.RuneCountInString(text) <= room {
		return text, column
	}
	from, to = around(x.Data, mark, room-4-len(x.count())) // but for quotes and ellipses
	return x.show(from, to, mark)
}

// show quotes data[from:to], and says if that is not all.
func (x *Excerpt) show(from, to, mark int) (text string, column int) {
	before, after, size := "", "", ""
	if from > 0 || x.Before > 0 {
		before = "…"
	}
	if to < len(x.Data) || x.After > 0 {
		after = "…"
	}
	if before+after != "" {
		size = x.count()
	}
	column = utf8.RuneCountInString(`"`+before) + len(inside(x.Data[from:mark]))
	return `"` + before + inside(x.Data[from:to]) + after + `"` + size, column
}

func (x *Excerpt) count() string {
	return fmt.Sprintf(" (%d bytes)", x.Before+len(x.Data)+x.After)
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
