package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"sockets.test/tools/internal/progress"
	"sockets.test/tools/internal/tree"
)

// success is what there is to see once a chapter passes, below its claim: the
// conversation of the learner's own program, what the reference does
// differently, and the way on. What cannot be had is left out: the chapter has
// passed all the same.
func (d *desk) success(ctx context.Context, c *tree.Chapter) view {
	b := new(strings.Builder)
	picture := always("")
	if script, err := transcript(c, nil); err == nil {
		traced, v, err := d.replay(ctx, c, script, false)
		if err == nil && v.Passed && traced != nil && len(traced.Events) > 0 {
			picture = func(columns, _ int) string { return "\nYour program's conversation:\n\n" + traced.Draw(nil, columns) }
		}
	}
	if line := reference(c); line != "" {
		fmt.Fprintf(b, "\n%s\n  solutions/%s/README.md has the reason for every line.\n", line, c.Key)
	}
	next := d.after(c)
	if next == nil {
		b.WriteString("\nAll chapters are done: well done.\n")
	} else {
		title, _ := next.Title()
		fmt.Fprintf(b, "\nNext: %s  %s\n  go tool course watch %d\n", next.Key, title, next.Number)
	}
	return func(columns, rows int) string { return picture(columns, rows) + b.String() }
}

// after is the first chapter after c that is not done, or else the first of
// all; nil if none is left.
func (d *desk) after(c *tree.Chapter) *tree.Chapter {
	chapters, _ := d.tree.Chapters()
	var before *tree.Chapter
	for _, other := range chapters {
		state, err := d.state(other)
		switch {
		case other.Key == c.Key || err == nil && state == progress.Passed:
		case other.Number > c.Number:
			return other
		case before == nil:
			before = other
		}
	}
	return before
}

// reference is what is worth a look in the reference, as its walkthrough says it:
// the first sentence before the function that has most lines which the
// learner's program lacks. So it needs no list of its own.
func reference(c *tree.Chapter) string {
	walkthrough, err := c.Walkthrough()
	if err != nil {
		return ""
	}
	files, err := tree.Program(c.Dir())
	if err != nil {
		return ""
	}
	own := map[string]bool{}
	for _, text := range files {
		for _, line := range statements(text) {
			own[line] = true
		}
	}
	most, why := 0, "The reference is written the same way."
	told := 0 // the line at which the last code ended
	for _, f := range walkthrough.Fences {
		if f.Language() != "go" {
			continue
		}
		reason := strings.Join(walkthrough.Prose[told:f.First-1], "\n")
		told = f.Last
		code, missing := strings.Join(f.Text, "\n"), 0
		for _, line := range statements(code) {
			if !own[line] {
				missing++
			}
		}
		if strings.Contains(code, "func ") && missing > most {
			most, why = missing, "Worth a look in the reference: "+sentence(reason)
		}
	}
	return why
}

var sentenceEnd = regexp.MustCompile("[.?] +[A-Z`]")

// sentence is the first of a text, without headings, on one line.
func sentence(text string) string {
	var prose []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			prose = append(prose, line)
		}
	}
	words := strings.Join(strings.Fields(strings.Join(prose, "")), " ")
	if at := sentenceEnd.FindStringIndex(words); at != nil {
		return words[:at[0]+1]
	}
	return words
}

// statements are a program's lines, without comments and white space.
func statements(code string) []string {
	var list []string
	for line := range strings.Lines(code) {
		line, _, _ = strings.Cut(line, "// ")
		if line = strings.TrimSpace(line); len(line) > 1 {
			list = append(list, line)
		}
	}
	return list
}
