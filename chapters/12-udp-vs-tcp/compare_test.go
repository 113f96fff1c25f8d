package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sockets.test/tools/lab"
)

// short is a silence long enough for a server to which all is sent before it
// looks. If a busy machine makes it miss some, it is asked again, at leisure.
const short = "30ms"

func TestMain(m *testing.M) { lab.Main(m, "compare", main) }

// 12.1: two servers, two port spaces, one address
func TestListen(t *testing.T) {
	t.Run("both servers are ready", func(t *testing.T) {
		lab.NewLink(t).Run("-timeout", short)
	})

	t.Run("an address that UDP has lost is an error", func(t *testing.T) {
		// A number may be lost in TCP's port space too, but not three.
		for range 3 {
			taken := lab.ListenUDP(t)

			compare := lab.Start(t, "-addr", taken.Addr)

			compare.ExpectExit(1, losers...)
		}
	})

	t.Run("an address that TCP has lost is an error", func(t *testing.T) {
		// A number may be lost in UDP's port space too, but not three.
		for range 3 {
			taken := lab.ListenTCP(t)

			compare := lab.Start(t, "-addr", taken.Addr)

			compare.ExpectExit(1, losers...)
		}
	})
}

// 12.2: one message is one datagram, and each says where it goes
func TestSendUDP(t *testing.T) {
	t.Run("ten messages are ten datagrams", func(t *testing.T) {
		link := lab.NewLink(t)
		link.Run("-timeout", short)

		link.Carry()

		link.ExpectClients(lab.ServerSends.Is("the-server-sends"))
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
		link.Run("-timeout", short)

		link.Carry()

		link.ExpectStreams([]string{asLines(numbered(10))},
			lab.GotLike(isAll("")).Is("no-newline"),
			lab.Got("message 1\n").Is("connection-per-message"),
			lab.NeverClosed.Is("never-ends-the-stream"))
	})

	t.Run("three clients make three connections", func(t *testing.T) {
		link := lab.NewLink(t)
		link.Run("-clients", "3", "-n", "2", "-timeout", short)

		link.Carry()

		link.ExpectStreams([]string{
			"message 1\nmessage 2\n",
			"message 3\nmessage 4\n",
			"message 5\nmessage 6\n"})
		link.ExpectDatagrams(numbered(6))
	})

	t.Run("a connection that is refused is an error", func(t *testing.T) {
		compare := lab.Start(t, "-addr", lab.AnyPort, "-via", lab.RefusingTCP(t), "-timeout", short)

		compare.ExpectExit(1, lab.Stands("Accept").Is("unheard-refusal"))
	})
}

// 12.4: a stream is read to its end, whatever its pieces
func TestReceiveTCP(t *testing.T) {
	t.Run("a line at a time, to the end", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "lines"))

		compare.ExpectRows(`
			connections    | * | 1
			server sockets | * | 2
			address told   | * | 1
			receives       | * | 10
			ended by       | * | end of stream`,
			lab.Stands("Accept").Is("accepts-for-ever"),
			lab.Stands("UDPConn.Read").Is("no-deadline"),
			lab.Shows("receives | * | 11").Is("the-end-is-a-receive"),
			lab.Shows("server sockets | * | 1").Is("forgets-the-welcome-socket"),
			lab.Shows("address told | * | 10").Is("told-at-every-read"),
			lab.Shows("address told | * | 11").Is("told-at-every-read"))
	})

	t.Run("three clients, and four sockets at the server", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "lines"), "-clients", "3", "-n", "4")

		compare.ExpectRows(`
			connections    | *  | 3
			server sockets | *  | 4
			address told   | *  | 3
			sent           | 12 | 12
			receives       | *  | 12
			ended by       | *  | end of stream`,
			lab.Shows("sent | 10 | 10").Is("typed-in"),
			lab.Shows("connections | * | 1").Is("accepts-once"),
			lab.Shows("connections | * | 3 \n server sockets | * | 2").Is("counts-what-is-open"))
	})

	t.Run("two hundred lines in one piece", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "pieces all"), "-n", "200")

		compare.ExpectRows(`
			receives | * | 1`,
			lab.Shows("receives | * | 200").Is("counts-messages-as-receives"),
			lab.Shows("receives | * | 2").Is("small-buffer"),
			lab.Shows("receives | * | 3").Is("small-buffer"))
	})

	t.Run("a connection that breaks", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "lines", "cut after 99"))

		compare.ExpectRows(`
			receives | * | 10
			ended by | * | error`,
			lab.Said("connection reset").Is("breaks-with-the-connection"),
			lab.Shows("receives | * | 10 \n ended by | * | end of stream").Is("a-reset-is-an-end"))
	})

	t.Run("one connection breaks, the next is served, and the last breaks", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "lines", "cut 1 3 after 15"), "-clients", "3", "-n", "2")

		compare.ExpectRows(`
			connections | * | 3
			receives    | * | 6
			ended by    | * | error`,
			lab.Shows("connections | * | 1").Is("breaks-with-the-connection"),
			lab.Shows("receives | * | 6 \n ended by | * | end of stream").Is("a-good-end-hides-a-bad-one"))
	})
}

