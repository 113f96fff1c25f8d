package main

import (
	"fmt"
	"strings"
	"testing"

	"sockets.test/tools/lab"
	"sockets.test/tools/lab/network"
	"sockets.test/tools/lab/transcripts"
)

func TestMain(m *testing.M) { lab.Main(m, "compare", main) }

// 12.1: two servers, two port spaces, one address
func TestListen(t *testing.T) {
	t.Run("both servers are ready", func(t *testing.T) {
		network.NewLink(t).Run("-timeout", short)
	})

	t.Run("an address that another UDP server has is an error", func(t *testing.T) {
		for range 3 { // a number may be taken for TCP too, by chance, but not three
			taken := lab.ListenUDP(t)

			compare := lab.Start(t, "-addr", taken.Addr)

			compare.ExpectExit(1)
		}
	})

	t.Run("an address that another TCP server has is an error", func(t *testing.T) {
		for range 3 { // a number may be taken for UDP too, by chance, but not three
			taken := lab.ListenTCP(t)

			compare := lab.Start(t, "-addr", taken.Addr)

			compare.ExpectExit(1)
		}
	})
}

// 12.2: one message is one datagram, and each says where it goes
func TestSendUDP(t *testing.T) {
	t.Run("ten messages are ten datagrams", func(t *testing.T) {
		link := network.NewLink(t)
		link.Run("-timeout", short)

		link.Carry()

		link.ExpectDatagrams(numbered(1, 10))
	})
}

// 12.3: the edges of a message are bytes, and the end of the stream is the kernel's
func TestSendTCP(t *testing.T) {
	t.Run("ten messages are ten lines, and an end", func(t *testing.T) {
		link := network.NewLink(t)
		link.Run("-timeout", short)

		link.Carry()

		link.ExpectStreams([]string{asLines(1, 10)})
	})

	t.Run("three clients make three connections", func(t *testing.T) {
		link := network.NewLink(t)
		link.Run("-clients", "3", "-n", "2", "-timeout", short)

		link.Carry()

		link.ExpectStreams([]string{asLines(1, 2), asLines(3, 4), asLines(5, 6)})
		link.ExpectDatagrams(numbered(1, 6))
	})

	t.Run("a connection that is refused is an error", func(t *testing.T) {
		compare := lab.Start(t, "-addr", "127.0.0.1:0", "-via", network.RefusingTCP(t), "-timeout", short)

		compare.ExpectExit(1)
	})
}

// A scene is what the link does, how compare is started, and rows of the table
// that must come of it: "name | UDP | TCP". Where a cell is *, any will do.
type scene struct{ fact, link, args, rows string }

// short is a silence long enough for a server to which all is sent before it
// looks. If a busy machine makes it miss some, it is asked again, at leisure.
const short = "30ms"

// play runs compare, its clients at one end of the link and its servers at the
// other, until it ends or sleeps for good.
func play(t *testing.T, s scene) *network.Program {
	link := network.NewLink(t, strings.Split(s.link, ", ")...)
	args := strings.Fields(s.args)
	if !strings.Contains(s.args, "-timeout") {
		args = append(args, "-timeout", short)
	}
	compare := link.Run(args...)
	link.Carry()
	return compare
}

// 12.4: a stream is read to its end, whatever its pieces
func TestReceiveTCP(t *testing.T) {
	for _, s := range []scene{
		{"a line at a time, to the end", "lines", "", `
			connections    | * | 1
			server sockets | * | 2
			address told   | * | 1
			receives       | * | 10
			ended by       | * | end of stream`},
		{"three clients, and four sockets at the server", "lines", "-clients 3 -n 4", `
			connections    | * | 3
			server sockets | * | 4
			address told   | * | 3
			receives       | * | 12
			ended by       | * | end of stream`},
		{"two hundred lines in one piece", "pieces all", "-n 200", `
			receives       | * | 1`},
		{"a connection that breaks", "lines, cut after 99", "", `
			receives       | * | 10
			ended by       | * | error`},
		{"a connection that breaks, and the next client is served", "lines, cut 1 after 15", "-clients 2 -n 2", `
			connections    | * | 2
			receives       | * | 4
			ended by       | * | end of stream`},
	} {
		t.Run(s.fact, func(t *testing.T) {
			play(t, s).ExpectRows(s.rows)
		})
	}
}

