package report

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/tree"
	"sockets.test/tools/internal/wire"
)

// verdicts are of a chapter that is made for this: one that passes a test and
// fails another, and one that was not compiled.
func chapter(t *testing.T) *tree.Chapter {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":                                "module sockets.test\n",
		"chapters/01-echo/README.md":            "# 1. Bytes come back\n",
		"chapters/01-echo/server.go":            "package main\n\nfunc main() {\n\tserve()\n}\n\nfunc serve() {\n}\n",
		"chapters/01-echo/testdata/hello.txtar": "# hello\nserve\n",
		"testdata/skeletons/01-echo/server.go":  "package main\n\nfunc main() {\n\tserve()\n}\n\nfunc serve() {\n\tpanic(\"TODO 1.2: serve\")\n}\n",
		"chapters/01-echo/server_test.go":       source,
	} {
		require.NoError(t, os.MkdirAll(root+"/"+name[:strings.LastIndex("/"+name, "/")], 0o777))
		require.NoError(t, os.WriteFile(root+"/"+name, []byte(text), 0o666))
	}
	found, err := tree.Find(root)
	require.NoError(t, err)
	c, err := found.Chapter("1")
	require.NoError(t, err)
	return c
}

const source = `package main

import "testing"

// 1.1: a fact
func TestOpen(t *testing.T) {
	t.Run("it opens", func(t *testing.T) {
		given()

		when(t)
	})
}

// 1.2: another
func TestServe(t *testing.T) {
	for _, name := range names {
		t.Run(name, func(t *testing.T) { then() })
	}
}

// 1.2: the terminals
func TestTranscripts(t *testing.T) { transcripts.Run(t) }
`

var wrong = &failure.Failure{
	Test: "TestServe/a_<b>", Expect: `client.Expect("HI")`, File: "server_test.go", Line: 17, Step: "1.2",
	Outcome: failure.Wrong, Want: []byte("HI"), Got: []byte("HI\x00"),
	Difference: &failure.Difference{Kinds: []failure.Kind{failure.OneZero}, At: 2},
	Answers:    []failure.Answer{{Question: failure.WhenMore, Yes: true, Got: []byte("HI")}},
	Facts:      map[string]string{"rows": "2"},
	Conversation: wire.Conversation{
		Server: "echoserver", Address: "127.0.0.1:12000", Clients: []wire.Client{{Name: "client", Address: "127.0.0.1:50001"}},
		Events: []wire.Event{
			{Client: "client", Kind: wire.Bytes, ToServer: true, Data: []byte("hi"), At: time.Millisecond},
			{Client: "client", Kind: wire.Bytes, Data: []byte("HI\x00"), At: 2 * time.Millisecond},
		},
	},
	Mark: wire.Mark{Event: 1, Offset: 2},
	Program: failure.State{
		Name: "echoserver", Command: "echoserver -addr 127.0.0.1:0", Resting: failure.Asleep, Timers: failure.NoTimer,
		Calls:   []failure.Call{{Place: "server.go:4", Call: "conn.ReadFrom"}},
		Sockets: []failure.Socket{{Net: "udp", Local: "127.0.0.1:12000"}},
		Stdout:  "echoserver ready on 127.0.0.1:12000\n",
	},
}

var fails = &judge.Verdict{
	Chapter: "01-echo", Took: 1500 * time.Millisecond, Hash: "ab", Against: "cd",
	Tests: []judge.Test{
		{Name: "TestOpen/it_opens", Outcome: judge.Pass, Took: 10 * time.Millisecond, Text: "noise"},
		{Name: "TestTranscripts/hello", Outcome: judge.Pass},
		{Name: "TestSkipped", Outcome: judge.Skip, Text: "no IPv6"},
		{Name: "TestServe/a_<b>", Outcome: judge.Fail, Step: "1.2", Failure: wrong, Took: 250 * time.Millisecond,
			Diagnosis: failure.Diagnosis{ID: "whole-buffer", Truth: "One fact.", Step: "1.2"}},
	},
}

// TestJSON holds the form to its promise: what stands here stays.
func TestJSON(t *testing.T) {
	text, err := JSON(chapter(t), fails)
	require.NoError(t, err)
	assert.Equal(t, golden(t, "fails.json", text), text)

	text, err = JSON(chapter(t), &judge.Verdict{Chapter: "01-echo", Build: "chapters/01-echo/server.go:4:2: undefined: serve\n"})
	require.NoError(t, err)
	assert.Equal(t, golden(t, "error.json", text), text)
}

func TestExercism(t *testing.T) {
	text, err := Exercism(chapter(t), fails)
	require.NoError(t, err)
	assert.Equal(t, golden(t, "fails.exercism.json", text), text)

	text, err = Exercism(chapter(t), &judge.Verdict{Chapter: "01-echo", Build: strings.Repeat("x", 70_000)})
	require.NoError(t, err)
	assert.Regexp(t, `"status": "error"`, text)
	assert.Less(t, len(text), 65_535+200, "the message has a limit")
}

func TestLines(t *testing.T) {
	text, err := Lines(chapter(t), fails)
	require.NoError(t, err)
	assert.Equal(t, "chapters/01-echo/server.go:4: One fact. [whole-buffer]\nchapters/01-echo/server_test.go:17: a <b>\n", text)
}

func TestMap(t *testing.T) {
	c := chapter(t)
	at := func(status ...Status) []Line {
		var list []Line
		for _, s := range status {
			list = append(list, Line{Chapter: c, Title: "T", Status: s})
		}
		return list
	}
	assert.Equal(t, 0, Next(at(NotBegun, NotBegun)))
	assert.Equal(t, 2, Next(at(Done, Changed, Begun, NotBegun)), "what has passed can wait")
	assert.Equal(t, 1, Next(at(Done, Changed)))
	assert.Equal(t, -1, Next(at(Done, Done)))

	text := Map(at(Done, Changed, Begun, Broken))
	assert.Regexp(t, regexp.MustCompile(`(?m)^✓ .*\n↻ .*\n▶ .*\n! `), text)
	assert.Contains(t, text, "go tool course test -changed")
	assert.NotContains(t, text, "Welcome")
	assert.Contains(t, Map(at(NotBegun)), "chapters/01-echo/server.go:8 ", "the first TODO")
}

// go test ./tools/internal/report -update writes testdata anew. It is a promise
// to other programs: what was there stays.
var update = flag.Bool("update", false, "write testdata anew")

func golden(t *testing.T, name, got string) string {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile("testdata/"+name, []byte(got), 0o666))
	}
	text, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return string(text)
}
