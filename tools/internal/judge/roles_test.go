package judge_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/tree"
)

// This test binary plays other programs, too.
const (
	roleEcho = "echo" // a right program, which the judge has not built
	roleBusy = "busy" // one that says to whom it was told that it lives, and no more
	realGo   = "JUDGE_TEST_GO"
	goCalls  = "JUDGE_TEST_GO_CALLS"
)

// role plays, and does not return, if this process is to be another program.
func role() {
	switch {
	case strings.TrimSuffix(filepath.Base(os.Args[0]), exe()) == "go":
		playGo()
	case len(os.Args) > 2 && os.Args[1] == roleEcho:
		playEcho(os.Args[len(os.Args)-1])
	case len(os.Args) > 2 && os.Args[1] == roleBusy:
		playBusy(os.Args[2])
	}
}

func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	require.NoError(t, err)
	return path
}

func playEcho(addr string) {
	conn, err := net.ListenPacket("udp", addr)
	if err != nil {
		os.Exit(1)
	}
	fmt.Println("echoserver ready on", conn.LocalAddr())
	buf := make([]byte, 2048)
	for {
		n, client, _ := conn.ReadFrom(buf)
		conn.WriteTo(buf[:n], client)
	}
}

// playBusy is never ready, and never provably so.
func playBusy(addr string) {
	if _, err := net.Dial("tcp", addr); err != nil {
		os.Exit(1)
	}
	for {
		time.Sleep(time.Millisecond)
	}
}

// playGo is the go command, and writes down what it is asked for.
func playGo() {
	calls, err := os.OpenFile(os.Getenv(goCalls), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o666)
	if err != nil {
		panic(err)
	}
	fmt.Fprintln(calls, os.Args[1])
	calls.Close()
	cmd := exec.Command(os.Getenv(realGo), os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if cmd.Run() != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

// countGo counts from now on how often the go command is asked for something.
func countGo(t *testing.T) (calls func(what string) int) {
	path, err := exec.LookPath("go")
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.Link(self(t), filepath.Join(dir, "go"+exe())))
	t.Setenv(realGo, path)
	t.Setenv(goCalls, filepath.Join(dir, "calls"))
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
	return func(what string) int {
		text, err := os.ReadFile(filepath.Join(dir, "calls"))
		require.NoError(t, err)
		return len(slices.DeleteFunc(strings.Fields(string(text)), func(call string) bool { return call != what }))
	}
}

var errNewer = errors.New("there is a newer save")

func cancelCause(t *testing.T) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(t.Context())
	t.Cleanup(func() { cancel(nil) })
	return ctx, cancel
}

// cancelled cancels a verdict once the program lives, which its connection
// shows, and wants the program to be dead, which its connection shows as well.
func cancelled(t *testing.T, j *judge.Judge, c *tree.Chapter) *judge.Verdict {
	welcome, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer welcome.Close()
	ctx, cancel := cancelCause(t)
	type result struct {
		*judge.Verdict
		error
	}
	results := make(chan result, 1)
	go func() {
		v, err := j.Judge(ctx, c, judge.Program{Command: []string{self(t), roleBusy, welcome.Addr().String()}})
		results <- result{v, err}
	}()
	life, err := welcome.Accept()
	require.NoError(t, err)
	defer life.Close()

	cancel(errNewer)
	began := time.Now()
	r := <-results

	assert.ErrorIs(t, r.error, errNewer)
	assert.Less(t, time.Since(began), 5*time.Second, "it waited for the program")
	require.NoError(t, life.SetReadDeadline(time.Now().Add(5*time.Second)))
	_, err = life.Read(make([]byte, 1))
	var timeout net.Error
	assert.False(t, errors.As(err, &timeout) && timeout.Timeout(), "the program lives on: %v", err)
	assert.True(t, err != nil && (errors.Is(err, io.EOF) || !timeout.Timeout()))
	return r.Verdict
}
