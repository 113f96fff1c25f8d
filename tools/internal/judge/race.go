package judge

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"sync"
	"time"

	"sockets.test/tools/internal/tree"
)

// Threaded reports whether this judge has a chapter's programs that pass judged
// by its racing one, too: where the reference solution starts goroutines, those
// of learners have them as well, and can race.
func (j *Judge) Threaded(c *tree.Chapter) bool {
	if j.Race {
		return false
	}
	files, err := tree.Program(c.SolutionDir())
	return err == nil && startsGoroutines(files)
}

// startsGoroutines reports whether a program has a go statement, or calls a
// method Go, such as that of sync.WaitGroup. Goroutines that a package starts
// for it, as net/http does, do not show.
func startsGoroutines(files map[string]string) (found bool) {
	for name, text := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			continue // the compiler will say so
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				found = true
			case *ast.CallExpr:
				method, ok := n.Fun.(*ast.SelectorExpr)
				found = found || ok && method.Sel.Name == "Go"
			}
			return !found
		})
	}
	return found
}

// CanRace reports whether the go command can build with the race detector here,
// and says why not: on most systems that takes a C compiler. The go command is
// asked once.
func CanRace() (why string, ok bool) { return canRace() }

var canRace = sync.OnceValues(func() (why string, ok bool) {
	said, ok, err := goCommand(context.Background(), "", "list", "-race", "runtime/race")
	if err != nil {
		return err.Error(), false
	}
	return strings.TrimSpace(said), ok
})

// Races judges a program that has passed once more, built with the race
// detector, and puts what fails then in the verdict's place. Where that cannot
// be, the verdict says why.
func (j *Judge) Races(ctx context.Context, c *tree.Chapter, p Program, v *Verdict) error {
	if p.Command != nil {
		v.Unraced = "that takes the program's source, and a command was given"
		return nil
	}
	if why, ok := CanRace(); !ok {
		v.Unraced = why
		return nil
	}
	began := time.Now()
	again, err := j.Racing().Judge(ctx, c, p)
	switch {
	case err != nil:
		return err
	case again.Build != "": // no C compiler
		v.Unraced = again.Build
	case !again.Passed:
		v.Raced = len(v.Tests)
		v.Passed, v.Tests = false, again.Tests
	}
	v.Took += time.Since(began)
	return nil
}
