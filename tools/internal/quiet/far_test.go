//go:build linux && (amd64 || arm64)

package quiet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"sockets.test/tools/internal/quiet"
)

// A timer of an hour is far for who waits for a minute, and near for who waits
// for two hours; for a proof of silence any timer is one too many.
func TestProveFor(t *testing.T) {
	pid, _ := start(t, "AfterFunc")
	watch := quiet.New(pid)

	assert.Eventually(t, func() bool { return watch.ProveFor(time.Minute) == quiet.Asleep }, 5*time.Second, 2*time.Millisecond)
	assert.Equal(t, quiet.Awake, watch.ProveFor(2*time.Hour))
	assert.Equal(t, quiet.Awake, watch.Prove())
}

// What is shown is how long the timer was set for when the program went to sleep.
func TestTimeOut(t *testing.T) {
	for scene, want := range map[string]time.Duration{"AfterFunc": time.Hour, "UDP echo": 0} {
		pid, _ := start(t, scene)
		watch := quiet.New(pid)
		var set time.Duration

		assert.Eventually(t, func() (ok bool) { set, ok = watch.TimeOut(); return ok }, 5*time.Second, 2*time.Millisecond)
		assert.InDelta(t, want.Seconds(), set.Seconds(), 1)
	}
}
