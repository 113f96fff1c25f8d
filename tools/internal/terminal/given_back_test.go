//go:build unix

package terminal_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/terminal"
)

// This test binary is also other programs: one that takes the terminal, and
// panics, and those of TestStopTogether.
const roleVar = "TERMINAL_TEST_ROLE"

func TestMain(m *testing.M) {
	role := os.Getenv(roleVar)
	switch role {
	case takesAndPanics:
		takeAndPanic()
	case likeGo:
		runLikeGo()
	case underGo:
		runUnderGo()
	default:
		os.Exit(m.Run())
	}
}

const takesAndPanics = "takes the terminal and panics"

func takeAndPanic() {
	t, err := terminal.Open(os.Stdin, os.Stdout)
	if err != nil {
		panic(err)
	}
	defer t.Close()
	if err := t.Draw([]string{"drawn"}); err != nil {
		panic(err)
	}
	panic("as the test wants")
}

func TestAPanicGivesTheTerminalBack(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	dir := t.TempDir()
	script := `stty -g >before; "$0"; echo $? >status; stty -g >after; tmux -S tmux wait-for -S ended; exec sh`
	tmux := newTmux(t, dir, "env", roleVar+"="+takesAndPanics, "sh", "-c", script, self)

	tmux("wait-for", "ended")

	assert.Equal(t, read(t, dir, "before"), read(t, dir, "after"), "keys are not lines any more")
	assert.Equal(t, "2\n", read(t, dir, "status"))
	assert.Eventually(t, func() bool { // tmux has read all that was drawn, and said
		return strings.TrimSpace(tmux("display", "-p", "#{alternate_on} #{cursor_flag}")) == "0 1" &&
			strings.Count(tmux("capture-pane", "-p"), "panic: as the test wants") == 1
	}, 30*time.Second, 20*time.Millisecond)
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
