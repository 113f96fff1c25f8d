package report_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/report"
	"sockets.test/tools/internal/tree"
	"sockets.test/tools/internal/wire"
)

func chapters(t *testing.T) []*tree.Chapter {
	root := t.TempDir()
	for _, key := range []string{"01-udp-server", "02-udp-client", "06-tcp-server"} {
		require.NoError(t, os.MkdirAll(filepath.Join(root, "chapters", key), 0o777))
	}
	list, err := (&tree.Tree{Root: root}).Chapters()
	require.NoError(t, err)
	return list
}

func lines(t *testing.T, statuses ...report.Status) (list []report.Line) {
	for i, c := range chapters(t) {
		list = append(list, report.Line{Chapter: c, Title: "A claim", Minutes: 40, Status: statuses[i]})
	}
	return list
}

func TestMap(t *testing.T) {
	const next = `
  read       chapters/02-udp-client/README.md  (40 minutes)
  write      chapters/02-udp-client/main.go:1  (go tool course edit 2)
  be judged  go tool course watch 2  (once: go tool course test 2)
  be helped  go tool course hint 2
`
	t.Run("welcomes who has not begun", func(t *testing.T) {
		got := report.Map(lines(t, report.NotBegun, report.NotBegun, report.NotBegun))
		assert.Regexp(t, `^Welcome to Sockets by Test\.`, got)
		assert.Contains(t, got, "▶ 01-udp-server  A claim\n  02-udp-client  A claim\n  06-tcp-server  A claim\n\n0 of 3 chapters done. Next:\n")
	})
	t.Run("shows how far, and what is next", func(t *testing.T) {
		got := report.Map(lines(t, report.Done, report.NotBegun, report.Begun))
		assert.Equal(t, "✓ 01-udp-server  A claim\n▶ 02-udp-client  A claim\n~ 06-tcp-server  A claim\n\n1 of 3 chapters done. Next:\n"+next, got)
	})
	t.Run("says in one line what is broken", func(t *testing.T) {
		list := lines(t, report.Done, report.Begun, report.Broken)
		list[2].Problem = "\nserver.go:3: undefined: x\nmore\n"
		list[1].Minutes = 0
		got := report.Map(list)
		assert.Contains(t, got, "! 06-tcp-server  A claim\n                 server.go:3: undefined: x\n\n")
		assert.Contains(t, got, "chapters/02-udp-client/README.md\n")
	})
	t.Run("ends", func(t *testing.T) {
		got := report.Map(lines(t, report.Done, report.Done, report.Done))
		assert.Contains(t, got, "\n3 of 3 chapters done. That is all there is: well done.\n")
		assert.NotContains(t, got, "Next")
	})
}

func TestVerdict(t *testing.T) {
	pass := judge.Test{Name: "TestReady/it_names_its_port", Outcome: judge.Pass}
	skip := judge.Test{Name: "TestLeaks", Outcome: judge.Skip}
	fail := judge.Test{Name: "TestAnswer/a_client_may_ask_again", Outcome: judge.Fail, Text: "What went wrong.\n\n  picture\n\n"}
	for _, c := range []struct {
		what    string
		verdict judge.Verdict
		want    string
	}{
		{"a program that does not compile", judge.Verdict{Build: "server.go:3: undefined: x"},
			"✗ 01-udp-server does not compile:\n\nserver.go:3: undefined: x"},
		{"a program that passes", judge.Verdict{Tests: []judge.Test{pass, pass, skip}, Took: 25 * time.Millisecond},
			"✓ 01-udp-server passes: 3 tests in 25 ms.\n  A datagram is a message.\n  skipped: TestLeaks\n"},
		{"a program that fails", judge.Verdict{Tests: []judge.Test{pass, pass, fail}},
			"✗ 01-udp-server: a client may ask again\n\n  What went wrong.\n\n    picture\n\n2 tests passed before it.\n"},
		{"a program that fails soon", judge.Verdict{Tests: []judge.Test{pass, fail}},
			"✗ 01-udp-server: a client may ask again\n\n  What went wrong.\n\n    picture\n\nOne test passed before it.\n"},
		{"a program that fails at once", judge.Verdict{Tests: []judge.Test{fail}},
			"✗ 01-udp-server: a client may ask again\n\n  What went wrong.\n\n    picture\n"},
		{"a program with a race", judge.Verdict{Tests: []judge.Test{pass, fail}, Raced: 9},
			"✗ 01-udp-server: a client may ask again\n\n  What went wrong.\n\n    picture\n\nAll 9 tests had passed; this showed when the program was built again, with -race.\n"},
	} {
		t.Run(c.what, func(t *testing.T) {
			c.verdict.Chapter = "01-udp-server"
			assert.Equal(t, c.want, report.Verdict(chapters(t)[0], "A datagram is a message.", &c.verdict, 0, 0))
		})
	}
}

// A failure is drawn for the screen.
func TestVerdictOnAScreen(t *testing.T) {
	f := failure.Failure{
		Outcome: failure.NeverAnswered, Want: []byte("HELLO"), File: "server_test.go", Line: 3, Mark: wire.Mark{Event: -1, Offset: -1},
		Conversation: wire.Conversation{Server: "server", Clients: []wire.Client{{Name: "client"}}},
		Program:      failure.State{Name: "server", Calls: []failure.Call{{Place: "server.go:3"}}},
	}
	for range 40 {
		f.Conversation.Events = append(f.Conversation.Events, wire.Event{Client: "client", Kind: wire.Bytes, ToServer: true, Data: []byte("hello")})
	}
	pass := judge.Test{Name: "TestReady", Outcome: judge.Pass}
	v := &judge.Verdict{Chapter: "01-udp-server", Tests: []judge.Test{pass, pass, {Name: "TestAnswer", Outcome: judge.Fail, Failure: &f}}}
	for _, size := range []struct{ columns, rows int }{{0, 0}, {80, 24}, {80, 14}, {60, 20}, {120, 50}} {
		text := report.Verdict(chapters(t)[0], "", v, size.columns, size.rows)

		assert.Contains(t, text, "  server read what came, and never answered.")
		assert.Contains(t, text, `wanted "HELLO"`)
		assert.Contains(t, text, "  the test     chapters/01-udp-server/server_test.go:3\n")
		if size.rows > 0 {
			assert.LessOrEqual(t, strings.Count(text, "\n"), size.rows, text)
		}
		for line := range strings.Lines(text) {
			if size.columns > 0 {
				assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), size.columns, line)
			}
		}
	}
}

func TestClaim(t *testing.T) {
	assert.Equal(t, "a client may ask again", report.Claim("TestAnswer/a_client_may_ask_again"))
	assert.Equal(t, "TestAnswer", report.Claim("TestAnswer"))
}
