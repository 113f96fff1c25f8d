package wire

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// least is the fewest columns between two lifelines in which anything can be
// read.
const least = 24

// Narrow draws the drawings in a text again, for a screen of so many columns,
// if that is too narrow for them: with shorter arrows, then with fewer bytes,
// whose number is told. Other lines stay as they are, and so does a drawing that
// fits. Instead of one that cannot fit, it says so.
//
// It reads what Draw wrote, because a verdict is kept as text, and read again
// in another terminal.
func Narrow(text string, columns int) string {
	lines := strings.Split(text, "\n")
	var out []string
	for i := 0; i < len(lines); i++ {
		d, n := parse(lines[i:])
		if n == 0 {
			out = append(out, lines[i])
			continue
		}
		if d.widest > columns {
			out = append(out, d.draw(columns)...)
		} else {
			out = append(out, lines[i:i+n]...)
		}
		i += n - 1
	}
	return strings.Join(out, "\n")
}

// A drawing is one that was read.
type drawing struct {
	left, right string // the head; without it both are empty
	rows        []pointed
	widest      int
}

// A pointed row may have a caret below.
type pointed struct {
	row
	caret  bool
	offset int // the byte
	words  string
}

// parse reads the drawing that begins with the first line, if one does, and
// tells how many lines it has.
func parse(lines []string) (d drawing, n int) {
	_, headless := readRow(lines[0])
	if head := heading.FindStringSubmatch(lines[0]); head != nil && !headless && len(lines) > 1 {
		if _, ok := readRow(lines[1]); ok {
			d.left, d.right = head[1], head[2]
			n = 1
		}
	}
	for ; n < len(lines); n++ {
		if r, ok := readRow(lines[n]); ok {
			d.rows = append(d.rows, pointed{row: r})
		} else if len(d.rows) == 0 || !d.point(lines[n]) {
			break
		}
	}
	for _, line := range lines[:n] {
		d.widest = max(d.widest, utf8.RuneCountInString(line))
	}
	return d, n
}

var (
	heading   = regexp.MustCompile(`^( *\S.*?)  +(\S.*)$`)
	eventLine = regexp.MustCompile(`^( *(?:\S.*?)? {2})([│╳]) (.*) ([│╳])(?:(  \d+\.\d+ m?s)(  .*)?)?$`)
	toRight   = regexp.MustCompile(`^(.*) ─+([▶╳])$`)
	toLeft    = regexp.MustCompile(`^([◀╳])─+ (.*)$`)
	quotation = regexp.MustCompile(`^"(…?)(.*?)(…?)"(?: \((\d+) bytes\))?$`)
	rightOf   = regexp.MustCompile(`^ *\^(?: (.*))?$`)
	leftOf    = regexp.MustCompile(`^ *(\S.*) \^$`)
)

// readRow reads a line that draw wrote, with span columns between the lifelines.
func readRow(line string) (r row, ok bool) {
	m := eventLine.FindStringSubmatch(line)
	if m == nil || utf8.RuneCountInString(m[3]) != span {
		return row{}, false
	}
	r = row{before: m[1], at: m[5], more: m[6]}
	r.left, _ = utf8.DecodeRuneInString(m[2])
	r.right, _ = utf8.DecodeRuneInString(m[4])
	arrow, words := "", ""
	if a := toRight.FindStringSubmatch(m[3]); a != nil {
		words, arrow, r.toServer = a[1], a[2], true
	} else if a := toLeft.FindStringSubmatch(m[3]); a != nil {
		arrow, words = a[1], a[2]
	} else {
		r.note = strings.TrimSpace(m[3])
		return r, true
	}
	r.tip, _ = utf8.DecodeRuneInString(arrow)
	if r.bytes = readBytes(words); r.bytes == nil {
		r.words = words
	}
	return r, true
}

// readBytes reads what quote wrote; nil if it did not.
func readBytes(words string) *excerpt {
	m := quotation.FindStringSubmatch(words)
	if m == nil {
		return nil
	}
	data, err := strconv.Unquote(`"` + m[2] + `"`)
	if err != nil {
		return nil
	}
	x := &excerpt{data: []byte(data), before: m[1] != "", after: m[3] != "", size: len(data)}
	if m[4] != "" {
		x.size, _ = strconv.Atoi(m[4])
	}
	return x
}

