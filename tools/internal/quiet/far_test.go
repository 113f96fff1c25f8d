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
