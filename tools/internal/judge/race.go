package judge

import (
	"context"
	"time"

	"sockets.test/tools/internal/tree"
)

// threaded is the first chapter whose programs have several goroutines.
const threaded = 13

// threads tells whether this judge has still to look for data races.
func (j *Judge) threads(c *tree.Chapter) bool { return c.Number >= threaded && !j.Race }

// Races judges a program that has passed once more, built with the race
// detector, and puts what fails then in the verdict's place. Where that cannot
// be, the verdict says why.
func (j *Judge) Races(ctx context.Context, c *tree.Chapter, p Program, v *Verdict) error {
	if p.Command != nil {
		v.Unraced = "that takes the program's source, and a command was given"
		return nil
	}
	if why, ok := CanRace(ctx); !ok {
		v.Unraced = why
		return nil
	}
	began := time.Now()
	racing := &Judge{Tree: j.Tree, Dir: j.Dir, Race: true}
	again, err := racing.Judge(ctx, c, p)
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
