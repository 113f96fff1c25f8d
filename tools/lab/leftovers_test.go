//go:build unix

package lab_test

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/lab"
	"sockets.test/tools/lab/transcripts"
)

// runs end in different ways, each while a program runs. Those that end before
// their tests do leave a temporary folder, for a later run to remove, and would
// leave the program's children; see package proc. So that program has none.
var runs = map[string]struct {
	end     func(t *testing.T)
	program string
}{
	"passes":        {func(*testing.T) {}, "forks"},
	"fails":         {func(t *testing.T) { t.FailNow() }, "forks"},
	"panics":        {func(*testing.T) { panic("in a test") }, "forks"},
	"panics-beside": {func(*testing.T) { go panic("in a goroutine of a test"); select {} }, "upper"},
	"interrupted":   {func(*testing.T) { die(syscall.SIGINT) }, "upper"},
	"killed":        {func(*testing.T) { die(syscall.SIGKILL) }, "upper"},
}

func die(s syscall.Signal) {
	syscall.Kill(os.Getpid(), s)
	select {}
}

// TestRun is one of those, played by TestNothingIsLeft.
func TestRun(t *testing.T) {
	run, ok := runs[os.Getenv(scenarioEnv)]
	if !ok {
		t.Skip("played by TestNothingIsLeft")
	}
	server := lab.Serve(t, run.program)
	client := server.UDP("client")
	client.Say("hello")
	client.Expect("HELLO")                // so it has forked
	t.Run("transcripts", transcripts.Run) // in a temporary folder
	run.end(t)
}

// Whatever a run starts inherits a pipe's end: its other end sees the end of
// the stream when all have gone.
func TestNothingIsLeft(t *testing.T) {
	proof(t) // elsewhere a child may escape; see package proc
	for how, run := range runs {
		t.Run(how, func(t *testing.T) {
			r, w, err := os.Pipe()
			require.NoError(t, err)
			defer r.Close()
			temp := t.TempDir()
			cmd := exec.Command(self(t), "-test.run=^TestRun$")
			cmd.Dir = stage(t)
			cmd.Env = append(os.Environ(), scenarioEnv+"="+how, "TMPDIR="+temp, "GORACE=atexit_sleep_ms=10")
			cmd.ExtraFiles = []*os.File{w}
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // to be interrupted alone

			out, _ := cmd.CombinedOutput()

			w.Close()
			require.NoError(t, r.SetReadDeadline(time.Now().Add(time.Minute)))
			_, err = r.Read(make([]byte, 1))
			require.ErrorIs(t, err, io.EOF, "somebody is left")
			assert.NotContains(t, string(out), "no tests to run")
			if run.program == "forks" {
				left, err := os.ReadDir(temp)
				require.NoError(t, err)
				assert.Empty(t, left)
			}
			assert.Equal(t, strings.HasPrefix(how, "panics"), strings.Contains(string(out), "panic: in a"), "%s", out)
		})
	}
}