// 12.5: datagrams are received until none comes any more
func TestReceiveUDP(t *testing.T) {
	t.Run("ten datagrams, of two clients, and silence, but only of UDP", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "lines", "rest after 20"), "-clients", "2", "-n", "5")

		compare.ExpectTable(`
			connections    | 0       | 2
			server sockets | 1       | 3
			address told   | 10      | 2
			receives       | 10      | 10
			edges kept     | 10      | *
			ended by       | silence | end of stream`,
			// An "error" of TCP's here is a -timeout that was set for it, too.
			lab.Said("i/o timeout").Is("silence-is-an-error"),
			lab.Shows("address told | 1 | *").Is("one-address-for-all"),
			lab.Shows("address told | 2 | *").Is("one-address-for-all"))
	})

	t.Run("two of ten never arrive", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "drop 3 7", "pieces all"))

		compare.ExpectRows(`
			address told | 8       | *
			sent         | 10      | *
			receives     | 8       | *
			edges kept   | 8       | *
			ended by     | silence | *`,
			lab.Stands("UDPConn.Read").Is("waits-for-the-lost"),
			lab.Shows("receives | 10 | *").Is("writes-are-deliveries"),
			lab.Shows("sent | 8 | *").Is("sent-is-what-came"))
	})

	t.Run("none of ten arrives", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "drop all"))

		compare.ExpectRows(`
			address told | 0       | *
			receives     | 0       | *
			ended by     | silence | *`,
			lab.Stands("UDPConn.Read").Is("no-deadline"))
	})

	t.Run("a copy arrives, and another when all are there", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "repeat 5 after 8", "repeat 5 after 10"))

		compare.ExpectRows(`
			receives   | 12 | *
			edges kept | 12 | *`,
			lab.Shows("receives | 11 | *").Is("leaves-when-all-are-there"))
	})

	t.Run("each datagram is waited for anew", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "late 2 3"), "-n", "3", "-timeout", "200ms")

		compare.ExpectRows(`
			receives | 3       | *
			ended by | silence | *`,
			lab.Shows("receives | 2 | *").Is("one-deadline-for-all"),
			lab.Shows("receives | 1 | *").Is("a-patience-of-its-own"))
	})

	t.Run("for an hour, if need be, and with no connection left open", func(t *testing.T) {
		link := lab.NewLink(t, "cut 2 after 15")
		compare := play(t, link, "-clients", "3", "-timeout", "1h")

		compare.ExpectPatience(lab.EndedWell.Is("a-patience-of-its-own"))
		link.ExpectClientsClosed(lab.KeepsClients.Is("the-client-stays"))
		link.ExpectClosed(lab.Leaks.Is("keeps-the-connections"))
	})
}

