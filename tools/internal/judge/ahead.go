package judge

import (
	"context"
	"path/filepath"

	"sockets.test/tools/internal/tree"
)

// A building is a program that is being built before anybody has asked for it.
type building struct {
	key   string
	done  chan struct{} // closed when the rest is there
	ready executable
	err   error
}

// begin builds a program that is likely to be judged next, while its tests still
// wait for another. What nobody has asked for when the context ends is removed.
func (j *Judge) begin(ctx context.Context, c *tree.Chapter, p Program) {
	b := &building{key: j.key(p), done: make(chan struct{})}
	if _, begun := j.ahead.LoadOrStore(b.key, b); begun {
		return
	}
	go func() {
		defer close(b.done)
		b.ready, b.err = j.make(ctx, c, p)
	}()
	context.AfterFunc(ctx, func() {
		if <-b.done; j.ahead.CompareAndDelete(b.key, b) && b.err == nil {
			b.ready.remove()
		}
	})
}

// begun gives what begin has built. It is not ok if begin was not called, or if
// what it built cannot be had.
func (j *Judge) begun(p Program) (ready executable, ok bool) {
	found, ok := j.ahead.LoadAndDelete(j.key(p))
	if !ok {
		return executable{}, false
	}
	b := found.(*building)
	<-b.done
	return b.ready, b.err == nil
}

// key is a hash of the program's bytes, as they are now.
func (j *Judge) key(p Program) string {
	files := p.Files
	if files == nil {
		files, _ = tree.Program(filepath.Join(j.Tree.Root, filepath.FromSlash(p.Dir)))
	}
	return Hash(files)
}
