package main

import (
	"fmt"
	"strings"
	"testing"

	"sockets.test/tools/lab"
)

func TestMain(m *testing.M) { lab.Main(m, "compare", main) }

// A scene is what the link does, how compare is started, and rows of the table
// that must come of it: "name | UDP | TCP". Where a cell is *, any will do.
type scene struct{ fact, link, args, rows string }

// short is a silence long enough for a server to which all is sent before it
// looks. If a busy machine makes it miss some, it is asked again, at leisure.
const short = "30ms"

// play runs compare, its clients at one end of the link and its servers at the
// other, and wants the rows of its table.
func play(t *testing.T, scenes []scene) {
	for _, s := range scenes {
		t.Run(s.fact, func(t *testing.T) {
			link := lab.NewLink(t, strings.Split(s.link, ", ")...)
			compare := link.Run(append([]string{"-timeout", short}, strings.Fields(s.args)...)...)
			link.Carry()
			compare.ExpectTable(s.rows)
		})
	}
}

// 12.1: one message is one datagram, and each says where it goes
func TestSendUDP(t *testing.T) {
	t.Run("ten messages are ten datagrams", func(t *testing.T) {
		link := lab.NewLink(t)
		link.Run("-clients", "2", "-n", "5", "-timeout", short)

		link.Carry()

		link.ExpectDatagrams(numbered(1, 10))
	})
}

// 12.2: datagrams are received until none comes any more
func TestReceiveUDP(t *testing.T) {
	play(t, []scene{
		{"ten datagrams, and silence", "lines", "", `
			clients        | 1       | *
			server sockets | 1       | *
			receives       | 10      | *
			whole          | 10      | *
			ended by       | silence | *`},
		{"three clients, whose datagrams mix", "hold 1 until 4", "-clients 3 -n 2", `
			clients        | 3       | *
			server sockets | 1       | *`},
		{"a client of which nothing arrives", "drop 3 4", "-clients 3 -n 2", `
			clients        | 2       | *`},
		{"none of ten arrives", "drop all", "", `
			clients        | 0       | *
			receives       | 0       | *`},
		{"a copy arrives, and another when all are there", "repeat 5 after 8, repeat 5 after 10", "", `
			receives       | 12      | *
			whole          | 12      | *`},
		{"a stranger sends what is no message", "stranger says hello after 2, stranger says message 05 after 8", "", `
			receives       | 12      | *
			whole          | 10      | *`},
		{"each datagram is waited for anew", "late 2 3", "-n 3 -timeout 200ms", `
			receives       | 3       | *`},
	})

	t.Run("for an hour, if need be, when the clients have closed their sockets", func(t *testing.T) {
		link := lab.NewLink(t)
		compare := link.Run("-clients", "3", "-timeout", "1h")

		link.Carry()

		compare.ExpectStillRunning()
		link.ExpectClientsClosed()
	})
}

// 12.3: only the numbers tell what became of the messages
func TestCount(t *testing.T) {
	play(t, []scene{
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
			lost           | 0 | *
			out of order   | 1 | *`},
		{"three are overtaken by one", "drop 1, hold 2 3 4 until 5", "", `
			lost           | 1 | *
			out of order   | 3 | *`},
		{"what is no message is none of them", "drop 7, stranger says hello after 2, stranger says message 05 after 8", "", `
			lost           | 1 | *
			duplicated     | 0 | *
			out of order   | 0 | *`},
	})
}

// 12.4: the edges of a message are bytes, and the end of the stream is the kernel's
func TestSendTCP(t *testing.T) {
	t.Run("ten messages are ten lines, and each client ends its stream", func(t *testing.T) {
		link := lab.NewLink(t)
		link.Run("-clients", "2", "-n", "5", "-timeout", short)

		link.Carry()

		link.ExpectStreams([]string{asLines(1, 5), asLines(6, 10)})
	})

	t.Run("a connection that is refused is an error", func(t *testing.T) {
		compare := lab.Start(t, "-addr", lab.AnyPort, "-via", lab.RefusingTCP(t), "-timeout", short)

		compare.ExpectExit(1)
	})
}

// 12.5: a stream is read to its end, and what a Read returns is a piece of it
func TestReceiveTCP(t *testing.T) {
	play(t, []scene{
		{"a line at a time, to the end", "lines", "", `
			server sockets | * | 2
			receives       | * | 10
			whole          | * | 10
			lost           | * | 0
			duplicated     | * | 0
			out of order   | * | 0
			ended by       | * | end of stream`},
		{"three clients, and four sockets at the server", "lines", "-clients 3 -n 4", `
			clients        | * | 3
			server sockets | * | 4
			whole          | * | 12`},
		{"five hundred messages in one piece", "pieces all", "-n 500", `
			receives       | * | 1
			whole          | * | 0
			lost           | * | 0`},
		{"byte by byte", "pieces 1", "", `
			receives       | * | 101
			whole          | * | 0
			lost           | * | 0`},
		{"a line, then two and a half, then the rest", "pieces 10 25 1000", "", `
			receives       | * | 3
			whole          | * | 1
			lost           | * | 0`},
		{"a connection that breaks in a message, one that ends in one, and a third", "lines, cut 1 after 99, end 2 after 108", "-clients 3", `
			clients        | * | 3
			receives       | * | 30
			whole          | * | 28
			lost           | * | 2
			duplicated     | * | 0
			ended by       | * | end of stream`},
		{"the last connection breaks, before the first has ended", "rest 1 after 15, cut 2 after 15", "-clients 2 -n 2", `
			receives       | * | 3
			lost           | * | 1
			ended by       | * | error`},
	})

	t.Run("silence ends no stream, and what is over is closed", func(t *testing.T) {
		link := lab.NewLink(t, "cut 2 after 15", "rest 3 after 15")
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
		one := lab.Start(t, "-addr", lab.AnyPort, "-timeout", short)
		two := lab.Start(t, "-addr", lab.AnyPort, "-timeout", short)

		for _, compare := range []*lab.Program{one, two} {
			compare.ExpectTable(`
				clients        | *       | 1
				lost           | *       | 0
				duplicated     | 0       | 0
				ended by       | silence | end of stream`)
		}
	})
}

// 12.5: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { lab.Transcripts(t) }

// numbered are the messages from one number to another.
func numbered(from, to int) (list []string) {
	for i := from; i <= to; i++ {
		list = append(list, fmt.Sprintf("message %d", i))
	}
	return list
}

// asLines are the same messages as a stream has them.
func asLines(from, to int) string { return strings.Join(numbered(from, to), "\n") + "\n" }
