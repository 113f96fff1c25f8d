//go:build unix

package proc_test

import (
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/proc"
)

// late is when a test gives up; none ever comes near.
const late = time.Minute

func run(t testing.TB, role string) *proc.Process {
	t.Helper()
	p, err := proc.Start(program(role))
	require.NoError(t, err)
	t.Cleanup(p.Kill)
	return p
}

func wait(t testing.TB, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(late):
		require.Fail(t, "nothing came for a minute")
	}
}

// waitFor waits until the output is as the test wants it.
func waitFor(t testing.TB, o *proc.Output, enough func() bool) {
	t.Helper()
	for {
		changed := o.Changed()
		if enough() {
			return
		}
		wait(t, changed)
	}
}

func TestExit(t *testing.T) {
	t.Run("has a status", func(t *testing.T) {
		p := run(t, "exits with 3")
		wait(t, p.Done())
		assert.Equal(t, proc.Exit{Code: 3}, p.Exit())
		assert.Equal(t, "exit status 3", p.Exit().String())
		assert.True(t, p.Exiting())
		assert.ErrorIs(t, p.Signal(os.Interrupt), os.ErrProcessDone)
	})
	t.Run("may be by a signal", func(t *testing.T) {
		p := run(t, "kills itself")
		wait(t, p.Done())
		assert.Equal(t, proc.Exit{Code: -1, Signal: "killed"}, p.Exit())
		assert.Equal(t, "signal: killed", p.Exit().String())
	})
	t.Run("of a program that is not there is an error of Start", func(t *testing.T) {
		_, err := proc.Start(proc.Command{Path: "/no/such/program"})
		assert.ErrorIs(t, err, os.ErrNotExist)
	})
}

func TestStreams(t *testing.T) {
	t.Run("are three", func(t *testing.T) {
		p := run(t, "copies")
		io.WriteString(p.Stdin(), "one\ntwo\nthr")
		waitFor(t, p.Stdout(), func() bool { return strings.HasSuffix(p.Stdout().String(), "thr") })
		assert.Equal(t, []string{"one", "two"}, p.Stdout().Lines())
		assert.False(t, p.Exiting())
		assert.False(t, p.Stdout().Closed())

		p.Stdin().Close()
		wait(t, p.Done())
		assert.True(t, p.Stdout().Closed())
		assert.Equal(t, []string{"one", "two", "thr"}, p.Stdout().Lines())
		assert.Equal(t, "end of input\n", p.Stderr().String())
	})
	t.Run("take a megabyte and keep its ends", func(t *testing.T) {
		p := run(t, "prints a megabyte")
		wait(t, p.Done())
		lines := p.Stdout().Lines()
		require.Len(t, lines, 3)
		const kept = 64 << 10
		assert.Equal(t, "begin"+strings.Repeat("x", kept-5), lines[0])
		assert.Equal(t, "["+strconv.Itoa(1<<20+8-2*kept)+" bytes left out]", lines[1])
		assert.Equal(t, strings.Repeat("x", kept-3)+"end", lines[2])
		assert.Equal(t, 1<<20+8, p.Stdout().Size())
		assert.True(t, p.Stdout().Is("begin"+strings.Repeat("x", 1<<20)+"end"))
		assert.False(t, p.Stdout().Is("begin"+strings.Repeat("x", 1<<19)+"y"+strings.Repeat("x", 1<<19-1)+"end"))
	})
	t.Run("may be closed by a program that lives", func(t *testing.T) {
		p := run(t, "closes stdout and lives")
		waitFor(t, p.Stdout(), p.Stdout().Closed)
		assert.Equal(t, "bye\n", p.Stdout().String())
		assert.False(t, p.Exiting())
		assert.False(t, p.Stderr().Closed())
	})
	t.Run("are complete when a child holds them open", func(t *testing.T) {
		p := run(t, "leaves a child on its stdout")
		wait(t, p.Done())
		assert.Equal(t, 3, p.Exit().Code)
		assert.Len(t, p.Stdout().Bytes(), 60_000)
		p.Kill()
		assert.True(t, p.Stdout().Closed())
	})
}

func TestFlush(t *testing.T) {
	p := run(t, "copies")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 500 {
				p.Stdout().Flush()
			}
		})
	}
	all.Wait()
	assert.False(t, p.Stdout().Closed())
	p.Stdin().Close()
	wait(t, p.Done())
}

