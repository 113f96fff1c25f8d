package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/progress"
	"sockets.test/tools/internal/tree"
)

// A desk is what every command works on.
type desk struct {
	tree     *tree.Tree
	judge    *judge.Judge
	progress *progress.File
}

// openDesk finds the course, and the folder in which it keeps its state.
func openDesk(warn io.Writer) (*desk, error) {
	t, err := tree.Find(".")
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(t.Root, ".course")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("the course keeps what you have done in %s, which cannot be made: %w", dir, err)
	}
	p, err := progress.Open(dir)
	if err != nil {
		fmt.Fprintf(warn, "course: %v\n", err)
	}
	return &desk{tree: t, judge: &judge.Judge{Tree: t, Dir: dir}, progress: p}, nil
}

// choose is the chapter that was named, or else the first that is not done.
func (d *desk) choose(args []string) (*tree.Chapter, error) {
	if len(args) > 0 {
		return d.tree.Chapter(args[0])
	}
	list, err := d.tree.Chapters()
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		if passed, known, err := d.known(c); err != nil || !known || !passed {
			return c, nil
		}
	}
	return nil, fmt.Errorf("every chapter is done; name the one to judge again")
}

// known tells the verdict on the chapter's bytes as they are, if there is one.
func (d *desk) known(c *tree.Chapter) (passed, known bool, err error) {
	program, against, err := hashes(c)
	if err != nil {
		return false, false, err
	}
	passed, known = d.progress.Known(c.Key, program, against)
	return passed, known, nil
}

func hashes(c *tree.Chapter) (program, against string, err error) {
	files, err := tree.Program(c.Dir())
	if err != nil {
		return "", "", err
	}
	against, err = judge.Against(c)
	return judge.Hash(files), against, err
}

// own is the learner's program.
func own(c *tree.Chapter) judge.Program { return judge.Program{Dir: "chapters/" + c.Key} }

// remember keeps a verdict on the learner's own program.
func (d *desk) remember(c *tree.Chapter, program string, v *judge.Verdict) error {
	if v.Against == "" {
		return nil // it did not compile: no test has seen it
	}
	e := progress.Entry{Chapter: c.Key, Passed: v.Passed, Program: program, Against: v.Against}
	if old, ok := d.progress.Get(c.Key); ok && old.Program == program && old.Against == v.Against {
		e.Hint = old.Hint
	}
	return d.progress.Put(e)
}
