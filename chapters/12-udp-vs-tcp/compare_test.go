package main

import (
	"fmt"
	"strings"
	"testing"

	"sockets.test/tools/lab"
)

func TestMain(m *testing.M) { lab.Main(m, "compare", main) }

// 12.1: two servers, two port spaces, one address
func TestListen(t *testing.T) {
	t.Run("both servers are ready", func(t *testing.T) {
		lab.NewLink(t).Run("-timeout", "200ms")
	})

	t.Run("an address that UDP has lost is an error", func(t *testing.T) {
		taken := lab.ListenUDP(t)

		compare := lab.Start(t, "-addr", taken.Addr)

		compare.ExpectExit(1, losers...)
	})

	t.Run("an address that TCP has lost is an error", func(t *testing.T) {
		taken := lab.ListenTCP(t)

		compare := lab.Start(t, "-addr", taken.Addr)

		compare.ExpectExit(1, losers...)
	})
}

// 12.2: one message is one datagram, and each says where it goes
func TestSendUDP(t *testing.T) {
	t.Run("ten messages are ten datagrams", func(t *testing.T) {
		link := lab.NewLink(t)
		link.Run("-timeout", "200ms")

		link.Carry()

		link.ExpectDatagrams(numbered(10),
			lab.Got("message 1\n").Is("newline-in-the-datagram"),
			lab.GotLike(isAll("")).Is("one-datagram-for-all"),
			lab.GotLike(isAll("\n")).Is("one-datagram-for-all"))
	})
}

// 12.3: the edges of a message are bytes, and the end of the stream is the kernel's
func TestSendTCP(t *testing.T) {
	t.Run("ten messages are ten lines, and an end", func(t *testing.T) {
		link := lab.NewLink(t)
		link.Run("-timeout", "200ms")

		link.Carry()

		link.ExpectStreams([]string{asLines(numbered(10))},
			lab.GotLike(isAll("")).Is("no-newline"),
			lab.Got("message 1\n").Is("connection-per-message"),
			lab.NeverClosed.Is("never-ends-the-stream"))
	})

	t.Run("three clients make three connections", func(t *testing.T) {
		link := lab.NewLink(t)
		link.Run("-clients", "3", "-n", "2", "-timeout", "200ms")

		link.Carry()

		link.ExpectStreams([]string{
			"message 1\nmessage 2\n",
			"message 3\nmessage 4\n",
			"message 5\nmessage 6\n"})
		link.ExpectDatagrams(numbered(6))
	})
}