func TestEnvironment(t *testing.T) {
	t.Run("lets a program built with -race exit at once", func(t *testing.T) {
		p := run(t, "prints GORACE")
		wait(t, p.Done())
		assert.Equal(t, "atexit_sleep_ms=10\n", p.Stdout().String())
	})
	t.Run("is the caller's", func(t *testing.T) {
		c := program("prints GORACE")
		c.Env = append(c.Env, "GORACE=halt_on_error=1")
		p, err := proc.Start(c)
		require.NoError(t, err)
		defer p.Kill()
		wait(t, p.Done())
		assert.Equal(t, "halt_on_error=1\n", p.Stdout().String())
	})
}

func TestKill(t *testing.T) {
	t.Run("ends a program that ignores SIGTERM", func(t *testing.T) {
		p := run(t, "ignores SIGTERM")
		waitFor(t, p.Stdout(), func() bool { return len(p.Stdout().Lines()) == 1 })
		require.NoError(t, p.Signal(syscall.SIGTERM))
		p.Kill()
		wait(t, p.Done())
		assert.Equal(t, "killed", p.Exit().Signal)
	})
	t.Run("may come at any time, from anybody, again", func(t *testing.T) {
		p := run(t, "forever")
		killed := make(chan struct{})
		go func() { p.Kill(); close(killed) }()
		p.Kill()
		wait(t, killed)
		assert.ErrorIs(t, syscall.Kill(p.Pid(), 0), syscall.ESRCH)
	})
	t.Run("ends the program's children", func(t *testing.T) {
		p := run(t, "has a child")
		waitFor(t, p.Stdout(), func() bool { return len(p.Stdout().Lines()) == 1 })
		p.Kill()
		assertDead(t, p.Stdout().Lines())
	})
	t.Run("ends a child that has left the group", func(t *testing.T) {
		linux(t)
		p := run(t, "has a daemon")
		waitFor(t, p.Stdout(), func() bool { return len(p.Stdout().Lines()) == 1 })
		p.Kill()
		assertDead(t, p.Stdout().Lines())
	})
	t.Run("of a judge ends its program and that one's children", func(t *testing.T) {
		linux(t)
		p := run(t, "a host living")
		waitFor(t, p.Stdout(), func() bool { return len(p.Stdout().Lines()) == 2 })
		p.Kill()
		assertDead(t, p.Stdout().Lines())
	})
	t.Run("is not needed for the children of a program that has exited", func(t *testing.T) {
		p := run(t, "leaves a child")
		wait(t, p.Done())
		assertDead(t, p.Stdout().Lines())
	})
	t.Run("leaves no descriptor", func(t *testing.T) {
		linux(t)
		run(t, "exits with 3").Kill() // opens what stays open
		before := descriptors(t)
		for range 100 {
			p, err := proc.Start(proc.Command{Path: "true"})
			require.NoError(t, err)
			p.Kill()
		}
		assert.Equal(t, before, descriptors(t))
	})
}

// Whatever a host starts inherits the pipe's end. So the other end sees the end
// of the stream when the host and its program are gone.
func TestHostDies(t *testing.T) {
	for _, how := range []string{"killed", "terminated", "interrupted", "panicking", "exiting"} {
		t.Run(how, func(t *testing.T) {
			linux(t)
			host, gone := runHost(t, "a host "+how)
			out, err := host.Output()
			t.Log(err)
			require.Contains(t, string(out), "ready")
			gone()
		})
	}
}

func runHost(t *testing.T, role string) (host *exec.Cmd, gone func()) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { r.Close() })
	host = exec.Command(os.Args[0])
	host.Env = append(os.Environ(), roleVar+"="+role, "GORACE=atexit_sleep_ms=10")
	host.ExtraFiles = []*os.File{w}
	host.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // to be interrupted alone
	return host, func() {
		w.Close()
		require.NoError(t, r.SetReadDeadline(time.Now().Add(late)))
		_, err := r.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF, "somebody is left")
	}
}

func BenchmarkStartKill(b *testing.B) {
	for b.Loop() {
		p, err := proc.Start(proc.Command{Path: "true"})
		require.NoError(b, err)
		<-p.Done()
		p.Kill()
	}
}

func linux(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux can do this, or be asked")
	}
}

// assertDead wants processes to end that have been killed. A system without an
// init that waits for them, such as a container, keeps the dead ones for good.
func assertDead(t *testing.T, pids []string) {
	t.Helper()
	dead := regexp.MustCompile(`\) [ZX] `)
	for _, pid := range pids {
		n, err := strconv.Atoi(pid)
		require.NoError(t, err)
		require.Eventually(t, func() bool {
			stat, _ := os.ReadFile("/proc/" + pid + "/stat")
			return syscall.Kill(n, 0) == syscall.ESRCH || dead.Match(stat)
		}, late, time.Millisecond, "%s lives", pid)
	}
	require.NotEmpty(t, pids)
}

func descriptors(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(entries)
}
