// Package hint gives the ladder of hints for a failure, from nudge to nearly
// the code. A misconception's ladder is in its own file; a step that is not
// begun has the lesson; for any other failure the ladder leads to the
// chapter's truths.
package hint

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/mistake"
	"sockets.test/tools/internal/tree"
)

// Ladder gives the hints for a test that failed.
func Ladder(c *tree.Chapter, t *judge.Test) []string {
	if id := t.Diagnosis.ID; id != "" {
		m, err := mistake.Read(filepath.Join(c.MistakesDir(), id+".txtar"))
		if err == nil && len(m.Hints) > 0 {
			return m.Hints
		}
	}
	var hints []string
	if t.Failure != nil && t.Failure.Outcome.Question() != "" {
		hints = append(hints, t.Failure.Outcome.Question())
	}
	if way := section(c, t.Step); way != "" {
		hints = append(hints, way)
	}
	if truths := truths(c, t.Step); truths != "" && !t.NotBegun() {
		hints = append(hints, "One of these truths of "+t.Step+" may be the one that the program denies:\n"+truths)
	}
	return append(hints, fmt.Sprintf("The reference solution, with the reason for every line, is solutions/%s/README.md.", c.Key))
}

// section is the last paragraph of the lesson's section: the way, which every
// section ends with, folded or not.
func section(c *tree.Chapter, step string) string {
	l, err := c.Lesson()
	if err != nil {
		return ""
	}
	s, ok := l.Section(step)
	if !ok {
		return ""
	}
	prose := strings.TrimSpace(folds.ReplaceAllString(s.Prose, ""))
	last := strings.TrimSpace(prose[strings.LastIndex(prose, "\n\n")+1:])
	return fmt.Sprintf("The lesson's %s, %s, says:\n%s", step, s.Title, last)
}

// folds are the lines of HTML that fold a part of a lesson.
var folds = regexp.MustCompile(`(?m)^</?(?:details|summary)>.*$`)

// truths are those that a section teaches.
func truths(c *tree.Chapter, step string) string {
	files, _ := filepath.Glob(filepath.Join(c.MistakesDir(), "*.txtar"))
	var lines []string
	for _, path := range files {
		if m, err := mistake.Read(path); err == nil && m.Taught == step {
			lines = append(lines, "- "+m.Title)
		}
	}
	return strings.Join(lines, "\n")
}
