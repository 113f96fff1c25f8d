package proc_test

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/proc"
)

// Linux takes the death of the thread that forked for the parent's.
func TestThreadDies(t *testing.T) {
	var p *proc.Process
	thread := 0
	started := make(chan error)
	var begin func()
	begin = func() {
		runtime.LockOSThread() // and never unlocks it: the thread ends with the goroutine
		if thread = syscall.Gettid(); thread == os.Getpid() {
			go begin() // in another one: this is the first, which never ends
			return
		}
		var err error
		p, err = proc.Start(program("copies"))
		started <- err
	}
	go begin()
	require.NoError(t, <-started)
	t.Cleanup(p.Kill)
	require.Eventually(t, func() bool {
		_, err := os.Stat(fmt.Sprintf("/proc/self/task/%d", thread))
		return err != nil
	}, late, time.Millisecond)

	io.WriteString(p.Stdin(), "it lives\n")
	waitFor(t, p.Stdout(), func() bool { return len(p.Stdout().Lines()) == 1 || p.Stdout().Closed() })
	p.Stdin().Close()
	wait(t, p.Done())
	assert.Equal(t, "exit status 0", p.Exit().String())
}
