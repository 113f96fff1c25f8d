// Package literate holds prose against code: lessons, walkthroughs and the
// root README against the files, records and mistakes that they speak of.
//
// Goals:
//
//   - what a fence quotes is in its file, what it records is what happens, and
//     the walkthrough's fences are the solution, every line once;
//   - the numbers of lesson, skeleton and tests agree, and so do the mistakes'
//     names; links lead somewhere; the form is the one that every lesson has;
//   - a problem is data: a place and one line that says what to do.
//
// Non-goals: rendering Markdown, or running anything. Records come from the
// caller's Recorder. Of Markdown it knows what we write: fences of backticks
// at column 0, # headings, `code` and [links](to).
package literate

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sockets.test/tools/internal/tree"
)

// A Problem is a place where prose and code disagree, or, as a notice, a place
// that could not be checked.
type Problem struct {
	File string // relative to the root, with slashes
	Line int    // from 1
	Text string // one line: what is wrong, and what to do
}

func (p Problem) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text) }

// A Recorder runs a recipe, the whole info string of a console or wire fence,
// and gives the text that belongs into it. The chapter is nil for the root
// README.
type Recorder func(c *tree.Chapter, recipe string) (string, error)

// ErrSkip is wrapped by a Recorder's error when the recipe needs what this
// machine has not. It is a notice, not a problem.
var ErrSkip = errors.New("not recorded here")

// Lesson checks chapters/<key>/README.md, and the skeleton's, the tests' and
// the mistakes' numbers and names against it.
func Lesson(c *tree.Chapter, record Recorder) (problems, skipped []Problem) {
	d, problems := open(c.Tree(), "chapters/"+c.Key+"/README.md")
	if d == nil {
		return problems, nil
	}
	problems, skipped = d.checkFences(c, record)
	problems = slices.Concat(problems, d.checkForm(c), d.checkLength(), d.checkWords(), d.checkLinks(), d.checkSteps(c))
	tests, broken := readTests(c)
	if len(broken) > 0 { // what the tests say is not known
		return sorted(problems, broken), skipped
	}
	return sorted(problems, d.checkTests(c, tests), d.checkMistakes(c)), skipped
}

// Readme checks the root README: quotations, records, links and words.
func Readme(t *tree.Tree, record Recorder) (problems, skipped []Problem) {
	d, problems := open(t, "README.md")
	if d == nil {
		return problems, nil
	}
	problems, skipped = d.checkFences(nil, record)
	return sorted(problems, d.checkWords(), d.checkLinks()), skipped
}

// Walkthrough checks solutions/<key>/README.md: its go fences, in order, are
// the solution.
func Walkthrough(c *tree.Chapter) []Problem {
	d, problems := open(c.Tree(), "solutions/"+c.Key+"/README.md")
	if d == nil {
		return problems
	}
	return sorted(d.checkSolution(c), d.checkWords(), d.checkLinks())
}

func sorted(lists ...[]Problem) []Problem {
	all := slices.Concat(lists...)
	slices.SortStableFunc(all, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return all
}

// relative names a path as problems do: from the root, with slashes.
func relative(t *tree.Tree, name string) string {
	if rel, err := filepath.Rel(t.Root, name); err == nil {
		name = rel
	}
	return path.Clean(filepath.ToSlash(name))
}

func oneLine(err error) string {
	return strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", "; ")
}
