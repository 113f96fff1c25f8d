// Package report puts a verdict, and the map of the course, into words for a
// terminal. It decides nothing.
package report

import (
	"fmt"
	"strings"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/place"
	"sockets.test/tools/internal/show"
	"sockets.test/tools/internal/tree"
)

// A Status is how far the learner is with a chapter.
type Status string

const (
	NotBegun Status = "not begun" // the skeleton, untouched
	Begun    Status = "begun"     // it fails
	Done     Status = "done"      // it passed, on exactly these bytes
	Changed  Status = "changed"   // it passed tests that have changed since
	Broken   Status = "broken"    // a file is missing, or it does not compile
)

// A Line is one chapter of the map.
type Line struct {
	Chapter *tree.Chapter
	Title   string
	Minutes int
	Status  Status
	Problem string // what is broken
	At      string // "file:line" to go on at; the skeleton's first TODO if empty
}

// Map is the course in one screen, and the next step.
func Map(lines []Line) string {
	b := new(strings.Builder)
	done, changed, begun := 0, 0, false
	width := 0
	for _, l := range lines {
		width = max(width, len(l.Chapter.Key))
		begun = begun || l.Status != NotBegun
		switch l.Status {
		case Done:
			done++
		case Changed:
			changed++
		}
	}
	next := Next(lines)
	if !begun {
		b.WriteString("Welcome to Sockets by Test. You write network programs; tests judge them from\noutside, as their clients would, and say what went wrong, to the byte.\n\n")
	}
	for i, l := range lines {
		mark := map[Status]string{NotBegun: " ", Begun: "~", Done: "✓", Changed: "↻", Broken: "!"}[l.Status]
		if i == next && l.Status != Changed {
			mark = "▶"
		}
		fmt.Fprintf(b, "%s %-*s  %s\n", mark, width, l.Chapter.Key, l.Title)
		if l.Problem != "" {
			fmt.Fprintf(b, "  %-*s  %s\n", width, "", firstLine(l.Problem))
		}
	}
	fmt.Fprintf(b, "\n%d of %d chapters done.", done, len(lines))
	if changed > 0 {
		fmt.Fprintf(b, " Of %d more (↻), the tests have changed since you\npassed them: go tool course test -changed judges them again.", changed)
	}
	if next < 0 {
		b.WriteString(" That is all there is: well done.\n")
		return b.String()
	}
	c := lines[next].Chapter
	fmt.Fprintf(b, " Next:\n\n")
	step := func(words, what string) { fmt.Fprintf(b, "  %-10s %s\n", words, what) }
	reading := fmt.Sprintf("chapters/%s/README.md", c.Key)
	if lines[next].Minutes > 0 {
		reading += fmt.Sprintf("  (%d minutes)", lines[next].Minutes)
	}
	step("read", reading)
	step("write", fmt.Sprintf("%s  (go tool course edit %d)", where(lines[next]), c.Number))
	step("be judged", fmt.Sprintf("go tool course watch %d  (once: go tool course test %[1]d)", c.Number))
	step("be helped", fmt.Sprintf("go tool course hint %d", c.Number))
	return b.String()
}

// Next is the index of the chapter to go on with, -1 if all are done. One that
// passed before its tests changed can wait.
func Next(lines []Line) int {
	next := -1
	for i, l := range lines {
		if l.Status != Done && l.Status != Changed {
			return i
		}
		if l.Status == Changed && next < 0 {
			next = i
		}
	}
	return next
}

// where is the file, and the line, to go on at.
func where(l Line) string {
	if l.At != "" {
		return l.At
	}
	files, _ := tree.Program(l.Chapter.SkeletonDir())
	return place.Next(l.Chapter, files, nil).String()
}

// natural is how wide a text is that nobody limits.
const natural = 102

