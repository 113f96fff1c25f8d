package lesson

import (
	"regexp"
	"strings"
)

// A Fence is a block between two rows of backticks.
type Fence struct {
	First, Last int      // the rows' line numbers, from 1
	Info        string   // what follows the first row's backticks
	Text        []string // the lines between
	Closed      bool     // there is a last row
}

// Language is the info string's first word: "go", "console".
func (f Fence) Language() string { return strings.TrimSpace(strings.TrimSuffix(f.Info, f.Rest())) }

// Rest is what follows that word: a file's name, or a recipe.
func (f Fence) Rest() string {
	_, rest, _ := strings.Cut(f.Info, " ")
	return strings.TrimSpace(rest)
}

// CommonMark lets no backtick stand in the info string: ```x``` is a code span.
var fenceRow = regexp.MustCompile("^(```+)([^`]*)$")

// BeginsFence reports whether a line would be the first of a fence.
func BeginsFence(line string) bool { return fenceRow.MatchString(line) }

func (l *Lesson) readFences() {
	l.Prose = make([]string, len(l.Lines))
	for i := 0; i < len(l.Lines); i++ {
		row := fenceRow.FindStringSubmatch(l.Lines[i])
		if row == nil {
			l.Prose[i] = l.Lines[i]
			continue
		}
		f := Fence{First: i + 1, Info: strings.TrimSpace(row[2])}
		for i++; i < len(l.Lines) && !closes(l.Lines[i], row[1]); i++ {
			f.Text = append(f.Text, l.Lines[i])
		}
		f.Closed = i < len(l.Lines)
		f.Last = min(i+1, len(l.Lines))
		l.Fences = append(l.Fences, f)
	}
}

// closes reports whether a line ends the fence that ticks began: at least as
// many backticks, and nothing else.
func closes(line, ticks string) bool {
	line = strings.TrimRight(line, " \t")
	return strings.HasPrefix(line, ticks) && strings.Trim(line, "`") == ""
}

// Plain is the text for a terminal: code is indented, and the rows of its
// fences are left out.
func (l *Lesson) Plain() string {
	b := new(strings.Builder)
	next := 0
	write := func(lines []string, indent string) {
		for _, line := range lines {
			if line != "" {
				b.WriteString(indent + line)
			}
			b.WriteByte('\n')
		}
	}
	for _, f := range l.Fences {
		write(l.Lines[next:f.First-1], "")
		write(f.Text, "    ")
		next = f.Last
	}
	write(l.Lines[next:], "")
	return b.String()
}
