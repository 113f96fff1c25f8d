package main

import (
	"fmt"
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
		lab.Serve(t)

		second := lab.Start(t, "-addr", "127.0.0.1:0")

		second.Ready(lab.Exited.Is("forgets-the-flag"))
	})

	t.Run("a port that is taken is an error", func(t *testing.T) {
		server := lab.Serve(t)
		server.ExpectOpen()

		second := lab.Start(t, "-addr", server.Addr)

		second.ExpectExit(1,
			lab.Panics.Is("ignores-the-error"),
			lab.Tolerates.Is("ignores-the-error"))
	})
}

// 1.2: one receive gives one datagram, whole
func TestReceive(t *testing.T) {
	t.Run("the answer is the text in upper case", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.Say("hello world")

		client.Expect("HELLO WORLD",
			lab.Stranger.Is("new-socket-per-reply"),
			lab.Padded.Is("whole-buffer"),
			lab.InPieces.Is("answers-in-pieces"),
			lab.Got("HELLO WORLD\n").Is("trims-the-text"))
	})

	t.Run("spaces and newlines are bytes like any other", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.Say("  hello\tworld \r\n")

		client.Expect("  HELLO\tWORLD \r\n",
			lab.GotLike(trimmed("  HELLO\tWORLD \r\n")).Is("trims-the-text"))
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
		client.Say("two")
		client.Expect("TWO",
			lab.Gone.Is("answers-once"),
			lab.Silent.Is("answers-once"))
	})

	t.Run("a short datagram after a long one", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.Say("a longer message")
		client.Expect("A LONGER MESSAGE")
		client.Say("hi")
		client.Expect("HI",
			lab.GotLike(stale("HI", "A LONGER MESSAGE")).Is("stale-bytes"))
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

		client.Say("")

		client.Expect("",
			lab.Gone.Is("zero-is-the-end"),
			lab.Silent.Is("zero-is-the-end"))
	})

	t.Run("bytes that are no text are a datagram too", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.SayUnjudged("\xff\xfe\x00\x80")
		client.Say("still there")
		client.Expect("STILL THERE",
			lab.Gone.Is("dies-at-bytes"),
			lab.Silent.Is("dies-at-bytes"))
	})

	t.Run("fifty datagrams at once get an answer each", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		var answers []string
		for i := range 50 {
			client.Say(fmt.Sprintf("datagram %02d", i))
			answers = append(answers, fmt.Sprintf("DATAGRAM %02d", i))
		}

		client.ExpectAll(answers, lab.GotLike(isOneOf(answers)).Is("shared-buffer"))
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