// 12.5: datagrams are received until none comes any more
func TestReceiveUDP(t *testing.T) {
	for _, s := range []scene{
		// A TCP "error" here is a -timeout that was set for TCP, too.
		{"ten datagrams, of two clients, and silence, but only of UDP", "lines, rest after 20", "-clients 2 -n 5", `
			connections    | 0       | 2
			server sockets | 1       | 3
			address told   | 10      | 2
			receives       | 10      | 10
			edges kept     | 10      | *
			ended by       | silence | end of stream`},
		{"two of ten never arrive", "drop 3 7, pieces all", "", `
			address told   | 8       | *
			receives       | 8       | *
			ended by       | silence | *`},
		{"none of ten arrives", "drop all", "", `
			address told   | 0       | *
			receives       | 0       | *
			ended by       | silence | *`},
		{"a copy arrives, and another when all are there", "repeat 5 after 8, repeat 5 after 10", "", `
			receives       | 12      | *`},
		{"each datagram is waited for anew", "late 2 3", "-n 3 -timeout 200ms", `
			receives       | 3       | *
			ended by       | silence | *`},
	} {
		t.Run(s.fact, func(t *testing.T) {
			play(t, s).ExpectTable(s.rows)
		})
	}

	t.Run("for an hour, if need be, and with no connection left open", func(t *testing.T) {
		link := network.NewLink(t, "cut 2 after 15")
		compare := link.Run("-clients", "3", "-timeout", "1h")

		link.Carry()

		compare.ExpectStillRunning()
		link.ExpectClientsClosed()
		link.ExpectClosed()
	})
}

// 12.6: only the numbers tell what became of the messages
func TestCount(t *testing.T) {
	for _, s := range []scene{
		{"two are lost, and one of them is the last", "drop 3 10", "", `
			lost           | 2 | *
			duplicated     | 0 | *
			out of order   | 0 | *`},
		{"one arrives twice, and another not at all", "twice 5, drop 3", "", `
			lost           | 1 | *
			duplicated     | 1 | *
			out of order   | 0 | *`},
		{"a copy arrives late, and another", "repeat 5 after 8, repeat 5 after 10", "", `
			lost           | 0 | *
			duplicated     | 2 | *
			out of order   | 0 | *`},
		{"one is overtaken by three, which another client sent", "hold 5 until 8", "-clients 2 -n 5", `
			out of order   | 1 | *`},
		{"three are overtaken by one", "drop 1, hold 2 3 4 until 5", "", `
			lost           | 1 | *
			out of order   | 3 | *`},
	} {
		t.Run(s.fact, func(t *testing.T) {
			play(t, s).ExpectTable(s.rows)
		})
	}
}

// 12.7: what a Read returns is a piece, and not a message
func TestCut(t *testing.T) {
	for _, s := range []scene{
		{"each line in a piece of its own", "lines", "-n 30", `
			receives       | * | 30
			edges kept     | * | 30
			lost           | * | 0`},
		{"ten messages in one piece", "pieces all", "", `
			receives       | * | 1
			edges kept     | * | 0
			lost           | * | 0`},
		{"byte by byte", "pieces 1", "", `
			receives       | * | 101
			edges kept     | * | 0
			lost           | * | 0`},
		{"a line, then two and a half, then the rest", "pieces 10 25 1000", "", `
			receives       | * | 3
			edges kept     | * | 1
			lost           | * | 0`},
		{"two connections that break, and one that does not", "lines, cut 1 2 after 15", "-clients 3 -n 2", `
			connections    | * | 3
			receives       | * | 6
			edges kept     | * | 4
			lost           | * | 2`},
		{"a connection that breaks in a message, and one that ends in one", "lines, cut 1 after 99, end 2 after 108", "-clients 2", `
			receives       | 20 | 20
			edges kept     | 20 | 18
			lost           | 0  | 2
			duplicated     | 0  | 0`},
	} {
		t.Run(s.fact, func(t *testing.T) {
			play(t, s).ExpectTable(s.rows)
		})
	}
}

// 12.7: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { transcripts.Run(t) }

// numbered are the messages from one number to another.
func numbered(from, to int) (list []string) {
	for i := from; i <= to; i++ {
		list = append(list, fmt.Sprintf("message %d", i))
	}
	return list
}

// asLines are the same messages as a stream has them.
func asLines(from, to int) string { return strings.Join(numbered(from, to), "\n") + "\n" }
