package wait

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"sockets.test/tools/internal/quiet"
)

func TestTheDeadlineIsTheProgramsOwn(t *testing.T) {
	for name, test := range map[string]struct {
		since time.Duration
		seen  bool
		did   quiet.Effort
		over  bool
	}{
		"it is not over before":             {since: 9 * time.Second, seen: true, did: quiet.Effort{Clock: 9 * time.Second}, over: false},
		"it is over where nothing is shown": {since: 11 * time.Second, over: true},
		"and for a program at rest":         {since: 11 * time.Second, seen: true, did: quiet.Effort{Clock: 11 * time.Second}, over: true},
		"the machine may keep it waiting":   {since: 11 * time.Second, seen: true, did: quiet.Effort{Clock: 11 * time.Second, Kept: 2 * time.Second}, over: false},
		"bytes that move show it alive":     {since: 11 * time.Second, seen: true, did: quiet.Effort{Clock: time.Second / 10}, over: false},
		"but nothing goes on for ever":      {since: 41 * time.Second, seen: true, did: quiet.Effort{Clock: time.Second / 10, Kept: 40 * time.Second}, over: true},
	} {
		t.Run(name, func(t *testing.T) {
			v := &stallWatch{seen: test.seen, effort: test.did}

			assert.Equal(t, test.over, v.over(test.since, Deadline))
		})
	}
}

// Who looks spends little of the time on it, and is never far behind.
func TestPause(t *testing.T) {
	for look, want := range map[time.Duration]time.Duration{
		time.Millisecond:       25 * time.Millisecond,
		10 * time.Millisecond:  100 * time.Millisecond,
		100 * time.Millisecond: 200 * time.Millisecond,
	} {
		assert.Equal(t, want, pause(&Process{}, look))
		assert.Equal(t, 25*time.Millisecond, pause(&Process{Judged: true}, look), "the verdict is reached: what is left is its name")
	}
}