// 12.6: only the numbers tell what became of the messages
func TestCount(t *testing.T) {
	t.Run("two are lost, and one of them is the last", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "drop 3 10"))

		compare.ExpectRows(`
			lost         | 2 | *
			duplicated   | 0 | *
			out of order | 0 | *`,
			lab.Shows("lost | 1 | *").Is("the-last-are-not-missed"),
			lab.Shows("out of order | 1 | *").Is("place-is-number"),
			lab.Shows("out of order | 6 | *").Is("place-is-number"))
	})

	t.Run("one arrives twice, and another not at all", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "twice 5", "drop 3"))

		compare.ExpectRows(`
			receives     | 10 | *
			lost         | 1  | *
			duplicated   | 1  | *
			out of order | 0  | *`,
			lab.Shows("lost | 0 | *").Is("a-copy-makes-up-for-a-loss"))
	})

	t.Run("a copy arrives late, and another", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "repeat 5 after 8", "repeat 5 after 10"))

		compare.ExpectRows(`
			lost         | 0 | *
			duplicated   | 2 | *
			out of order | 0 | *`,
			lab.Shows("duplicated | 2 | * \n out of order | 2 | *").Is("a-copy-is-late-too"),
			lab.Shows("duplicated | 0 | *").Is("remembers-the-last-only"))
	})

	t.Run("one is overtaken by three, which another client sent", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "hold 5 until 8"), "-clients", "2", "-n", "5")

		compare.ExpectRows(`
			connections    | 0 | *
			server sockets | 1 | *
			lost           | 0 | *
			duplicated     | 0 | *
			out of order   | 1 | *`,
			lab.Shows("out of order | 3 | *").Is("counts-who-overtook"))
	})

	t.Run("three are overtaken by one", func(t *testing.T) {
		link := lab.NewLink(t, "drop 1", "hold 2 3 4 until 5")
		compare := play(t, link)

		compare.ExpectRows(`
			lost         | 1 | *
			out of order | 3 | *`,
			lab.Shows("out of order | 0 | *").Is("place-is-number"),
			lab.Shows("out of order | 1 | *").Is("compares-with-the-one-before"))
	})

	t.Run("one is late, behind a copy of an old one", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "repeat 2 after 7", "hold 4 until 8", "drop 8"))

		compare.ExpectRows(`
			lost         | 1 | *
			duplicated   | 1 | *
			out of order | 1 | *`,
			lab.Shows("duplicated | 1 | * \n out of order | 0 | *").Is("compares-with-the-one-before"))
	})
}

// 12.7: what a Read returns is a piece, and not a message
func TestCut(t *testing.T) {
	t.Run("each line in a piece of its own", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "lines"), "-n", "300")

		compare.ExpectTable(`
			receives     | * | 300
			edges kept   | * | 300
			lost         | * | 0
			duplicated   | * | 0
			out of order | * | 0`)
	})

	t.Run("a message and the beginning of the next, and no more", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "pieces 13", "cut after 13"), "-n", "2")

		compare.ExpectTable(`
			receives   | * | 1
			edges kept | * | 0
			lost       | * | 1`,
			lab.Shows("edges kept | * | 1").Is("begins-well-is-whole"))
	})

	t.Run("ten messages in one piece", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "pieces all"))

		compare.ExpectTable(`
			receives   | * | 1
			edges kept | * | 0
			lost       | * | 0`,
			lab.Shows("edges kept | * | 1 \n lost | * | 0").Is("ends-well-is-whole"),
			lab.Shows("lost | * | 9").Is("one-read-is-one-message"),
			lab.Shows("lost | * | 10").Is("one-read-is-one-message"),
			lab.GivesUp.Is("one-read-is-one-message"))
	})

	t.Run("byte by byte", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "pieces 1"))

		compare.ExpectTable(`
			receives   | * | 101
			edges kept | * | 0
			lost       | * | 0`,
			lab.Shows("edges kept | * | 10").Is("half-is-not-whole"),
			lab.Shows("lost | * | 10").Is("forgets-the-beginning"))
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

	t.Run("two connections that break, and one that does not", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "lines", "cut 1 2 after 15"), "-clients", "3", "-n", "2")

		compare.ExpectTable(`
			connections | * | 3
			receives    | * | 6
			edges kept  | * | 4
			lost        | * | 2
			ended by    | * | end of stream`,
			lab.Shows("connections | * | 3 \n edges kept | * | 2").Is("joins-two-streams"))
	})

	t.Run("a connection that breaks in a message, and one that ends in one", func(t *testing.T) {
		compare := play(t, lab.NewLink(t, "drop 3", "lines", "cut 1 after 99", "end 2 after 108"), "-clients", "2")

		compare.ExpectTable(`
			sent       | 20      | 20
			receives   | 19      | 20
			edges kept | 19      | 18
			lost       | 1       | 2
			duplicated | 0       | 0
			ended by   | silence | end of stream`,
			lab.Shows("duplicated | 0 | 1").Is("takes-a-piece-for-a-message"),
			lab.Shows("duplicated | 0 | 2").Is("takes-a-piece-for-a-message"))
	})
}

// 12.7: the same two messages, in every way in which a stream may be cut
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
			receives     | %d | %d
			edges kept   | %d | %d
			lost         | 0  | 0
			duplicated   | 0  | 0
			out of order | 0  | 0`, 2*clients, receives, 2*clients, kept))
	})
}

// 12.7: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { lab.Transcripts(t) }

// play runs compare, its clients at one end of the link and its servers at the
// other, until it ends or sleeps for good.
func play(t *testing.T, link *lab.Link, args ...string) *lab.Program {
	t.Helper()
	if !slices.Contains(args, "-timeout") {
		args = append(args, "-timeout", short)
	}
	compare := link.Run(args...)
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
