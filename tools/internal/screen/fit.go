package screen

import (
	"regexp"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Fit gives a text's lines, none wider than so many columns. A line of prose
// goes on below, indented as it was; one of a drawing is cut, because a drawing
// that is folded is none; what a caret points out goes below its caret. Control
// bytes, which would do something to the terminal, are left out, but for colours.
func Fit(text string, width int) []string {
	var lines []string
	for line := range strings.Lines(text) {
		line = clean(line)
		switch {
		case ansi.StringWidth(line) <= width:
			lines = append(lines, line)
		case isDrawing(line):
			lines = append(lines, ansi.Truncate(line, width, "…"))
		case strings.HasPrefix(strings.TrimSpace(line), "^ "):
			before, words, _ := strings.Cut(line, "^ ")
			lines = append(lines, ansi.Truncate(before+"^", width, "…"))
			lines = append(lines, fold("      "+words, width)...)
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

// fold breaks a line between words. Wide gaps, which set columns off, close.
func fold(line string, width int) []string {
	words := strings.TrimLeft(line, " ")
	indent := strings.Repeat(" ", min(len(line)-len(words), width/3))
	words = strings.Join(strings.Fields(words), " ")
	folded := strings.Split(ansi.Wrap(words, max(1, width-len(indent)), ""), "\n")
	for i := range folded {
		folded[i] = indent + folded[i]
	}
	return folded
}

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