// point takes a line that has a caret below the row before it.
func (d *drawing) point(line string) bool {
	last := &d.rows[len(d.rows)-1]
	if last.bytes == nil || last.caret {
		return false
	}
	words := ""
	if m := rightOf.FindStringSubmatch(line); m != nil {
		words = m[1]
	} else if m := leftOf.FindStringSubmatch(line); m != nil {
		words = m[1]
	} else {
		return false
	}
	at, _, _ := strings.Cut(line, "^")
	if strings.HasSuffix(line, "^") {
		at = line[:len(line)-1]
	}
	for offset := range len(last.bytes.data) + 1 {
		if _, column := last.row.draw(span, offset); column == utf8.RuneCountInString(at) {
			last.caret, last.offset, last.words = true, offset, words
			return true
		}
	}
	return false
}

// draw gives lines of at most so many columns.
func (d *drawing) draw(columns int) []string {
	needed, room := 0, columns
	for _, r := range d.rows {
		room = min(room, columns-r.around())
		needed = max(needed, least+r.around())
	}
	if indent := d.indent(); room < least && room+indent >= least {
		d.outdent(indent)
		room += indent
	} else if room < least {
		return []string{fmt.Sprintf("(The conversation needs %d columns to be drawn; here are %d.)", needed-indent, columns)}
	}
	room = min(room, span)
	lines := d.head(room, columns)
	for _, r := range d.rows {
		line, column := r.row.draw(room, r.offset)
		lines = append(lines, r.fit(line, room, columns)...)
		if r.caret {
			below := strings.TrimRight(caret(column, r.words, columns), " ")
			lines = append(lines, strings.Split(below, "\n")...)
		}
	}
	return lines
}

// around is how many columns a row needs beside those between its lifelines.
func (r row) around() int {
	return utf8.RuneCountInString(r.before) + len("| ") + len(" |") + len(r.at)
}

// fit is the row's line. What stands to the right of the time, if there is no
// room for it there, goes between the lifelines: to those of a row that has
// nothing there, or to rows below.
func (r row) fit(line string, room, columns int) []string {
	if r.tip == 0 && utf8.RuneCountInString(r.note) > room {
		return r.between(strings.Fields(r.note), room)
	}
	if r.more == "" || utf8.RuneCountInString(line) <= columns {
		return []string{line}
	}
	more := strings.Fields(r.more)
	r.more = ""
	if r.tip == 0 && r.note == "" {
		return r.between(more, room)
	}
	line, _ = r.draw(room, 0)
	below := row{before: strings.Repeat(" ", utf8.RuneCountInString(r.before)), left: '│', right: '│'}
	return append([]string{line}, below.between(more, room)...)
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
		r = row{before: strings.Repeat(" ", utf8.RuneCountInString(r.before)), left: '│', right: '│'}
	}
	return lines
}

func cut(word string, room int) string {
	if runes := []rune(word); len(runes) > room {
		return string(runes[:room-1]) + "…"
	}
	return word
}

// head puts the two names beside each other, or one below the other.
func (d *drawing) head(room, columns int) []string {
	if d.left == "" {
		return nil
	}
	left, right := utf8.RuneCountInString(d.left), utf8.RuneCountInString(d.right)
	lifeline := utf8.RuneCountInString(d.rows[0].before) + len("| ") + room + 1
	start := max(0, min(lifeline-right/2, columns-right))
	if start < left+2 && left+2+right <= columns {
		start = left + 2
	}
	if start >= left+2 {
		return []string{fmt.Sprintf("%-*s%s", start, d.left, d.right)}
	}
	return []string{d.left, strings.Repeat(" ", start) + d.right}
}

// indent is by how much all of the drawing is indented.
func (d *drawing) indent() int {
	indent := len(d.rows[0].before) - len("  ")
	for _, r := range d.rows {
		if name := strings.TrimLeft(r.before, " "); name != "" {
			indent = min(indent, len(r.before)-len(name))
		}
	}
	if d.left != "" {
		indent = min(indent, len(d.left)-len(strings.TrimLeft(d.left, " ")))
	}
	return max(0, indent)
}

func (d *drawing) outdent(indent int) {
	if d.left != "" {
		d.left = d.left[indent:]
	}
	for i := range d.rows {
		d.rows[i].before = d.rows[i].before[indent:]
	}
}
