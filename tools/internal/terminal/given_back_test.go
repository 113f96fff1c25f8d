//go:build unix

package terminal_test

import (
	"context"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/terminal"
)

// This test binary is also other programs: one that takes the terminal, and dies,
// and those of TestStopTogether.
const roleVar = "TERMINAL_TEST_ROLE"

func TestMain(m *testing.M) {
	role := os.Getenv(roleVar)
	switch die, ok := deaths[role]; {
	case ok:
		takeAndDie(die)
	case role == likeGo:
		runLikeGo()
	case role == underGo:
		runUnderGo()
	default:
		os.Exit(m.Run())
	}
}

var deaths = map[string]func(){
	"a panic":                    func() { panic("as the test wants") },
	"a panic of somebody else's": func() { go panic("as the test wants"); select {} },
	"an exit of somebody else's": func() { os.Exit(3) },
	"SIGKILL":                    func() { syscall.Kill(os.Getpid(), syscall.SIGKILL); select {} },
	"its guard's SIGKILL":        func() { syscall.Kill(os.Getppid(), syscall.SIGKILL) },
}

func takeAndDie(die func()) {
	if status, ended := terminal.Guard(os.Stdin, os.Stdout); ended {
		os.Exit(status)
	}
	ctx, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	t, err := terminal.Open(os.Stdin, os.Stdout)
	if err != nil {
		panic(err)
	}
	defer t.Close()
	if err := t.Draw([]string{"drawn"}); err != nil {
		panic(err)
	}
	die()
	<-ctx.Done()
}

func TestTheTerminalIsGivenBack(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	for death := range deaths {
		t.Run("after "+death, func(t *testing.T) {
			dir := t.TempDir()
			after := `stty -g >after`
			if death == "its guard's SIGKILL" { // nobody waits for the program then
				after = `until stty -g >after; cmp before after; do :; done`
			}
			script := `stty -g >before; "$0"; echo $? >status; ` + after + `; tmux -S tmux wait-for -S ended; exec sh`
			tmux := newTmux(t, dir, "env", roleVar+"="+death, "sh", "-c", script, self)

			tmux("wait-for", "ended")

			assert.Equal(t, read(t, dir, "before"), read(t, dir, "after"), "keys are not lines any more")
			assert.NotEqual(t, "0\n", read(t, dir, "status"))
			seen := ""
			assert.Eventually(t, func() bool { // tmux has read all that was drawn, and said
				seen = tmux("capture-pane", "-p")
				return strings.TrimSpace(tmux("display", "-p", "#{alternate_on} #{cursor_flag}")) == "0 1" &&
					(!strings.HasPrefix(death, "a panic") || strings.Contains(seen, "panic: as the test wants"))
			}, 30*time.Second, 20*time.Millisecond)
			assert.LessOrEqual(t, strings.Count(seen, "panic: as the test wants"), 1, seen)
		})
	}
}

// newTmux runs a command in a real terminal, and gives the way to talk to that.
func newTmux(t *testing.T, dir string, command ...string) (tmux func(args ...string) string) {
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed: there is no terminal")
	}
	tmux = func(args ...string) string {
		out, err := exec.Command("tmux", append([]string{"-S", filepath.Join(dir, "tmux")}, args...)...).CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	tmux(append([]string{"-f", os.DevNull, "new-session", "-d", "-c", dir}, command...)...)
	t.Cleanup(func() { exec.Command("tmux", "-S", filepath.Join(dir, "tmux"), "kill-server").Run() })
	return tmux
}

func read(t *testing.T, dir, name string) string {
	text, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	return string(text)
}
