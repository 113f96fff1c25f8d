package main

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"sockets.test/tools/lab"
)

func TestMain(m *testing.M) { lab.Main(m, "udpserver", main) }

// 1.1: a server binds a socket to an address, and says which
func TestReady(t *testing.T) {
	t.Run("it names the port it was given", func(t *testing.T) {
		server := lab.Start(t, "-addr", "127.0.0.1:0")

		server.Ready(
			lab.Got("127.0.0.1:0").Is("prints-the-flag"),
			lab.Said("already in use").Is("forgets-the-flag"))
	})

	t.Run("two servers have two ports", func(t *testing.T) {
		first := lab.Start(t, "-addr", "127.0.0.1:0")
		first.Ready(lab.Said("already in use").Is("forgets-the-flag"))

		second := lab.Start(t, "-addr", "127.0.0.1:0")

		second.Ready(lab.Exited.Is("forgets-the-flag"))
	})

	t.Run("a port that is taken is an error", func(t *testing.T) {
		server := lab.Serve(t)
		server.ExpectOpen()

		second := lab.Start(t, "-addr", server.Addr)

		second.ExpectTaken(server,
			lab.Said("nil pointer dereference").Is("ignores-the-error"),
			lab.Pretends.Is("ignores-the-error"))
	})
}

// 1.2: one receive gives one datagram, whole
func TestReceive(t *testing.T) {
	t.Run("the answer is the text in upper case", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.Say("Hello, ANN 2")

		client.Expect("HELLO, ANN 2",
			lab.Stranger.Is("new-socket-per-reply"),
			lab.Padded.Is("whole-buffer"),
			lab.InPieces.Is("answers-in-pieces"),
			lab.Got("HELLO, ANN 2\n").Is("trims-the-text"))
	})

	t.Run("all but letters are bytes like any other", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.Say("  one\ntwo,\t100% sure: %s %d 5 € \r\n")

		client.Expect("  ONE\nTWO,\t100% SURE: %S %D 5 € \r\n",
			lab.GotLike(trimmed("  ONE\nTWO,\t100% SURE: %S %D 5 € \r\n")).Is("trims-the-text"),
			lab.GotLike(formatted).Is("text-as-format"))
	})

	t.Run("a datagram of 2048 bytes comes whole", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")
		text := strings.Repeat("abcdefgh", 256)

		client.Say(text)

		client.Expect(strings.ToUpper(text),
			lab.CutShort.Is("small-buffer"))
	})
}

// 1.3: the answer goes to whoever asked, and is as long as what was asked
func TestAnswer(t *testing.T) {
	t.Run("a client may ask again", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.Say("one")
		client.Expect("ONE")
		client.Say("and two")
		client.Expect("AND TWO",
			lab.Exits(0).Is("answers-once"),
			lab.NeverRead.Is("answers-once"),
			lab.Got("AND").Is("older-length"))
	})

	t.Run("a short datagram after a long one", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.Say("a longer message")
		client.Expect("A LONGER MESSAGE")
		client.Say("hi")
		client.Expect("HI",
			lab.GotLike(stale("HI", "A LONGER MESSAGE")).Is("stale-bytes"))

		client.Say("a\x00b")
		client.Expect("A\x00B", lab.Got("A").Is("ends-at-a-zero"))
	})

	t.Run("each of two clients gets its own answer", func(t *testing.T) {
		server := lab.Serve(t)
		ann, bob := server.UDP("ann"), server.UDP("bob")

		ann.Say("from ann")
		ann.Expect("FROM ANN")
		bob.Say("from bob")
		bob.Expect("FROM BOB", lab.WentTo(ann).Is("answers-the-first"))
		ann.Say("ann again")
		ann.Expect("ANN AGAIN", lab.WentTo(bob).Is("answers-the-first"))
	})
}

// 1.4: no datagram ends the server
func TestGoesOn(t *testing.T) {
	t.Run("when nobody asks for a while", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		server.Rest()
		client.Say("at last")

		client.Expect("AT LAST", lab.Gone.Is("gives-up-waiting"))
	})

	t.Run("an empty datagram is a datagram", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.SayUnjudged("")
		client.Say("the next")
		client.Expect("THE NEXT",
			lab.Gone.Is("zero-is-the-end"),
			lab.Silent.Is("zero-is-the-end"))

		client.Say("")
		client.Expect("")
	})

	t.Run("bytes that are no text are a datagram too", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.SayUnjudged("\xff\xfe\x00\x80")
		client.SayUnjudged("half an e: \xc3")
		client.SayUnjudged("\xed\xa0\x80")
		client.Say("still there")
		client.Expect("STILL THERE",
			lab.Gone.Is("dies-at-bytes"),
			lab.Silent.Is("dies-at-bytes"))
	})

	t.Run("a client that cannot be answered is one client", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.SayUnjudged(growing())
		client.Say("still there")
		client.Expect("STILL THERE",
			lab.Both(lab.Gone, lab.Said("message too long")).Is("write-error-ends-it"))
	})

	t.Run("fifty datagrams at once get an answer each", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		for round := range 6 {
			var answers []string
			for i := range 50 {
				client.Say(fmt.Sprintf("datagram %d.%02d", round, i))
				answers = append(answers, fmt.Sprintf("DATAGRAM %d.%02d", round, i))
			}
			client.ExpectAll(answers, lab.GotLike(isOneOf(answers)).Is("shared-buffer"))
		}
	})

	t.Run("a thousand datagrams, a thousand answers, one socket", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		for i := range 1000 {
			client.Say(fmt.Sprintf("datagram %d", i))
			client.Expect(fmt.Sprintf("DATAGRAM %d", i))
		}
		client.ExpectNothing()
		server.ExpectSockets(1)
	})
}

// 1.4: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { lab.Transcripts(t) }

// trimmed recognises an answer that lacks nothing but white space.
func trimmed(whole string) func(string) bool {
	return func(got string) bool {
		return strings.Join(strings.Fields(got), "") == strings.Join(strings.Fields(whole), "")
	}
}

// formatted recognises the complaints of package fmt about a format.
func formatted(answer string) bool { return strings.Contains(answer, "%!") }

// growing is a datagram that few programs can answer: in Go, upper case makes
// three bytes of each of these, more than a datagram holds. Only Linux lets
// it be sent, and be received by a program whose buffer is smaller.
func growing() string {
	if runtime.GOOS != "linux" {
		return "\xff"
	}
	return strings.Repeat("\xff", 30_000)
}

// isOneOf recognises an answer that was right once, and comes again.
func isOneOf(answers []string) func(string) bool {
	return func(got string) bool { return slices.Contains(answers, got) }
}

// stale recognises an answer that ends in what the buffer held before.
func stale(answer, before string) func(string) bool {
	return func(got string) bool {
		return strings.HasPrefix(got, answer+before[len(answer):])
	}
}
