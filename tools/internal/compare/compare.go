// Package compare shows how two texts differ: side by side where there is
// room, one under the other where there is not.
package compare

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"
)

// A Paint colours text. A nil Paint does not.
type Paint func(text string, change Change) string

// A Change is why a piece of text is shown.
type Change int

const (
	Same    Change = iota
	Old            // only on the left
	New            // only on the right
	Heading        // of a side or a part
)

func (p Paint) paint(text string, change Change) string {
	if p == nil {
		return text
	}
	return p(text, change)
}

// Roomy is the width from which on Show has two columns.
const Roomy = 120

// Show is the difference in so many columns; "" if there is none.
func Show(leftName, left, rightName, right string, width int, paint Paint) string {
	text := string(diff.Diff(leftName, []byte(left), rightName, []byte(right)))
	if text == "" {
		return ""
	}
	_, hunks, _ := strings.Cut(text, "\n@@ ") // without the three lines of names
	lines := strings.Split(strings.TrimSuffix("@@ "+hunks, "\n"), "\n")
	b := new(strings.Builder)
	if width >= Roomy {
		columns(b, leftName, rightName, lines, width, paint)
	} else {
		b.WriteString(paint.paint("--- "+leftName, Heading) + "\n" + paint.paint("+++ "+rightName, Heading) + "\n")
		for _, line := range lines {
			change := map[byte]Change{'-': Old, '+': New, '@': Heading}[line[0]]
			b.WriteString(paint.paint(line, change) + "\n")
		}
	}
	return b.String()
}

var hunk = regexp.MustCompile(`^@@ -(\d+),\d+ \+(\d+),\d+ @@`)

// columns sets what was removed beside what came in its place.
func columns(b *strings.Builder, leftName, rightName string, lines []string, width int, paint Paint) {
	half := (width - 3) / 2
	row := func(left string, l Change, right string, r Change) {
		lefts, rights := wrap(left, half), wrap(right, half)
		for i := range max(len(lefts), len(rights)) {
			left, right := part(lefts, i), part(rights, i)
			space := strings.Repeat(" ", half-utf8.RuneCountInString(left))
			line := paint.paint(left, l) + space + " │ " + paint.paint(right, r)
			b.WriteString(strings.TrimRight(line, " ") + "\n")
		}
	}
	row(leftName, Heading, rightName, Heading)
	var old, new []string
	flush := func() {
		for i := range max(len(old), len(new)) {
			row(part(old, i), Old, part(new, i), New)
		}
		old, new = nil, nil
	}
	for _, line := range lines {
		switch line[0] {
		case '\\': // no newline at the end of the file
			continue
		case '-':
			old = append(old, line[1:])
			continue
		case '+':
			new = append(new, line[1:])
			continue
		}
		flush()
		if match := hunk.FindStringSubmatch(line); match != nil {
			row(fmt.Sprintf("── line %s", match[1]), Heading, fmt.Sprintf("── line %s", match[2]), Heading)
		} else {
			row(line[1:], Same, line[1:], Same)
		}
	}
	flush()
}

// wrap cuts a line into pieces of at most so many columns.
func wrap(line string, columns int) []string {
	runes := []rune(strings.ReplaceAll(line, "\t", "    "))
	var pieces []string
	for len(runes) > columns {
		pieces = append(pieces, string(runes[:columns]))
		runes = runes[columns:]
	}
	return append(pieces, string(runes))
}

func part(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}
