package judge

import (
	"context"

	"sockets.test/tools/internal/tree"
)

// threaded is the first chapter whose programs have several goroutines.
const threaded = 13

// race judges a program that has passed once more, built with the race
// detector, and puts what fails then in the verdict's place. Where that cannot
// be, the verdict says why.
func (j *Judge) race(ctx context.Context, c *tree.Chapter, p Program, v *Verdict) error {
	if c.Number < threaded || j.Race {
		return nil
	}
	if why, ok := CanRace(ctx); !ok {
		v.Unraced = why
		return nil
	}
	racing := &Judge{Tree: j.Tree, Dir: j.Dir, Race: true}
	again, err := racing.Judge(ctx, c, p)
	switch {
	case err != nil:
		return err
	case again.Build != "": // no C compiler
		v.Unraced = again.Build
	case !again.Passed:
		v.Passed, v.Tests = false, again.Tests
	}
	return nil
}