// 12.4: a stream is read to its end, whatever its pieces
func TestReceiveTCP(t *testing.T) {
	t.Run("a line at a time, and nothing lost", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "lines"))

		compare.ExpectTable(`
			connections    | 0       | 1
			server sockets | 1       | 2
			address told   | 10      | 1
			sent           | 10      | 10
			receives       | 10      | 10
			edges kept     | 10      | 10
			lost           | 0       | 0
			duplicated     | 0       | 0
			out of order   | 0       | 0
			ended by       | silence | end of stream`,
			lab.Stands("UDPConn.Read").Is("no-deadline"),
			lab.Stands("Accept").Is("accepts-for-ever"),
			lab.Said("i/o timeout").Is("silence-is-an-error"),
			lab.Shows("receives | 10 | 11").Is("the-end-is-a-receive"),
			lab.Shows("server sockets | 1 | 1").Is("forgets-the-welcome-socket"),
			lab.Shows("address told | 1 | 1").Is("one-address-for-all"))
	})

	t.Run("other messages give another table", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "lines"), "-n", "3")

		compare.ExpectTable(`
			sent       | 3 | 3
			receives   | 3 | 3
			edges kept | 3 | 3
			lost       | 0 | 0`,
			lab.Shows("sent | 10 | 10").Is("typed-in"))
	})

	t.Run("all in one piece", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "pieces all"))

		compare.ExpectTable(`
			receives   | * | 1
			edges kept | * | 0
			lost       | * | 0`,
			lab.Shows("receives | * | 10").Is("counts-messages-as-receives"),
			lab.Shows("edges kept | * | 1 \n lost | * | 0").Is("ends-well-is-whole"),
			lab.Shows("receives | * | 1 \n lost | * | 9").Is("one-read-is-one-message"))
	})

	t.Run("all in one large piece", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "pieces all"), "-n", "200")

		compare.ExpectTable(`
			receives   | * | 1
			edges kept | * | 0
			lost       | * | 0`,
			lab.Shows("receives | * | 2").Is("small-buffer"),
			lab.Shows("receives | * | 3").Is("small-buffer"))
	})

	t.Run("byte by byte", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "pieces 1"))

		compare.ExpectTable(`
			receives   | * | 101
			edges kept | * | 0
			lost       | * | 0`,
			lab.Shows("receives | * | 101 \n edges kept | * | 10").Is("half-is-not-whole"),
			lab.Shows("receives | * | 101 \n lost | * | 10").Is("forgets-the-beginning"))
	})

	t.Run("half a line, then its other half", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "pieces 5 5 10"))

		compare.ExpectTable(`
			receives   | * | 12
			edges kept | * | 8
			lost       | * | 0`,
			lab.Shows("edges kept | * | 9").Is("half-is-not-whole"),
			lab.Shows("edges kept | * | 10").Is("half-is-not-whole"))
	})

	t.Run("a line, then two and a half, then the rest", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "pieces 10 25 1000"))

		compare.ExpectTable(`
			receives   | * | 3
			edges kept | * | 1
			lost       | * | 0`)
	})

	t.Run("three clients, and four sockets at the server", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "lines"), "-clients", "3", "-n", "4")

		compare.ExpectTable(`
			connections    | 0       | 3
			server sockets | 1       | 4
			address told   | 12      | 3
			sent           | 12      | 12
			receives       | 12      | 12
			lost           | 0       | 0
			out of order   | 0       | 0
			ended by       | silence | end of stream`,
			lab.Shows("connections | 0 | 1").Is("accepts-once"))
	})

	t.Run("a connection that breaks", func(t *testing.T) {
		link := lab.NewLink(t, "drop 3", "lines", "cut after 99")
		compare := play(t, link)

		compare.ExpectTable(`
			receives   | 9       | 10
			edges kept | 9       | 9
			lost       | 1       | 1
			duplicated | 0       | 0
			ended by   | silence | error`,
			lab.Stands("UDPConn.Read").Is("waits-for-the-lost"),
			lab.Shows("receives | 10 | *").Is("writes-are-deliveries"),
			lab.Said("connection reset").Is("breaks-with-the-connection"),
			lab.Shows("lost | 1 | 0").Is("the-last-are-not-missed"),
			lab.Shows("duplicated | 0 | 1").Is("takes-a-piece-for-a-message"),
			lab.Shows("ended by | * | end of stream").Is("a-reset-is-an-end"))
	})

	t.Run("two connections that break", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "lines", "cut after 15"), "-clients", "2", "-n", "2")

		compare.ExpectTable(`
			connections | 0       | 2
			receives    | 4       | 4
			edges kept  | 4       | 2
			lost        | 0       | 2
			ended by    | silence | error`,
			lab.Shows("connections | 0 | 2 \n edges kept | 4 | 1").Is("joins-two-streams"))
	})
}

// 12.5: datagrams are received until none comes any more
func TestReceiveUDP(t *testing.T) {
	t.Run("two of ten never arrive", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "drop 3 7"))

		compare.ExpectTable(`
			sent         | 10      | 10
			address told | 8       | 1
			receives     | 8       | *
			edges kept   | 8       | *
			lost         | 2       | 0
			out of order | 0       | 0
			ended by     | silence | end of stream`,
			lab.Stands("UDPConn.Read").Is("waits-for-the-lost"),
			lab.Shows("receives | 10 | *").Is("writes-are-deliveries"),
			lab.Shows("out of order | 6 | 0").Is("place-is-number"))
	})

	t.Run("none of ten arrives", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "drop all"))

		compare.ExpectTable(`
			sent         | 10      | 10
			address told | 0       | 1
			receives     | 0       | *
			lost         | 10      | 0
			ended by     | silence | end of stream`,
			lab.Shows("receives | 0 | * \n lost | 0 | 0").Is("the-last-are-not-missed"))
	})
}

