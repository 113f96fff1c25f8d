package show_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/show"
	"sockets.test/tools/internal/todo"
	"sockets.test/tools/internal/tree"
	"sockets.test/tools/internal/wire"
)

// go test ./tools/internal/show -update writes the golden texts anew. Look at them.
var update = flag.Bool("update", false, "write testdata/*.txtar anew")

// chapter is one with a lesson of two sections.
func chapter(t *testing.T) *tree.Chapter {
	t.Helper()
	root := t.TempDir()
	lesson := filepath.Join(root, "chapters", "06-tcp-server", "README.md")
	require.NoError(t, os.MkdirAll(filepath.Dir(lesson), 0o777))
	require.NoError(t, os.WriteFile(lesson, []byte("# 6. A claim\n\n## 6.1 One\n\n## 6.2 Two\n"), 0o666))
	c, err := (&tree.Tree{Root: root}).Chapter("6")
	require.NoError(t, err)
	return c
}

const toServer = true

func event(kind wire.Kind, toServer bool, data string) wire.Event {
	e := wire.Event{Client: "client", Kind: kind, ToServer: toServer}
	if kind == wire.Bytes {
		e.Data = []byte(data)
	} else {
		e.Text = data
	}
	return e
}

// talk is a conversation with one client, an event each millisecond.
func talk(events ...wire.Event) wire.Conversation {
	c := wire.Conversation{Server: "tcpserver", Address: "127.0.0.1:12000", Clients: []wire.Client{{Name: "client", Address: "127.0.0.1:50001"}}, Events: events}
	for i := range c.Events {
		c.Events[i].At = time.Duration(i) * time.Millisecond
	}
	return c
}

// asked is a client that connects and says something.
func asked(more ...wire.Event) wire.Conversation {
	return talk(append([]wire.Event{event(wire.Connect, toServer, ""), event(wire.Bytes, toServer, "hello")}, more...)...)
}

var (
	nowhere = wire.Mark{Event: -1, Offset: -1}
	asleep  = event(wire.Silence, false, "asleep")
	server  = failure.State{Name: "tcpserver", Command: "tcpserver -addr 127.0.0.1:0", Stdout: "tcpserver ready on 127.0.0.1:12000\n"}
)

// with is the server's state, changed.
func with(change func(*failure.State)) failure.State {
	state := server
	change(&state)
	return state
}

func hundred() []wire.Event {
	var events []wire.Event
	for i := range 100 {
		events = append(events, event(wire.Bytes, i%2 == 0, fmt.Sprint("event ", i)))
	}
	return events
}

