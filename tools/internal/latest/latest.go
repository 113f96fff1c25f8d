// Package latest runs jobs of which only the newest counts.
//
// A new job cancels the one under way and waits until that is gone, so that
// there is never more than one. What a job came to is seen if no newer job was
// started: the last one's result is never dropped, and no other's comes after it.
package latest

import (
	"context"
	"errors"
)

// ErrNewer is why a job was cancelled.
var ErrNewer = errors.New("there is a newer one")

// A Runner runs the jobs. Its methods are for one goroutine. The zero value is
// ready.
type Runner[T any] struct {
	cancel context.CancelCauseFunc
	gone   chan struct{} // closed when the newest job, and all before it, are gone
	result chan T
}

// Start runs the job as soon as the one before it is gone. A job must return
// soon after its context is cancelled.
func (r *Runner[T]) Start(ctx context.Context, job func(context.Context) T) {
	before := r.gone
	r.Cancel()
	ctx, cancel := context.WithCancelCause(ctx)
	gone, result := make(chan struct{}), make(chan T, 1)
	r.cancel, r.gone, r.result = cancel, gone, result
	go func() {
		defer close(gone)
		defer cancel(nil)
		if before != nil {
			<-before
		}
		if ctx.Err() == nil {
			result <- job(ctx)
		}
	}()
}

// Result has what the newest job came to, once; nil without a job.
func (r *Runner[T]) Result() <-chan T { return r.result }

// Cancel ends the job under way; nobody will see its result.
func (r *Runner[T]) Cancel() {
	if r.cancel != nil {
		r.cancel(ErrNewer)
	}
	r.result = nil
}

// Wait returns when every job is gone.
func (r *Runner[T]) Wait() {
	if r.gone != nil {
		<-r.gone
	}
}
