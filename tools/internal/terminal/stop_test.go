//go:build unix

package terminal_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/terminal"
)

const (
	likeGo  = "like the go command"
	underGo = "a tool under it"
)

// runLikeGo runs a tool as the go command does: it catches every signal, and
// passes it on.
func runLikeGo() {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleVar+"="+underGo)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	signals := make(chan os.Signal, 100)
	signal.Notify(signals)
	go func() {
		for s := range signals {
			cmd.Process.Signal(s)
		}
	}()
	cmd.Wait()
}

func runUnderGo() {
	terminal.StopTogether()
	fmt.Println("asks")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Println("heard", lines.Text())
	}
}

func TestStopTogether(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	tmux := newTmux(t, t.TempDir(), "env", "PS1=$ ", "ENV=", "SELF="+self, "sh")
	see := func(words string, times int) {
		t.Helper()
		require.Eventually(t, func() bool { return strings.Count(tmux("capture-pane", "-p"), words) == times },
			30*time.Second, 20*time.Millisecond, "%q is not seen", words)
	}

	tmux("send-keys", roleVar+"='"+likeGo+"' $SELF", "Enter")
	see("asks", 1)
	for i := range 3 { // each Ctrl-Z stops once, though it comes twice
		tmux("send-keys", "C-z")
		see("Stopped", i+1)
		tmux("send-keys", "fg", "Enter")
		tmux("send-keys", fmt.Sprint("line ", i), "Enter")
		see(fmt.Sprint("heard line ", i), 1)
	}
	tmux("send-keys", "C-d")
	tmux("send-keys", "echo it ha''s ended", "Enter")
	see("it has ended", 1)
}