var failures = []struct {
	name      string
	failure   failure.Failure
	diagnosis failure.Diagnosis
}{
	{"wrong bytes", failure.Failure{
		Outcome: failure.Wrong, Want: []byte("HI"), Got: []byte("HILONGER MESSAGE"),
		Difference:   &failure.Difference{Kinds: []failure.Kind{failure.Stale}, At: 2},
		Conversation: talk(event(wire.Bytes, toServer, "a longer message"), event(wire.Bytes, false, "A LONGER MESSAGE"), event(wire.Bytes, toServer, "hi"), event(wire.Bytes, false, "HILONGER MESSAGE")),
		Mark:         wire.Mark{Event: 3, Offset: 2},
		Program:      server,
	}, failure.Diagnosis{ID: "stale-bytes", Truth: "A datagram has no terminator: only n says where its bytes end.", Step: "6.1"}},

	{"silence that more would have ended", failure.Failure{
		Outcome: failure.NeverAnswered, Want: []byte("HELLO"),
		Answers:      []failure.Answer{{Question: failure.WhenMore}, {Question: failure.WhenEnd, Yes: true, Got: []byte("HELLO")}, {Question: failure.WhenAnother, Yes: true}},
		Conversation: asked(asleep, event(wire.Note, false, "and what if the client ends its stream?"), event(wire.End, toServer, ""), event(wire.Bytes, false, "HELLO")),
		Mark:         nowhere,
		Program: with(func(s *failure.State) {
			s.Resting, s.Timers = failure.Asleep, failure.NoTimer
			s.Calls = []failure.Call{{Place: "server.go:31", Call: "io.ReadAll"}}
		}),
	}, failure.Diagnosis{ID: "waits-for-the-end", Truth: "An answer need not wait for the end of the question.", Step: "6.2"}},

	{"silence that nothing ends", failure.Failure{
		Outcome: failure.NeverAnswered, Want: []byte("HELLO"),
		Answers:      []failure.Answer{{Question: failure.WhenMore}, {Question: failure.WhenEnd}, {Question: failure.WhenAnother}},
		Conversation: asked(asleep),
		Mark:         nowhere,
		Program: with(func(s *failure.State) {
			s.Resting, s.Timers = failure.Asleep, failure.NoTimer
			s.Calls = []failure.Call{{Place: "server.go:31", Call: "UDPConn.ReadFrom"}, {Place: "server.go:44", Runs: true}, {Place: "server.go:50", Call: "chan receive"}, {Place: "server.go:60"}}
			s.Stdout += "write udp: destination address required\n"
			s.Stderr = "one\ntwo\nthree\nfour\n"
			s.Unfinished = &todo.Todo{Step: "6.3", File: "server.go", Line: 40}
		}),
	}, failure.Diagnosis{}},

	{"refused", failure.Failure{
		Outcome: failure.NotListening, Sentence: "No socket is open on 127.0.0.1:12000, where tcpserver said that it is ready.",
		Conversation: talk(event(wire.Refused, toServer, "")),
		Mark:         nowhere,
		Program: with(func(s *failure.State) {
			s.Stderr, s.Exit = "tcpserver: accept tcp: use of closed network connection\n", &failure.Exit{Code: 1, Text: "exit status 1"}
		}),
	}, failure.Diagnosis{}},

	{"ended in a panic", failure.Failure{
		Outcome: failure.Exited, Want: []byte("HELLO"),
		Conversation: asked(event(wire.Exit, false, "exit status 2")),
		Mark:         nowhere,
		Program: with(func(s *failure.State) {
			s.Panic = &failure.Panic{Message: "panic: assignment to entry in nil map", Place: "server.go:31"}
			s.Stderr, s.Exit = "panic: assignment to entry in nil map\n\ngoroutine 1 [running]:\n", &failure.Exit{Code: 2, Text: "exit status 2"}
			s.Unfinished = &todo.Todo{Step: "6.2", File: "server.go", Line: 40}
		}),
	}, failure.Diagnosis{}},

	{"ended in a panic before anybody came", failure.Failure{
		Outcome: failure.Exited,
		Program: with(func(s *failure.State) {
			s.Panic = &failure.Panic{Message: "panic: runtime error: index out of range [4] with length 0", Place: "server.go:31"}
			s.Exit = &failure.Exit{Code: 2, Text: "exit status 2"}
			s.Stdout = ""
		}),
	}, failure.Diagnosis{}},

	{"ended with an error", failure.Failure{
		Outcome: failure.Exited, Want: []byte("HELLO"),
		Conversation: asked(event(wire.Reset, false, ""), event(wire.Exit, false, "exit status 1")),
		Mark:         nowhere,
		Program: with(func(s *failure.State) {
			s.Stderr, s.Exit = "tcpserver: read tcp 127.0.0.1:12000->127.0.0.1:50001: connection reset by peer\n", &failure.Exit{Code: 1, Text: "exit status 1"}
		}),
	}, failure.Diagnosis{ID: "one-client-ends-all", Truth: "A client that breaks off is no reason to stop serving the others, who have done nothing wrong.", Step: "6.2"}},

	{"wrong status", failure.Failure{
		Outcome: failure.WrongStatus, Wanted: "exit status 1",
		Program: failure.State{Name: "tcpserver", Command: "tcpserver -addr nowhere:0", Stderr: "tcpserver: no such host\n", Exit: &failure.Exit{Code: 3, Text: "exit status 3"}},
	}, failure.Diagnosis{}},

	{"not ready", failure.Failure{
		Outcome: failure.NotReady,
		Program: with(func(s *failure.State) {
			s.Stdout, s.Resting = "", failure.Asleep
			s.Calls = []failure.Call{{Place: "server.go:31", Call: "TCPListener.Accept"}}
			s.Sockets = []failure.Socket{{Net: "tcp", State: "LISTEN", Local: "127.0.0.1:12000"}}
		}),
	}, failure.Diagnosis{}},

	{"the wrong output of a client", failure.Failure{
		Outcome: failure.WrongOutput, Want: []byte("HELLO\n"), Got: []byte("HEL\n"),
		Difference:   &failure.Difference{Kinds: []failure.Kind{failure.Other}, At: 3},
		Conversation: wire.Conversation{Server: "server", Address: "127.0.0.1:50002", OnLeft: true, Clients: []wire.Client{{Name: "tcpclient", Address: "127.0.0.1:50001"}}, Events: []wire.Event{{Client: "tcpclient", Kind: wire.Bytes, ToServer: true, Data: []byte("hello")}, {Client: "tcpclient", Kind: wire.Bytes, Data: []byte("HELLO")}}},
		Mark:         nowhere,
		Program:      failure.State{Name: "tcpclient", Client: true, Command: "tcpclient -addr 127.0.0.1:50002", Typed: "hello\n", Stdout: "HEL\n", Printed: 4, Stderr: "a warning\n", Exit: &failure.Exit{Text: "exit status 0"}},
	}, failure.Diagnosis{}},

	{"no output of a client", failure.Failure{
		Outcome: failure.WrongOutput, Want: []byte("HELLO\n"), Difference: &failure.Difference{Kinds: []failure.Kind{failure.Nothing}},
		Program: failure.State{Name: "tcpclient", Client: true, Command: "tcpclient -addr 127.0.0.1:50002", Exit: &failure.Exit{Text: "exit status 0"}},
	}, failure.Diagnosis{}},

	{"a client that waits for ever", failure.Failure{
		Outcome:      failure.KeepsRunning,
		Conversation: wire.Conversation{Server: "server", Address: "127.0.0.1:50002", OnLeft: true, Clients: []wire.Client{{Name: "tcpclient", Address: "127.0.0.1:50001"}}, Events: []wire.Event{{Client: "tcpclient", Kind: wire.Bytes, ToServer: true, Data: []byte("hello")}}},
		Mark:         nowhere,
		Program: failure.State{Name: "tcpclient", Client: true, Command: "tcpclient -addr 127.0.0.1:50002", Typed: "hello\n", Resting: failure.Asleep, Timers: failure.NoTimer,
			Calls: []failure.Call{{Place: "client.go:31", Call: "conn.Read"}}},
	}, failure.Diagnosis{ID: "no-deadline", Truth: "A datagram may be lost, and then no answer ever comes.", Step: "6.2"}},

	{"data race", failure.Failure{
		Outcome:      failure.DataRace,
		Conversation: asked(event(wire.Bytes, false, "HELLO")),
		Mark:         nowhere,
		Program: with(func(s *failure.State) {
			s.Races = []failure.Access{{Does: "reads", Place: "server.go:31", Call: "conn.Write"}, {Does: "writes", Place: "server.go:28"}}
			s.Stderr, s.Exit = "WARNING: DATA RACE\n", &failure.Exit{Code: 66, Text: "exit status 66"}
		}),
	}, failure.Diagnosis{}},

	{"wrong row", failure.Failure{
		Outcome: failure.WrongRow, Sentence: "tcpserver printed the row  lost | 3 | 0\n                   wanted  lost | 0 | 0",
		Conversation: talk(event(wire.Bytes, toServer, "1"), wire.Event{Client: "client", Kind: wire.Bytes, ToServer: true, Data: []byte("2"), Lost: true}, event(wire.Bytes, false, "1")),
		Mark:         nowhere,
		Program:      with(func(s *failure.State) { s.Client = true }),
	}, failure.Diagnosis{}},

	{"not begun", failure.Failure{
		Outcome: failure.NotBegun, Sentence: "TODO 6.2: answer",
		Conversation: asked(event(wire.End, false, "")),
		Mark:         nowhere,
		Program:      with(func(s *failure.State) { s.Unfinished = &todo.Todo{Step: "6.2", File: "server.go", Line: 40} }),
	}, failure.Diagnosis{}},

	{"a mark among a hundred events", failure.Failure{
		Outcome: failure.Wrong, Want: []byte("EVENT 51"), Got: []byte("event 51"),
		Difference:   &failure.Difference{Kinds: []failure.Kind{failure.Unchanged}, At: 0},
		Conversation: talk(hundred()...),
		Mark:         wire.Mark{Event: 51, Offset: 0},
		Program: with(func(s *failure.State) {
			s.Stdout += "one\ntwo\nthree\n"
			s.Stderr = "four\nfive\nsix\n"
			s.Unfinished = &todo.Todo{Step: "6.1", File: "server.go", Line: 40}
		}),
	}, failure.Diagnosis{ID: "echoes", Truth: "An answer is in upper case.", Step: "6.2"}},
}

