package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/progress"
	"sockets.test/tools/internal/tree"
)

// A desk is what every command works on.
type desk struct {
	tree     *tree.Tree
	judge    *judge.Judge
	progress *progress.File
	dir      string     // where all that is kept is kept
	tell     func(note) // takes what the learner should know

	base     judge.Base // see against
	baseRead time.Time
}

// openDesk finds the course, and the folder in which it keeps its state.
func openDesk(warn io.Writer) (*desk, error) {
	t, err := tree.Find(".")
	if err != nil {
		return nil, err
	}
	dir, err := stateDir(t.Root, warn)
	if err != nil {
		return nil, err
	}
	p, err := progress.Open(dir)
	if err != nil {
		fmt.Fprintf(warn, "course: %v\n", err)
	}
	return &desk{tree: t, judge: &judge.Judge{Tree: t, Dir: dir}, progress: p, dir: dir, tell: printed(warn)}, nil
}

// choose is the chapter that was named, or the one that the current folder is
// in, or else the first that is not done.
func (d *desk) choose(args []string) (*tree.Chapter, error) {
	if len(args) > 0 && filepath.Clean(args[0]) != "." {
		return d.tree.Chapter(args[0])
	}
	if c := d.here(); c != nil {
		return c, nil
	}
	list, err := d.tree.Chapters()
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, errors.New("the folder chapters has no chapter in it: git restore chapters brings them back")
	}
	var changed *tree.Chapter
	for _, c := range list {
		switch state, err := d.state(c); {
		case err != nil || state == progress.Unknown || state == progress.Failed:
			return c, nil
		case state == progress.Changed && changed == nil:
			changed = c
		}
	}
	if changed != nil {
		return changed, nil
	}
	return nil, errors.New("every chapter is done; name the one to take up again")
}

// here is the chapter whose folder is the current one, or nil.
func (d *desk) here() *tree.Chapter {
	dir, err := os.Getwd()
	if err != nil {
		return nil
	}
	root, err := filepath.EvalSymlinks(d.tree.Root)
	if err != nil {
		return nil
	}
	rel, err := filepath.Rel(root, dir)
	if real, linkErr := filepath.EvalSymlinks(dir); linkErr == nil {
		rel, err = filepath.Rel(root, real)
	}
	parts := strings.Split(filepath.ToSlash(rel), "/")
	if err != nil || len(parts) < 2 || parts[0] != "chapters" {
		return nil
	}
	c, err := d.tree.Chapter(parts[1])
	if err != nil {
		return nil
	}
	return c
}

// chapter is what a command needs at first: the desk, and the chapter on it,
// whole.
func chapter(args []string) (*desk, *tree.Chapter, error) {
	if len(args) > 1 {
		return nil, nil, fmt.Errorf("one chapter at a time, not %s", strings.Join(args, " and "))
	}
	d, err := openDesk(os.Stderr)
	if err != nil {
		return nil, nil, err
	}
	c, err := d.choose(args)
	if err != nil {
		return nil, nil, err
	}
	return d, c, c.Check()
}

// state tells what is known of the chapter's bytes as they are.
func (d *desk) state(c *tree.Chapter) (progress.State, error) {
	program, against, err := d.hashes(c)
	if err != nil {
		return progress.Unknown, err
	}
	return d.progress.State(c.Key, program, against), nil
}

// hashes are those of the chapter's program, and of its tests.
func (d *desk) hashes(c *tree.Chapter) (program, against string, err error) {
	files, err := tree.Program(c.Dir())
	if err != nil {
		return "", "", err
	}
	against, err = d.against(c)
	return judge.Hash(files), against, err
}

// against reads what all chapters' tests have in common once for many chapters,
// but not once for a whole course watch.
func (d *desk) against(c *tree.Chapter) (string, error) {
	if time.Since(d.baseRead) > time.Second {
		base, err := judge.BaseOf(d.tree)
		if err != nil {
			return "", err
		}
		d.base, d.baseRead = base, time.Now()
	}
	return d.base.Against(c)
}

// own is the learner's program.
func own(c *tree.Chapter) judge.Program { return judge.Program{Dir: "chapters/" + c.Key} }