// Verdict is what the learner reads of one, on a screen of so many columns and
// rows. 0 is no limit.
func Verdict(c *tree.Chapter, title string, v *judge.Verdict, columns, rows int) string {
	b := new(strings.Builder)
	if v.Build != "" {
		// The compiler's lines are not indented: editors find them by their start.
		fmt.Fprintf(b, "✗ %s does not compile:\n\n%s", v.Chapter, v.Build)
		return b.String()
	}
	first := v.First()
	if first == nil {
		b.WriteString(Passed(v))
		fmt.Fprintf(b, "  %s.\n", strings.TrimSuffix(title, "."))
		if v.Unraced != "" {
			fmt.Fprintf(b, "  not looked for data races: %s\n", firstLine(v.Unraced))
		}
		for _, t := range v.Tests {
			if t.Outcome == judge.Skip {
				fmt.Fprintf(b, "  skipped: %s\n", t.Name)
			}
		}
		return b.String()
	}
	passed := 0
	for _, t := range v.Tests {
		if t.Outcome == judge.Pass {
			passed++
		}
	}
	last := ""
	switch {
	case v.Raced > 0:
		last = fmt.Sprintf("\nAll %d tests had passed; this showed when the program was built again, with -race.\n", v.Raced)
	case rows > 0 && rows < enough:
	case passed == 1:
		last = "\nOne test passed before it.\n"
	case passed > 1:
		last = fmt.Sprintf("\n%d tests passed before it.\n", passed)
	}
	fmt.Fprintf(b, "✗ %s: %s\n\n", v.Chapter, Claim(first.Name))
	if rows > 0 {
		rows = max(1, rows-2-strings.Count(last, "\n"))
	}
	return b.String() + failed(c, first, columns, rows) + last
}

// enough is how many rows a verdict must have to say how many tests passed.
const enough = 24

// failed is what is told of a test that failed, indented.
func failed(c *tree.Chapter, t *judge.Test, columns, rows int) string {
	if columns == 0 {
		columns = natural
	}
	return indent(strings.TrimRight(Text(c, t, columns-2, rows), "\n") + "\n")
}

// Text is what is told of a test: what was observed, or, where it failed in
// another way, what it said itself. What a transcript says is needed in any case:
// it has the line.
func Text(c *tree.Chapter, t *judge.Test, columns, rows int) string {
	switch {
	case t.Failure == nil:
		return t.Text
	case t.Failure.File == "" && t.Text != "":
		return show.Failure(c, t.Failure, t.Diagnosis, columns, rows) + "\n" + t.Text
	}
	return show.Failure(c, t.Failure, t.Diagnosis, columns, rows)
}

// Passed is the first line that the learner reads of a program that passes.
func Passed(v *judge.Verdict) string {
	return fmt.Sprintf("✓ %s passes: %d tests in %d ms.\n", v.Chapter, len(v.Tests), v.Took.Milliseconds())
}

// Claim is a test's name as a sentence: "TestAnswer/a_client_may_ask_again" is
// "a client may ask again".
func Claim(name string) string {
	if _, fact, ok := strings.Cut(name, "/"); ok {
		name = fact
	}
	return strings.ReplaceAll(name, "_", " ")
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

func indent(text string) string {
	b := new(strings.Builder)
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			b.WriteString("\n")
		} else {
			b.WriteString("  " + line)
		}
	}
	return b.String()
}

// Trace is what is to be said of a transcript, below its picture, on a screen of
// so many columns. 0 is no limit.
func Trace(c *tree.Chapter, v *judge.Verdict, columns int) string {
	first := v.First()
	switch {
	case v.Build != "":
		return Verdict(c, "", v, columns, 0)
	case first != nil:
		return fmt.Sprintf("\n✗ %s: %s\n\n%s", v.Chapter, Claim(first.Name), failed(c, first, columns, 0))
	case len(v.Tests) > 0 && v.Tests[0].Outcome == judge.Skip:
		return fmt.Sprintf("skipped: %s\n", strings.TrimSpace(v.Tests[0].Text))
	}
	return ""
}