// Each failure has the text in testdata, for screens of several widths.
func TestFailure(t *testing.T) {
	c := chapter(t)
	for _, screen := range []struct{ columns, rows int }{{100, 0}, {80, 0}, {40, 0}, {80, 18}, {98, 14}} {
		name := fmt.Sprintf("%d columns", screen.columns)
		if screen.rows > 0 {
			name += fmt.Sprintf(" and %d rows", screen.rows)
		}
		golden := filepath.Join("testdata", strings.ReplaceAll(name, " ", "-")+".txtar")
		want := map[string]string{}
		if !*update {
			archive, err := txtar.ParseFile(golden)
			require.NoError(t, err)
			for _, f := range archive.Files {
				want[f.Name] = string(f.Data)
			}
		}
		made := &txtar.Archive{Comment: []byte("What the tests of package show make for " + name + ".\n\n")}
		for _, test := range failures {
			t.Run(name+": "+test.name, func(t *testing.T) {
				f := test.failure
				f.Test, f.File, f.Line, f.Step = "TestX/it_is", "server_test.go", 41, "6.2"

				got := show.Failure(c, &f, test.diagnosis, screen.columns, screen.rows)

				made.Files = append(made.Files, txtar.File{Name: test.name, Data: []byte(got)})
				lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
				for _, line := range lines {
					if !strings.Contains(line, "chapters/") {
						assert.LessOrEqual(t, utf8.RuneCountInString(line), screen.columns, line)
					}
				}
				if screen.rows > 0 {
					assert.LessOrEqual(t, len(lines), screen.rows, got)
				}
				if f.Mark.Offset >= 0 && f.Mark.Event >= 0 && len(f.Conversation.Events) > 0 {
					assert.Contains(t, got, "^", "the mark is always shown")
				}
				assert.Contains(t, got, "a hint       go tool course hint 6\n")
				if !*update {
					assert.Equal(t, want[test.name], got)
				}
			})
		}
		if *update {
			require.NoError(t, os.WriteFile(golden, txtar.Format(made), 0o666))
		}
	}
}

func TestHead(t *testing.T) {
	f := &failure.Failure{Outcome: failure.WrongRow, Sentence: "One.\nTwo."}

	assert.Equal(t, "One.", show.Head(f, failure.Diagnosis{}))
	assert.Equal(t, "A truth.", show.Head(f, failure.Diagnosis{ID: "id", Truth: "A truth."}))
}
