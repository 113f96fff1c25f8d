package judge

import (
	"context"
	"os"

	"sockets.test/tools/internal/tree"
)

// An executable is a program that is ready to run, or what the compiler said
// of one that it refused.
type executable struct {
	command []string
	env     []string // for the tests to run it in, beside their own
	said    string
	remove  func()
}

// ready gives the program as an executable, and builds it if it must.
func (j *Judge) ready(ctx context.Context, c *tree.Chapter, p Program) (executable, error) {
	if p.Command != nil {
		return executable{command: p.Command, remove: func() {}}, nil
	}
	if e, ok := j.begun(p); ok {
		return e, nil
	}
	return j.make(ctx, c, p)
}

// make builds the program, unless it shares a binary that is there.
func (j *Judge) make(ctx context.Context, c *tree.Chapter, p Program) (executable, error) {
	e := executable{remove: func() {}}
	if s, ok := j.shares.Load(Hash(p.Files)); ok && p.Files != nil {
		s := s.(share)
		e.command, e.env = []string{s.binary}, s.env()
		return e, nil
	}
	work, err := os.MkdirTemp(j.Dir, "program-")
	if err != nil {
		return e, err
	}
	e.remove = func() { os.RemoveAll(work) }
	path, said, err := j.build(ctx, c, p, work)
	if err != nil {
		e.remove()
		return e, err
	}
	if e.said = said; path != "" {
		e.command = []string{path}
	}
	return e, nil
}
