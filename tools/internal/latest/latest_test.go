package latest_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"sockets.test/tools/internal/latest"
)

// A synctest bubble ends only when every goroutine in it has: none is left.

func TestTheNewestAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r latest.Runner[int]
		var running, most, finished atomic.Int32
		for i := range 200 {
			r.Start(t.Context(), func(ctx context.Context) int {
				most.Store(max(most.Load(), running.Add(1)))
				defer running.Add(-1)
				select {
				case <-time.After(time.Second): // the verdict takes a second
					finished.Add(1)
				case <-ctx.Done():
					<-time.After(time.Millisecond) // and its end a moment
				}
				return i
			})
			<-time.After(50 * time.Millisecond)
		}

		assert.Equal(t, 199, <-r.Result())
		assert.EqualValues(t, 1, most.Load(), "jobs ran at the same time")
		assert.EqualValues(t, 1, finished.Load(), "jobs ran to their end though there was a newer one")
		r.Wait()
	})
}

func TestAnOldResultIsNotSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r latest.Runner[string]
		r.Start(t.Context(), func(context.Context) string { return "old" })
		synctest.Wait() // its result is there, and nobody has taken it

		r.Start(t.Context(), func(context.Context) string { return "new" })

		assert.Equal(t, "new", <-r.Result())
		r.Wait()
	})
}

func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r latest.Runner[string]
		var cause error
		r.Start(t.Context(), func(ctx context.Context) string {
			<-ctx.Done()
			cause = context.Cause(ctx)
			return "too late"
		})
		synctest.Wait()

		r.Cancel()
		r.Wait()

		assert.ErrorIs(t, cause, latest.ErrNewer)
		assert.Nil(t, r.Result())
	})
}

func TestNothingToDo(t *testing.T) {
	var r latest.Runner[int]
	r.Cancel()
	r.Wait()
	assert.Nil(t, r.Result())
}
