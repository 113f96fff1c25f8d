package lab_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/lab"
)

// A program that is right passes, whatever else it does.
func TestPasses(t *testing.T) {
	for _, role := range []string{"upper", "megabyte", "closes-stdout", "forks"} {
		t.Run(role, func(t *testing.T) {
			server := lab.Serve(t, role)
			ann, bob := server.UDP("ann"), server.UDP("bob")

			ann.Say("from ann")
			bob.Say("")
			bob.Expect("")
			ann.Expect("FROM ANN")
			ann.Say("three")
			ann.ExpectSome()
			ann.ExpectNothing()
			server.ExpectSockets(1)
			server.Stop()
		})
	}

	t.Run("a stream in any pieces", func(t *testing.T) {
		server := lab.Serve(t, "tcp-upper")
		whole, pieces, bytes := server.TCP("whole"), server.TCP("pieces"), server.TCP("bytes")

		bytes.SayPieces(strings.Split("byte by byte", "")...)
		pieces.SayPieces("in ", "two")
		whole.Say("at once")
		whole.Expect("AT ")
		whole.Expect("ONCE")
		pieces.Expect("IN TWO")
		bytes.Expect("BYTE BY BYTE")
		whole.ExpectNothing()
		whole.End()
		whole.ExpectEnd()
		pieces.Reset()
		bytes.Close()
		server.ExpectSockets(1)
	})

	t.Run("a program that ends as it should", func(t *testing.T) {
		lab.Start(t, "status-3").ExpectExit(3)
	})

	t.Run("what it printed", func(t *testing.T) {
		server := lab.Serve(t, "upper")
		assert.Equal(t, fmt.Sprintf("fakeserver ready on %s\n", server.Addr), server.Output())
	})
}

// What was opened for a test is closed with it.
func TestDescriptors(t *testing.T) {
	count := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip("only Linux shows them")
		}
		return len(entries)
	}
	use := func(t *testing.T) {
		server := lab.Serve(t, "tcp-upper")
		client := server.TCP("client")
		client.Say("hello")
		client.Expect("HELLO")
		server.UDP("lost").Say("hello")
	}
	t.Run("once", use) // opens what stays open
	before := count()
	for range 20 {
		t.Run("again", use)
	}
	require.Equal(t, before, count())
}

// A part of the answer that is right is asked for only once.
func TestExpectConsumes(t *testing.T) {
	server := lab.Serve(t, "tcp-upper")
	client := server.TCP("client")
	text := strings.Repeat("a", 1<<17)

	client.Say(text)

	for range 1 << 7 {
		client.Expect(strings.Repeat("A", 1<<10))
	}
	client.ExpectNothing()
}
