package main

import (
	"strings"
	"testing"

	"sockets.test/tools/lab"
	"sockets.test/tools/lab/network"
	"sockets.test/tools/lab/transcripts"
)

func TestMain(m *testing.M) { lab.Main(m, "compare", main) }

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

// 12.1: one message is one datagram, and each says where it goes
func TestSendUDP(t *testing.T) {
	t.Run("four messages are four datagrams", func(t *testing.T) {
		link := network.NewLink(t)
		link.Run("-clients", "2", "-n", "2", "-timeout", short)
		link.Carry()
		link.ExpectDatagrams([]string{
			"message 1", "message 2", "message 3", "message 4",
		})
		link.ExpectClients(2)
	})
}

// 12.2: the edges of a message are bytes, and the end of the stream is the kernel's
func TestSendTCP(t *testing.T) {
	t.Run("two messages are two lines, and then the stream ends", func(t *testing.T) {
		link := network.NewLink(t)
		link.Run("-clients", "2", "-n", "2", "-timeout", short)
		link.Carry()
		link.ExpectStreams([]string{
			"message 1\nmessage 2\n",
			"message 3\nmessage 4\n",
		})
	})

	t.Run("a connection that is refused is an error", func(t *testing.T) {
		compare := lab.Start(t, "-addr", "127.0.0.1:0", "-via", network.RefusingTCP(t), "-timeout", short)
		compare.ExpectExit(1)
	})
}

// 12.3: datagrams are received until none comes any more
func TestReceiveUDP(t *testing.T) {
	for _, s := range []scene{
		{"ten datagrams, and silence", "lines", "", `
			clients        | 1       | *
			receives       | 10      | *
			whole          | 10      | *
			ended by       | silence | *`},
		{"three clients whose datagrams mix, and one of which nothing arrives", "hold 1 until 4, drop 7 8", "-clients 4 -n 2", `
			clients        | 3       | *
			server sockets | 1       | *`},
		{"none of ten arrives", "drop all", "", `
			clients        | 0       | *
			receives       | 0       | *`},
		{"a copy arrives, and another when all are there", "repeat 5 after 8, repeat 5 after 10", "", `
			receives       | 12      | *`},
		{"a stranger sends what is no message", `stranger says "hello" after 2, stranger says "message 5\n" after 8`, "", `
			receives       | 12      | *
			whole          | 10      | *`},
		{"each datagram is waited for anew", "late 2 3", "-n 3 -timeout 200ms", `
			receives       | 3       | *`},
	} {
		t.Run(s.fact, func(t *testing.T) {
			play(t, s).ExpectTable(s.rows)
		})
	}

	t.Run("for an hour, if need be, when the clients have closed their sockets", func(t *testing.T) {
		link := network.NewLink(t)
		compare := link.Run("-clients", "3", "-timeout", "1h")

		link.Carry()

		compare.ExpectStillRunning()
		compare.ExpectLimit()
		link.ExpectClientsClosed()
	})
}

// 12.4: only the numbers tell what became of the messages
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
		{"a copy arrives a hundred messages late, and another", "repeat 5 after 105, repeat 5 after 110", "-n 110", `
			lost           | 0 | *
			duplicated     | 2 | *
			out of order   | 0 | *`},
		{"one is overtaken by three, which another client sent", "hold 5 until 8", "-clients 2 -n 5", `
			out of order   | 1 | *`},
		{"three are overtaken by one", "drop 1, hold 2 3 4 until 5", "", `
			lost           | 1 | *
			out of order   | 3 | *`},
		{"what is no message is none of them", `drop 7, stranger says "hello" after 2, stranger says "message 5\n" after 8`, "", `
			lost           | 1 | *
			duplicated     | 0 | *
			out of order   | 0 | *`},
	} {
		t.Run(s.fact, func(t *testing.T) {
			play(t, s).ExpectTable(s.rows)
		})
	}
}

// 12.5: a stream is read to its end, and what a Read returns is a piece of it
func TestReceiveTCP(t *testing.T) {
	for _, s := range []scene{
		{"a line at a time, of three clients, to the end", "lines", "-clients 3 -n 4", `
			clients        | * | 3
			server sockets | * | 4
			receives       | * | 12
			whole          | * | 12
			lost           | * | 0
			duplicated     | * | 0
			out of order   | * | 0
			ended by       | * | end of stream`},
		{"a line, two and a half, and the rest", "pieces 10 25 1000", "", `
			receives       | * | 3
			whole          | * | 1
			lost           | * | 0`},
		{"five hundred messages in one piece", "pieces all", "-n 500", `
			receives       | * | 1
			whole          | * | 0
			lost           | * | 0`},
		{"byte by byte", "pieces 1", "", `
			receives       | * | 101
			whole          | * | 0
			lost           | * | 0`},
		{"a connection that breaks in a message, one that ends in one, and a third", "lines, cut 1 after 99, end 2 after 108", "-clients 3", `
			receives       | * | 30
			whole          | * | 28
			lost           | * | 2
			duplicated     | * | 0
			ended by       | * | end of stream`},
		{"the last connection breaks, before the first has ended", "pieces all, rest 1 after 15, cut 2 after 15", "-clients 2 -n 2", `
			lost           | * | 1
			ended by       | * | error`},
	} {
		t.Run(s.fact, func(t *testing.T) {
			play(t, s).ExpectTable(s.rows)
		})
	}

	t.Run("silence ends no stream, and what is over is closed", func(t *testing.T) {
		link := network.NewLink(t, "pieces all", "cut 2 after 15", "rest 3 after 15")
		compare := link.Run("-clients", "3", "-n", "2", "-timeout", short)

		link.CarryToRest()
		compare.ExpectStillRunning()
		link.ExpectClosed()

		link.Carry()
		compare.ExpectTable(`
			lost           | * | 1
			ended by       | * | end of stream`)
	})

	t.Run("straight to its servers, and another one beside it", func(t *testing.T) {
		one, two := network.Straight(t, "-timeout", short), network.Straight(t, "-timeout", short)
		for _, compare := range []*network.Program{one, two} {
			compare.ExpectTable(`
				clients        | *       | 1
				lost           | *       | 0
				duplicated     | 0       | 0`)
		}
	})
}

// 12.5: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { transcripts.Run(t) }
