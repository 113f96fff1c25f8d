package subject

import (
	"os"
	"path/filepath"

	"sockets.test/tools/internal/diagnosis"
	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/show"
	"sockets.test/tools/internal/tree"
)

// tell is the failure as a learner reads it who runs go test by hand. That it
// stopped at the same TODO as before is told in a line: a skeleton fails every
// test with the words of its first one.
func tell(f *failure.Failure) string {
	c := chapter()
	if c == nil {
		return f.Happened() + "\n"
	}
	if _, before := program.said.LoadOrStore(f.Happened(), true); before && f.Outcome == failure.NotBegun {
		return f.Happened() + " (as above)\n"
	}
	var d failure.Diagnosis
	if known, err := diagnosis.Known(c); err == nil && f.Outcome != failure.NotBegun {
		d = diagnosis.Of(diagnosis.One(diagnosis.Match(known, f.Behaviour())))
	}
	return show.Failure(c, f, d, 100, 0)
}

// chapter is the one whose tests these are; nil if they are nobody's.
func chapter() *tree.Chapter {
	t, err := tree.Find(".")
	if err != nil {
		return nil
	}
	here, err := os.Getwd()
	if err != nil {
		return nil
	}
	c, err := t.Chapter(filepath.Base(here))
	if err != nil {
		return nil
	}
	return c
}
