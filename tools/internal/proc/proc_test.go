//go:build unix

package proc_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
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
		assert.False(t, p.Stdout().Closed())
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
	t.Run("ends children that left the session", func(t *testing.T) {
		linux(t)
		p := run(t, "leaves daemons")
		waitFor(t, p.Stdout(), func() bool { return len(p.Stdout().Lines()) == 2 })
		p.Kill()
		assertGone(t, p.Stdout().Lines())
	})
	t.Run("ends a daemon that the program left long ago", func(t *testing.T) {
		linux(t)
		p := run(t, "leaves one daemon")
		wait(t, p.Done())
		p.Kill()
		assertGone(t, p.Stdout().Lines())
	})
	t.Run("lets a judged judge clean up", func(t *testing.T) {
		linux(t)
		p := run(t, "a host living")
		waitFor(t, p.Stdout(), func() bool { return len(p.Stdout().Lines()) == 1 })
		dir := p.Stdout().Lines()[0]
		require.DirExists(t, dir)
		p.Kill()
		assert.NoDirExists(t, dir)
	})
	t.Run("buries what a dead judge left, and nobody else's child", func(t *testing.T) {
		linux(t)
		judge := run(t, "a host killed")
		other := exec.Command("false")
		require.NoError(t, other.Start())
		wait(t, judge.Done())
		judge.Kill()

		var exit *exec.ExitError
		require.ErrorAs(t, other.Wait(), &exit)
		assert.Equal(t, 1, exit.ExitCode())
		assert.Empty(t, zombies())
	})
	t.Run("leaves no descriptor", func(t *testing.T) {
		linux(t)
		run(t, "exits with 3").Kill() // starts the keeper too
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
// of the stream when the host, its keeper and all descendants are gone.
func TestHostDies(t *testing.T) {
	for _, how := range []string{"killed", "terminated", "interrupted", "panicking", "exiting"} {
		t.Run(how, func(t *testing.T) {
			linux(t)
			host, gone := runHost(t, "a host "+how)
			out, err := host.Output()
			t.Log(err)
			dir := strings.TrimSpace(string(out))
			require.Contains(t, dir, "proc-")

			gone()
			assert.NoDirExists(t, dir)
		})
	}
	t.Run("without a keeper", func(t *testing.T) {
		linux(t)
		host, gone := runHost(t, "a host without a keeper")
		host.Run()
		gone()
	})
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

func TestTempDir(t *testing.T) {
	dir, remove, err := proc.TempDir("a-*-z")
	require.NoError(t, err)
	assert.DirExists(t, dir)
	assert.Regexp(t, `/a-[A-Z0-9]+-z$`, dir)
	require.NoError(t, os.WriteFile(dir+"/file", nil, 0o600))
	remove()
	assert.NoDirExists(t, dir)
	remove()
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

func assertGone(t *testing.T, pids []string) {
	t.Helper()
	require.NotEmpty(t, pids)
	for _, s := range pids {
		pid, err := strconv.Atoi(s)
		require.NoError(t, err)
		assert.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH)
	}
}

// zombies are the dead children of this process.
func zombies() (found []string) {
	ours := regexp.MustCompile(fmt.Sprintf(`\) Z %d `, os.Getpid()))
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range stats {
		if stat, err := os.ReadFile(file); err == nil && ours.Match(stat) {
			found = append(found, string(stat))
		}
	}
	return found
}

func descriptors(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(entries)
}
