package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/mistake"
	"sockets.test/tools/internal/tree"
)

// A learner has a course of chapters that are not begun.
type learner struct {
	t    testing.TB
	root string
}

// newLearner has the two chapters that are used, and more.
func newLearner(t testing.TB, more ...string) *learner {
	t.Helper()
	keys := slices.Concat(used, more)
	prepare(t, keys)
	root := filepath.Join(t.TempDir(), "course")
	require.NoError(t, lay(root, keys))
	return &learner{t: t, root: root}
}

func (l *learner) chapter(key string) *tree.Chapter {
	l.t.Helper()
	course, err := tree.Find(l.root)
	require.NoError(l.t, err)
	c, err := course.Chapter(key)
	require.NoError(l.t, err)
	return c
}

func (l *learner) save(key, text string) {
	l.t.Helper()
	require.NoError(l.t, os.WriteFile(filepath.Join(l.root, "chapters", key, "server.go"), []byte(text), 0o666))
}

func (l *learner) solution(key string) string {
	l.t.Helper()
	text, err := os.ReadFile(filepath.Join(l.root, "solutions", key, "server.go"))
	require.NoError(l.t, err)
	return string(text)
}

// mistaken is the solution with a misconception.
func (l *learner) mistaken(key, id string) string {
	l.t.Helper()
	m, err := mistake.Read(filepath.Join(l.chapter(key).MistakesDir(), id+".txtar"))
	require.NoError(l.t, err)
	files, err := m.Apply(map[string]string{"server.go": l.solution(key)})
	require.NoError(l.t, err)
	return files["server.go"]
}

// The programs of the last are judged for data races, too.
const firstKey, secondKey, threadsKey = "01-udp-server", "06-tcp-server", "13-threaded-server"

// A watching is a course watch whose lines are read one by one.
type watching struct {
	t     testing.TB
	cmd   *exec.Cmd
	lines *bufio.Reader
	all   bytes.Buffer
}

// watch begins one without a terminal.
func (l *learner) watch(key string, env ...string) *watching {
	l.t.Helper()
	cmd := exec.Command("course", "watch", key)
	cmd.Dir = l.root
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.StdoutPipe()
	require.NoError(l.t, err)
	require.NoError(l.t, cmd.Start())
	w := &watching{t: l.t, cmd: cmd, lines: bufio.NewReader(out)}
	l.t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return w
}

// until reads to a line that has the words, and gives what it read.
func (w *watching) until(words string) string {
	w.t.Helper()
	read := new(strings.Builder)
	for {
		line, err := w.lines.ReadString('\n')
		read.WriteString(line)
		w.all.WriteString(line)
		if strings.Contains(line, words) {
			return read.String()
		}
		require.NoError(w.t, err, "no line with %q; there was\n%s", words, w.all.String())
	}
}

// quit ends it as Ctrl-C would, and gives the rest of its lines.
func (w *watching) quit() string {
	w.t.Helper()
	require.NoError(w.t, w.cmd.Process.Signal(os.Interrupt))
	rest, err := io.ReadAll(w.lines)
	require.NoError(w.t, err)
	w.all.Write(rest)
	require.NoError(w.t, w.cmd.Wait(), "it did not end well")
	return string(rest)
}

func needSignals(t testing.TB) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no signal for Ctrl-C to send on Windows")
	}
}

func TestWatchPiped(t *testing.T) {
	t.Parallel()
	needSignals(t)
	l := newLearner(t)
	w := l.watch(firstKey)

	w.until("TODO 1.1")
	l.save(firstKey, l.mistaken(firstKey, "whole-buffer"))
	w.until("[whole-buffer]")
	l.save(firstKey, l.solution(firstKey))
	w.until("✓ " + firstKey + " passes")
	w.until("Your program's conversation:")
	w.until("The reference")
	w.until("go tool course watch 6")
	w.quit()

	assert.NotContains(t, w.all.String(), "\x1b", "these are to be plain lines")
}

