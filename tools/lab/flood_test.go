package lab

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/wait"
)

// Two kernels that stand still go on once the client has read a little. Here the
// client has no more to say until it has.
func TestFloodReadsALittle(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("this system does not show what a program has read")
	}
	server := Serve(t, "tcp-upper")
	client := server.SlowTCP("client")
	heard := func() bool {
		return slices.ContainsFunc(server.subject.Record.Events(), func(e wire.Event) bool { return e.Kind == wire.Bytes && !e.ToServer })
	}

	said := client.Flood(func(i int) string {
		if i == 100 {
			assert.Eventually(t, heard, wait.Deadline, time.Millisecond)
		}
		return strings.Repeat("and so on ", 40) + "\n"
	})

	client.Expect(strings.ToUpper(strings.Join(said, "")))
	events := server.subject.Record.Events()
	require.Greater(t, len(events), 2)
	assert.True(t, events[1].Kind == wire.Bytes && events[1].ToServer, "what is answered was said before")
}
