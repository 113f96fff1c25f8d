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

// This test binary is also a program that takes the terminal, and panics.
const panicking = "TERMINAL_TEST_PANICS"

func TestMain(m *testing.M) {
	if os.Getenv(panicking) == "" {
		os.Exit(m.Run())
	}
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
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed: there is no terminal to give back")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	dir := t.TempDir()
	tmux := func(args ...string) string {
		out, err := exec.Command("tmux", append([]string{"-S", filepath.Join(dir, "tmux")}, args...)...).CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	script := `stty -g >before; ` + panicking + `=yes "$0" 2>said; stty -g >after; tmux -S tmux wait-for -S ended; exec sh`
	tmux("-f", os.DevNull, "new-session", "-d", "-c", dir, "sh", "-c", script, self)
	t.Cleanup(func() { exec.Command("tmux", "-S", filepath.Join(dir, "tmux"), "kill-server").Run() })

	tmux("wait-for", "ended")

	assert.Equal(t, read(t, dir, "before"), read(t, dir, "after"), "keys are not lines any more")
	assert.Contains(t, read(t, dir, "said"), "as the test wants")
	assert.Eventually(t, func() bool { // tmux has read all that was drawn
		return strings.TrimSpace(tmux("display", "-p", "#{alternate_on} #{cursor_flag}")) == "0 1"
	}, 30*time.Second, 20*time.Millisecond)
}

func read(t *testing.T, dir, name string) string {
	text, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	return string(text)
}