// The verdict does not wait until races have been looked for, and is not the
// last word.
func TestWatchRaces(t *testing.T) {
	t.Parallel()
	needSignals(t)
	if why, ok := judge.CanRace(); !ok {
		t.Skip(why)
	}
	l := newLearner(t, threadsKey)
	w := l.watch(threadsKey)
	w.until("TODO 13.1")

	l.save(threadsKey, l.mistaken(threadsKey, "unguarded-variable"))
	w.until("✓ " + threadsKey + " passes")
	w.until("looking for data races")
	w.until("[unguarded-variable]")
	l.save(threadsKey, l.solution(threadsKey))
	w.until("✓ " + threadsKey + " passes")
	w.until("looking for data races")
	w.until("✓ " + threadsKey + " passes")
	w.until("Your program's conversation:")
	w.quit()
}

func TestWatchGoesOn(t *testing.T) {
	t.Parallel()
	needSignals(t)
	l := newLearner(t)
	file := filepath.Join(l.root, "chapters", firstKey, "server.go")
	w := l.watch(firstKey)
	w.until("TODO 1.1")

	for _, c := range []struct {
		name, says string
		save       func()
	}{
		{"a half-written file", "chapters/" + firstKey + "/server.go:3:", func() { l.save(firstKey, "package main\n\nfunc ma") }},
		{"a file that is not UTF-8", "server.go:2: this is not UTF-8", func() { l.save(firstKey, "package main\n// caf\xe9\n") }},
		{"a missing file", "server.go is missing: go tool course reset 1", func() { require.NoError(t, os.Remove(file)) }},
		{"a file that comes back", "✓ " + firstKey, func() { l.save(firstKey, l.solution(firstKey)) }},
		{"a missing folder", "is missing: git restore", func() { require.NoError(t, os.RemoveAll(filepath.Dir(file))) }},
		{"a folder that comes back", "TODO 1.1", func() {
			ours, err := tree.Find(".")
			require.NoError(t, err)
			require.NoError(t, copyAll(filepath.Join(ours.Root, "chapters", firstKey), filepath.Dir(file)))
			skeleton, err := os.ReadFile(filepath.Join(l.root, "testdata", "skeletons", firstKey, "server.go"))
			require.NoError(t, err)
			l.save(firstKey, string(skeleton))
		}},
	} {
		c.save()
		w.until(c.says)
	}
	w.quit()
}

// A row of saves, faster than any can be judged: the last one's verdict is
// told, none comes after it, and nothing is left that runs.
func TestWatchManySaves(t *testing.T) {
	t.Parallel()
	needSignals(t)
	l := newLearner(t)
	mark := "COURSE_WATCH_TEST=" + filepath.Base(filepath.Dir(l.root)) + strconv.Itoa(os.Getpid())
	w := l.watch(firstKey, mark)
	w.until("TODO 1.1")
	wrong := l.mistaken(firstKey, "whole-buffer")

	for i := range 50 {
		l.save(firstKey, fmt.Sprintf("%s\n// %d\n", wrong, i))
	}
	l.save(firstKey, l.solution(firstKey))
	w.until("✓ " + firstKey + " passes")
	w.until("go tool course watch 6") // the picture, which it made, is the end
	if runtime.GOOS == "linux" {
		within(t, func() bool { return len(others(t, mark, w.cmd.Process.Pid)) == 0 }, func() string { return "a process is left" })
	}
	l.save(firstKey, wrong)
	between := w.until("✗")

	assert.NotContains(t, between, "✓", "a verdict came after the last one's")
	w.quit()
	if runtime.GOOS == "linux" {
		within(t, func() bool { return len(others(t, mark, 0)) == 0 }, func() string { return "a process outlives it" })
	}
}

// others are the processes that have the mark in their environment, but for
// this one.
func others(t *testing.T, mark string, but int) (commands []string) {
	environments, err := filepath.Glob("/proc/[0-9]*/environ")
	require.NoError(t, err)
	for _, path := range environments {
		text, _ := os.ReadFile(path)
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if !strings.Contains(string(text), mark+"\x00") || pid == but {
			continue
		}
		command, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
		commands = append(commands, strings.ReplaceAll(string(command), "\x00", " "))
	}
	return commands
}

// within wants something to become true while the test has time.
func within(t testing.TB, true func() bool, otherwise func() string) {
	t.Helper()
	late, looks := time.After(30*time.Second), time.Tick(20*time.Millisecond)
	for !true() {
		select {
		case <-late:
			require.Fail(t, otherwise())
		case <-looks:
		}
	}
}
