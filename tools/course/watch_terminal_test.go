package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A pane is a real terminal, by tmux, with a shell in it.
type pane struct {
	t      *testing.T
	socket string
	pid    string // a file
}

func newPane(t *testing.T, dir string, width int, env ...string) *pane {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed: nothing is shown in a real terminal")
	}
	p := &pane{t: t, socket: filepath.Join(t.TempDir(), "tmux"), pid: filepath.Join(dir, "pid")}
	command := []string{"env", "-u", "NO_COLOR", "PS1=$ ", "ENV="}
	command = append(append(command, env...), "sh", "-c", "stty -g >before; exec sh")
	p.tmux(append([]string{"-f", os.DevNull, "-u", "new-session", "-d", "-x", fmt.Sprint(width), "-y", "40", "-c", dir}, command...)...)
	t.Cleanup(func() { exec.Command("tmux", "-S", p.socket, "kill-server").Run() })
	p.prompted()
	return p
}

// prompted waits until the shell asks for a command.
func (p *pane) prompted() {
	p.t.Helper()
	within(p.t, func() bool { return strings.HasSuffix(strings.TrimSpace(p.screen()), "$") },
		func() string { return "the shell does not ask for the next command:\n" + p.screen() })
}

func (p *pane) tmux(args ...string) string {
	p.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-S", p.socket}, args...)...).CombinedOutput()
	require.NoError(p.t, err, "tmux %s: %s", args, out)
	return string(out)
}

func (p *pane) press(keys ...string) { p.t.Helper(); p.tmux(append([]string{"send-keys"}, keys...)...) }

func (p *pane) screen() string { p.t.Helper(); return p.tmux("capture-pane", "-p") }

// see waits for all the words to be on the screen at once.
func (p *pane) see(words ...string) {
	p.t.Helper()
	screen := ""
	within(p.t, func() bool {
		screen = p.screen()
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(screen, w) })
	}, func() string { return fmt.Sprintf("%q is not on the screen:\n%s", words, screen) })
}

// asFound wants the terminal as the shell had it: lines, echo, cursor, screen.
func (p *pane) asFound() {
	p.t.Helper()
	within(p.t, func() bool { return p.tmux("display", "-p", "#{alternate_on} #{cursor_flag}") == "0 1\n" },
		func() string { return "the screen is not given back:\n" + p.screen() })
	p.prompted()
	p.press("stty -g | cmp - before && echo as''found", "Enter")
	p.see("asfound")
}

func TestWatchInATerminal(t *testing.T) {
	t.Parallel()
	for _, width := range []int{60, 160} {
		t.Run(fmt.Sprintf("%d columns", width), func(t *testing.T) {
			t.Parallel()
			l := newLearner(t)
			p := newPane(t, l.root, width)

			p.press("course watch", "Enter")
			p.see("0 of 2 chapters", "step 1 of 4", "TODO 1.1", "h hint", "q quit")

			l.save(firstKey, l.mistaken(firstKey, "whole-buffer"))
			p.see("step 2 of 4", "[whole-buffer]", "HELLO, ANN 2")
			p.press("h")
			p.see("hint 1 of 3")
			p.press("h")
			p.see("hint 1 of 3", "hint 2 of 3")
			p.press("s")
			p.see("## 1.2 ", "esc back")
			p.press("Escape")
			p.see("[whole-buffer]")
			p.press("o")
			p.see("You have not passed", "y yes")
			p.press("y")
			p.see("solutions/" + firstKey + "/server.go")
			p.press("l")
			p.see("▶ "+firstKey, secondKey)
			p.press("t")
			p.see("udpserver ready on")
			p.press("n")
			p.see("n goes on once this chapter passes")

			l.save(firstKey, l.solution(firstKey))
			p.see("1 of 2 chapters", "✓ "+firstKey, "Your program's conversation", "n next")
			p.press("n")
			p.see("1 of 2 chapters", secondKey, "TODO 6.1")
			p.press("q")
			p.asFound()
		})
	}
}

func TestWatchColours(t *testing.T) {
	t.Parallel()
	red := "\x1b[31m"
	for name, c := range map[string]struct {
		env  string
		want assert.ComparisonAssertionFunc
	}{
		"as they come": {"COURSE=", func(t assert.TestingT, a, b any, args ...any) bool { return assert.Contains(t, a, b, args...) }},
		"NO_COLOR":     {"NO_COLOR=1", func(t assert.TestingT, a, b any, args ...any) bool { return assert.NotContains(t, a, b, args...) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPane(t, newLearner(t).root, 80, c.env)

			p.press("course watch", "Enter")
			p.see("TODO 1.1", "q quit")

			c.want(t, p.tmux("capture-pane", "-p", "-e"), red)
		})
	}
}

func TestWatchInADumbTerminal(t *testing.T) {
	t.Parallel()
	l := newLearner(t)
	p := newPane(t, l.root, 80)

	p.press("TERM=dumb course watch", "Enter")
	p.see("watching chapters/"+firstKey, "TODO 1.1")

	assert.Equal(t, "0\n", p.tmux("display", "-p", "#{alternate_on}"))
	p.press("C-c")
	p.asFound()
}

func TestWatchIsInterrupted(t *testing.T) {
	t.Parallel()
	for name, interrupt := range map[string]func(p *pane){
		"by Ctrl-C":  func(p *pane) { p.press("C-c") },
		"by SIGTERM": func(p *pane) { p.signal("TERM") },
		"by SIGINT":  func(p *pane) { p.signal("INT") },
		"by Ctrl-Z": func(p *pane) {
			p.press("C-z")
			p.asFound()
			p.press("fg", "Enter")
			p.see("TODO 1.1", "q quit")
			p.press("q")
		},
		"by SIGTSTP": func(p *pane) {
			p.signal("TSTP")
			p.asFound()
			p.press("fg", "Enter")
			p.see("TODO 1.1", "q quit")
			p.press("q")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPane(t, newLearner(t).root, 80)
			p.press("sh -c 'echo $$ >pid; exec course watch'", "Enter")
			p.see("TODO 1.1", "q quit")

			interrupt(p)

			p.asFound()
		})
	}
}

// signal sends one to the process whose number is in the file pid.
func (p *pane) signal(name string) {
	p.t.Helper()
	out, err := exec.Command("sh", "-c", "kill -"+name+" $(cat \"$0\")", p.pid).CombinedOutput()
	require.NoError(p.t, err, "%s", out)
}
