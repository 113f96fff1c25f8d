package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/progress"
	"sockets.test/tools/internal/safely"
	"sockets.test/tools/internal/tree"
)

// verdict is the one on the chapter's bytes as they are: the one that is
// remembered, or else a fresh one.
func (d *desk) verdict(ctx context.Context, c *tree.Chapter) (*judge.Verdict, error) {
	program, against, err := d.hashes(c)
	if err != nil {
		return nil, err
	}
	if v := d.recall(c, program, against); v != nil {
		return v, nil
	}
	return d.fresh(ctx, c)
}

// fresh judges the learner's program now, and remembers the verdict.
func (d *desk) fresh(ctx context.Context, c *tree.Chapter) (*judge.Verdict, error) {
	v, whole, err := d.first(ctx, c)
	if err != nil || whole {
		return v, err
	}
	return v, d.races(ctx, c, v)
}

// first is the first look of a fresh verdict. Unless it is the whole of it,
// races has to follow.
func (d *desk) first(ctx context.Context, c *tree.Chapter) (v *judge.Verdict, whole bool, err error) {
	program, against, err := d.hashes(c)
	if err != nil {
		return nil, false, err
	}
	if err := readable(c); err != nil {
		return nil, false, err
	}
	if err := d.prepare(ctx, c, against); err != nil {
		return nil, false, err
	}
	v, whole, err = d.judge.Look(ctx, c, own(c))
	if err != nil {
		return nil, false, err
	}
	if v.Against == "" {
		v.Against = against // it does not compile, whatever the tests
	}
	v.Hash = program
	if whole {
		d.remember(c, v)
	}
	return v, whole, nil
}

// races looks for data races in a program that has passed.
func (d *desk) races(ctx context.Context, c *tree.Chapter, v *judge.Verdict) error {
	if err := d.judge.Races(ctx, c, own(c), v); err != nil {
		return err
	}
	d.remember(c, v)
	return nil
}

// remember keeps a verdict, unless the program was changed while it was judged:
// then nobody knows which one it was.
func (d *desk) remember(c *tree.Chapter, v *judge.Verdict) {
	program, against, err := d.hashes(c)
	if err != nil || program != v.Hash || against != v.Against {
		v.Hash = ""
		return
	}
	if err := d.keep(c, v); err != nil {
		d.warn("this verdict will not be remembered: %v", err)
	}
}

// keep writes a verdict down.
func (d *desk) keep(c *tree.Chapter, v *judge.Verdict) error {
	e := progress.Entry{Chapter: c.Key, Passed: v.Passed, Program: v.Hash, Against: v.Against, Failure: failure(v)}
	if old, ok := d.progress.Get(c.Key, v.Hash); ok && old.Failure == e.Failure {
		e.Hint = old.Hint // the same failure: the ladder goes on
	}
	text, err := json.Marshal(v)
	if err == nil {
		err = safely.Write(d.words(c), text)
	}
	return errors.Join(d.progress.Put(e), err)
}

// failure names what a hint would be for.
func failure(v *judge.Verdict) string {
	first := v.First()
	switch {
	case v.Build != "":
		return "compile"
	case first == nil:
		return ""
	case first.Diagnosis.ID != "":
		return first.Diagnosis.ID
	case first.NotBegun():
		return "todo-" + first.Step // the same test meets every TODO in turn
	}
	return first.Name
}

// recall is the last verdict, if it was on this program and by these tests.
// Beside the progress, which is one short file, its words are a cache.
func (d *desk) recall(c *tree.Chapter, program, against string) *judge.Verdict {
	if state := d.progress.State(c.Key, program, against); state != progress.Passed && state != progress.Failed {
		return nil
	}
	text, err := os.ReadFile(d.words(c))
	var v judge.Verdict
	if err != nil || json.Unmarshal(text, &v) != nil || v.Hash != program || v.Against != against || v.Chapter != c.Key {
		return nil
	}
	return &v
}

func (d *desk) words(c *tree.Chapter) string { return filepath.Join(d.dir, "verdict-"+c.Key+".json") }

// prepare builds the chapter's tests, if they are not built, and says so if it
// takes long enough to wonder. Of several processes one builds.
func (d *desk) prepare(ctx context.Context, c *tree.Chapter, against string) error {
	if d.judge.Built(c, against) {
		return nil
	}
	say := time.AfterFunc(time.Second, func() {
		d.doing("building the tests of %s (the first time, half a minute)", c.Key)
	})
	defer say.Stop()
	unlock, err := d.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return d.judge.Prepare(ctx, c)
}

// lock waits until no other process builds.
func (d *desk) lock(ctx context.Context) (unlock func(), err error) {
	type result struct {
		unlock func()
		err    error
	}
	locked := make(chan result, 1)
	go func() {
		unlock, err := lockedfile.MutexAt(filepath.Join(d.dir, "building.lock")).Lock()
		locked <- result{unlock, err}
	}()
	select {
	case r := <-locked:
		return r.unlock, r.err
	case <-ctx.Done():
		go func() { // the lock may come yet, and nobody would open it again
			if r := <-locked; r.err == nil {
				r.unlock()
			}
		}()
		return nil, context.Cause(ctx)
	}
}
