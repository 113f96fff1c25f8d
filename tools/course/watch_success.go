package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"sockets.test/tools/internal/progress"
	"sockets.test/tools/internal/tree"
)

// success is what there is to see once a chapter passes, below its claim: the
// conversation of the learner's own program, what the reference does
// differently, and the way on. What cannot be had is left out: the chapter has
// passed all the same.
func (d *desk) success(ctx context.Context, c *tree.Chapter) string {
	b := new(strings.Builder)
	if script, err := transcript(c, nil); err == nil {
		record, _, v, err := d.replay(ctx, c, script, false)
		if err == nil && v.Passed && record != nil && len(record.Events()) > 0 {
			fmt.Fprintf(b, "\nYour program's conversation:\n\n%s", record.Draw(nil))
		}
	}
	if line := reference(c); line != "" {
		fmt.Fprintf(b, "\n%s\n  solutions/%s/README.md has the reason for every line.\n", line, c.Key)
	}
	next := d.after(c)
	if next == nil {
		return b.String() + "\nAll chapters are done: well done.\n"
	}
	title, _ := next.Title()
	fmt.Fprintf(b, "\nNext: %s  %s\n  go tool course watch %d\n", next.Key, title, next.Number)
	return b.String()
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
	walkthrough, err := os.ReadFile(filepath.Join(c.SolutionDir(), "README.md"))
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
	for _, part := range parts(string(walkthrough)) {
		missing := 0
		for _, line := range statements(part.code) {
			if !own[line] {
				missing++
			}
		}
		if strings.Contains(part.code, "func ") && missing > most {
			most, why = missing, "Worth a look in the reference: "+part.why
		}
	}
	return why
}

// A part of a walkthrough is code, and the first sentence of the reason for it.
type part struct{ why, code string }

func parts(walkthrough string) []part {
	var list []part
	for {
		before, rest, found := strings.Cut(walkthrough, "\n```go")
		code, after, closed := strings.Cut(rest, "\n```")
		if !found || !closed {
			return list
		}
		_, code, _ = strings.Cut(code, "\n") // without the file's name
		list = append(list, part{why: sentence(before), code: code})
		walkthrough = after
	}
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
