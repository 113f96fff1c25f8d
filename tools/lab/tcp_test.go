package lab

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/wait"
)

// drawn is the kind of the last event that a client caused.
func drawn(t *testing.T, p *Program) wire.Kind {
	t.Helper()
	events := p.subject.Record.Events()
	i := len(events) - 1
	for i >= 0 && !events[i].ToServer {
		i--
	}
	require.GreaterOrEqual(t, i, 0)
	return events[i].Kind
}

// A client that closes leaves politely, whatever has come that it has not asked
// for, unless it takes back what it has said.
func TestClose(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("this system does not show what has come, nor when a program sleeps")
	}
	serve := func(t *testing.T) (*Server, *TCP) {
		server := Serve(t, "tcp-told")
		client := server.TCP("client")
		server.Settle() // it has greeted the client now
		return server, client
	}
	told := func(server *Server) string {
		server.Type("\n")
		server.ExpectExit(0)
		_, told, _ := strings.Cut(server.Output(), "\n")
		return told
	}

	t.Run("what has come is read before", func(t *testing.T) {
		server, client := serve(t)

		client.Close()

		assert.Equal(t, wire.Close, drawn(t, server.Program))
		assert.Equal(t, "the end\n", told(server))
	})

	t.Run("what is unsent makes it a reset", func(t *testing.T) {
		server, client := serve(t)
		client.Say(strings.Repeat("x", 32<<20))

		client.Close()

		assert.Equal(t, wire.Reset, drawn(t, server.Program))
		assert.Equal(t, "an error\n", told(server))
	})

	t.Run("a reset is one", func(t *testing.T) {
		server, client := serve(t)

		client.Reset()

		assert.Equal(t, wire.Reset, drawn(t, server.Program))
		assert.Equal(t, "an error\n", told(server))
	})
}

// Nothing that is said is waited for: not even where the program never reads.
func TestSayNeverWaits(t *testing.T) {
	server := Serve(t, "tcp-never-reads")
	client := server.TCP("client")

	began := time.Now()
	client.Say(strings.Repeat("x", 32<<20))

	assert.Less(t, time.Since(began), wait.Deadline/2, "a write that waits takes the deadline, at least")
	assert.NotEmpty(t, client.end.Unsaid)
	client.end.NoteUnsent()
	events := server.subject.Record.Events()
	assert.Regexp(t, `^\d+ of 33554432 bytes have not arrived$`, events[len(events)-1].Text)
}

// What the kernel had no room for at first follows while the lab waits, and so
// does the end of the stream.
func TestSaidInTheEnd(t *testing.T) {
	server := Serve(t, "tcp-upper")
	client := server.TCP("client")
	text := strings.Repeat("x", 32<<20)

	client.Say(text)
	client.End()

	client.Expect(strings.ToUpper(text))
	client.ExpectEnd()
	assert.Empty(t, client.end.Unsaid)
	notes := slices.ContainsFunc(server.subject.Record.Events(), func(e wire.Event) bool { return e.Kind == wire.Note })
	assert.False(t, notes, "there is nothing to remark on")
}

// Lines may come in any order, and further ones may follow.
func TestExpectAll(t *testing.T) {
	client := Serve(t, "tcp-lines").TCP("client")

	client.ExpectAll("two\n", "one\n")

	client.Expect("three\n")
}

// A refusal may be a reset or an end.
func TestExpectOver(t *testing.T) {
	for _, fake := range []string{"tcp-resets", "tcp-closes"} {
		client := Serve(t, fake).TCP("client")
		client.Say("hello")
		client.ExpectOver()
	}
}