// 12.6: only the numbers tell what became of the messages
func TestCount(t *testing.T) {
	t.Run("the last one is lost", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "drop 3 10"))

		compare.ExpectTable(`
			lost         | 2 | 0
			out of order | 0 | 0`,
			lab.Shows("lost | 1 | 0").Is("the-last-are-not-missed"))
	})

	t.Run("one arrives twice", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "twice 5"))

		compare.ExpectTable(`
			receives     | 11 | *
			lost         | 0  | 0
			duplicated   | 1  | 0
			out of order | 0  | 0`,
			lab.Shows("receives | 10 | *").Is("leaves-when-all-are-there"),
			lab.Shows("lost | -1 | 0").Is("a-copy-makes-up-for-a-loss"))
	})

	t.Run("one arrives twice, and another not at all", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "twice 5", "drop 3"))

		compare.ExpectTable(`
			receives   | 10 | *
			lost       | 1  | 0
			duplicated | 1  | 0`,
			lab.Shows("lost | 0 | 0").Is("a-copy-makes-up-for-a-loss"))
	})

	t.Run("a copy arrives late, and another", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "repeat 5 after 8", "repeat 5 after 10"))

		compare.ExpectTable(`
			lost         | 0 | 0
			duplicated   | 2 | 0
			out of order | 0 | 0`,
			lab.Shows("receives | 11 | * \n duplicated | 1 | 0").Is("leaves-when-all-are-there"),
			lab.Shows("duplicated | 2 | 0 \n out of order | 2 | 0").Is("a-copy-is-late-too"),
			lab.Shows("duplicated | 0 | 0").Is("remembers-the-last-only"))
	})

	t.Run("two are swapped", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "hold 2 until 3"))

		compare.ExpectTable(`
			lost         | 0 | 0
			duplicated   | 0 | 0
			out of order | 1 | 0`)
	})

	t.Run("one is overtaken by three", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "hold 2 until 5"))

		compare.ExpectTable(`
			lost         | 0 | 0
			out of order | 1 | 0`,
			lab.Shows("out of order | 3 | 0").Is("counts-who-overtook"))
	})

	t.Run("three wait for a fourth", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "hold 2 3 4 until 5"))

		compare.ExpectTable(`
			lost         | 0 | 0
			out of order | 3 | 0`,
			lab.Shows("out of order | 1 | 0").Is("compares-with-the-one-before"))
	})
}

// 12.6: the same two messages, in every way in which a stream may be cut
func TestMatrix(t *testing.T) {
	t.Run("whole on UDP, and broken on TCP", func(t *testing.T) {
		link := lab.NewLink(t)
		clients, receives, kept := 0, 0, 0
		for {
			all := numbered(2*clients + 2)[2*clients:]
			cuts := lab.Cuts(all[0]+"\n", all[1]+"\n")
			if clients == len(cuts) {
				break
			}
			var sizes []int
			for _, piece := range cuts[clients].Pieces {
				sizes = append(sizes, len(piece))
				receives++
				if piece == all[0]+"\n" || piece == all[1]+"\n" {
					kept++
				}
			}
			clients++
			link.Pieces(clients, sizes...)
		}
		compare := play(t, link, "-clients", fmt.Sprint(clients), "-n", "2")

		compare.ExpectTable(fmt.Sprintf(`
			receives   | %d | %d
			edges kept | %d | %d
			lost       | 0  | 0`, 2*clients, receives, 2*clients, kept))
	})
}

// 12.6: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { lab.Transcripts(t) }

// play runs compare, its clients at one end of the link and its servers at the
// other, until it ends or sleeps for good.
func play(t *testing.T, link *lab.Link, args ...string) *lab.Program {
	t.Helper()
	compare := link.Run(append([]string{"-timeout", "200ms"}, args...)...)
	link.Carry()
	return compare
}

// losers are the ways not to notice that an address is taken.
var losers = []lab.Cause{
	lab.Panics.Is("ignores-the-error"),
	lab.EndedWell.Is("listens-elsewhere"),
}

// numbered are the first n messages.
func numbered(n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("message %d", i+1))
	}
	return list
}

func asLines(texts []string) string { return strings.Join(texts, "\n") + "\n" }

// isAll recognises the ten messages at one blow, with this behind each.
func isAll(end string) func(string) bool {
	all := strings.Join(numbered(10), end)
	return func(text string) bool { return text == all || text == all+end }
}
