package screen

import (
	"regexp"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Fit gives a text's lines, none wider than so many columns. A line of prose
// goes on below, indented as it was; a line of a drawing is cut, because a drawing
// that is folded is none. Control bytes, which would do something to the terminal,
// are left out, but for colours.
func Fit(text string, width int) []string {
	var lines []string
	for line := range strings.Lines(text) {
		line = clean(line)
		switch {
		case ansi.StringWidth(line) <= width:
			lines = append(lines, line)
		case isDrawing(line):
			lines = append(lines, ansi.Truncate(line, width, "…"))
		default:
			lines = append(lines, fold(line, width)...)
		}
	}
	return lines
}

// Flow joins the lines of a Markdown text's paragraphs, for Fit to break them
// where the screen ends. Indented lines, lists, tables and headings stay.
func Flow(text string) string {
	b := new(strings.Builder)
	open := false // the line before may go on
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		prose := line != "" && !strings.ContainsAny(line[:1], " \t#|>-*+")
		if open && prose {
			b.WriteString(" " + line)
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n")
		}
		b.WriteString(line)
		open = prose
	}
	return b.String() + "\n"
}

func isDrawing(line string) bool { return strings.ContainsAny(line, "│┌└├") }

// fold breaks a line between words, and only there, as long as each fits: a path
// must stay whole. What a wide gap sets off as a column stays one, if it has half
// of the screen, and as much as its words need.
func fold(line string, width int) []string {
	text := strings.TrimLeft(line, " ")
	first := line[:min(len(line)-len(text), width/3)]
	rest := strings.Repeat(" ", len(first))
	if at := column.FindStringIndex(line); at != nil {
		if left := ansi.StringWidth(line[:at[1]]); left <= width/2 && widest(line[at[1]:]) <= width-left {
			first, rest, text = line[:at[1]], strings.Repeat(" ", left), line[at[1]:]
		}
	}
	room := max(1, width-len(rest))
	var folded []string
	last := ""
	end := func() {
		folded = append(folded, first+last)
		first = rest
	}
	for _, word := range unbroken.FindAllString(text, -1) {
		if together := last + " " + word; last != "" && ansi.StringWidth(together) <= room {
			last = together
			continue
		}
		if last != "" {
			end()
		}
		pieces := strings.Split(ansi.Hardwrap(word, room, true), "\n")
		for _, last = range pieces[:len(pieces)-1] {
			end()
		}
		last = pieces[len(pieces)-1]
	}
	end()
	return folded
}

// column is what stands before the second of two columns.
var column = regexp.MustCompile(`^ *\S+(?: \S+)* {2,}`)

func widest(text string) (width int) {
	for _, word := range unbroken.FindAllString(text, -1) {
		width = max(width, ansi.StringWidth(word))
	}
	return width
}

// unbroken is a word, or the name in brackets at the end of a line.
var unbroken = regexp.MustCompile(`\[[^\[\]]*\]$|\S+`)

func clean(line string) string {
	line = strings.ReplaceAll(strings.TrimRight(line, "\r\n"), "\t", "    ")
	looks := look.FindAllString(line, -1)
	parts := look.Split(line, -1)
	b := new(strings.Builder)
	for i, part := range parts {
		b.WriteString(strings.Map(printable, part))
		if i < len(looks) {
			b.WriteString(looks[i])
		}
	}
	if len(looks) > 0 {
		b.WriteString(ansi.ResetStyle)
	}
	return b.String()
}

// look is what changes the colour of text, and no more.
var look = regexp.MustCompile(`\x1b\[[0-9;]*m`)

func printable(r rune) rune {
	if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
		return -1
	}
	return r
}
