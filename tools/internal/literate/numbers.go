package literate

import (
	"errors"
	"fmt"
	"go/scanner"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"sockets.test/tools/internal/testsource"
	"sockets.test/tools/internal/todo"
	"sockets.test/tools/internal/tree"
)

// checkSteps wants a section for every TODO of the skeleton.
func (d *document) checkSteps(c *tree.Chapter) (problems []Problem) {
	program, err := tree.Program(c.SkeletonDir())
	if err != nil || len(program) == 0 {
		return []Problem{{relative(c.Tree(), c.SkeletonDir()), 1, "there is no skeleton: put the chapter's program there"}}
	}
	for _, mark := range todo.In(program) {
		if !d.teaches(mark.Step) {
			file := relative(c.Tree(), filepath.Join(c.SkeletonDir(), mark.File))
			problems = append(problems, homeless(c, file, mark.Line, mark.String(), mark.Step))
		}
	}
	return problems
}

// homeless is the problem of a number that no section of the lesson has.
func homeless(c *tree.Chapter, file string, line int, what, number string) Problem {
	if !strings.HasPrefix(number, fmt.Sprintf("%d.", c.Number)) {
		return Problem{file, line, fmt.Sprintf("%s is another chapter's: this is chapter %d", what, c.Number)}
	}
	return Problem{file, line, fmt.Sprintf("%s has no section: give chapters/%s/README.md a heading \"## %s \"", what, c.Key, number)}
}

// readTests parses the chapter's test files.
func readTests(c *tree.Chapter) (sources []*testsource.Source, problems []Problem) {
	dir := relative(c.Tree(), c.Dir())
	tests, err := tree.Tests(c.Dir())
	if err != nil || len(tests) == 0 {
		return nil, []Problem{{dir + "/" + c.TestFile(), 1, "there are no tests: write them"}}
	}
	for _, name := range slices.Sorted(maps.Keys(tests)) {
		source, err := testsource.Parse(c, name, tests[name])
		var list scanner.ErrorList
		switch {
		case errors.As(err, &list):
			problems = append(problems, Problem{dir + "/" + name, list[0].Pos.Line, "this is not Go: " + list[0].Msg})
		case err != nil:
			problems = append(problems, Problem{dir + "/" + name, 1, oneLine(err)})
		default:
			sources = append(sources, source)
		}
	}
	return sources, problems
}

// checkTests wants a number above every test, and a section for every number.
func (d *document) checkTests(c *tree.Chapter, sources []*testsource.Source) (problems []Problem) {
	for _, s := range sources {
		for _, test := range s.Functions() {
			if test.Step == "" {
				problems = append(problems, Problem{s.File, test.Line, test.Name + " has no number: write \"// n.k: \" and its claim directly above it"})
			}
		}
		for _, n := range s.Numbers() {
			if !d.teaches(n.Step) {
				problems = append(problems, homeless(c, s.File, n.Line, "this test's number "+n.Step, n.Step))
			}
		}
	}
	return problems
}
