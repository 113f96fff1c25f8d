package main

import (
	"net"
	"strings"
	"testing"

	"sockets.test/tools/lab"
)

func TestMain(m *testing.M) { lab.Main(m, "tcpserver", main) }

// 6.1: the welcome socket is bound, and listens
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

// 6.2: Accept gives a second socket, and the first goes on welcoming
func TestAccept(t *testing.T) {
	t.Run("client after client is served", func(t *testing.T) {
		server := lab.Serve(t)

		first := server.TCP("first")
		first.Say("hello")
		first.Expect("HELLO", ends...)
		first.Close()

		second := server.TCP("second", welcomes...)
		second.Say("hello again")
		second.Expect("HELLO AGAIN", welcomes...)
	})

	t.Run("a client that connects meanwhile waits for its turn", func(t *testing.T) {
		server := lab.Serve(t)
		first, second := server.TCP("first"), server.TCP("second")

		first.Say("me first")
		first.Expect("ME FIRST")
		first.Close()
		second.Say("then me")
		second.Expect("THEN ME", welcomes...)
	})
}

// 6.3: the connection socket is for one client, and is closed when it is served
func TestAnswer(t *testing.T) {
	t.Run("the answer is the text in upper case, and no more", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say("hello tcp world")
		client.Expect("HELLO TCP WORLD", ends...)
		client.End()

		client.ExpectEnd(
			lab.GotLike(padding).Is("whole-buffer"),
			lab.NeverClosed.Is("never-closes"))
	})

	t.Run("a message ends without a newline, and a newline is a byte of it", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(" two\nlines, 100% done \r\n")
		client.Expect(" TWO\nLINES, 100% DONE \r\n",
			lab.CutShort.Is("waits-for-a-newline"),
			lab.GotLike(formatted).Is("text-as-format"))
		client.End()
		client.ExpectEnd()
	})

	t.Run("a message of 1024 bytes comes whole", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")
		text := strings.Repeat("abcdefgh", 128)

		client.Say(text)
		client.Expect(strings.ToUpper(text),
			lab.CutShort.Is("small-buffer"),
			lab.Reset.Is("small-buffer"))
	})

	t.Run("after 200 clients no socket is left but the welcome socket", func(t *testing.T) {
		server := lab.Serve(t)

		for range 200 {
			client := server.TCP("client")
			client.Say("hello")
			client.Expect("HELLO")
			client.Close()
		}

		server.ExpectSockets(1, lab.Leaks.Is("ends-the-stream-only"))
	})
}

// 6.4: one client's end is not the server's
func TestGoesOn(t *testing.T) {
	t.Run("when nobody comes for a while", func(t *testing.T) {
		server := lab.Serve(t)

		server.Rest()

		client := server.TCP("client", lab.Gone.Is("gives-up-waiting"))
		client.Say("at last")
		client.Expect("AT LAST", lab.Gone.Is("gives-up-waiting"))
	})

	t.Run("after a client that left without a word", func(t *testing.T) {
		server := lab.Serve(t)

		server.TCP("shy").Close()

		expectService(server)
	})

	t.Run("after a client that reset the connection", func(t *testing.T) {
		server := lab.Serve(t)

		server.TCP("rude").Reset()

		expectService(server)
	})

	t.Run("after a client that asked, and did not stay for the answer", func(t *testing.T) {
		server := lab.Serve(t)

		hasty := server.TCP("hasty")
		hasty.Say("never mind")
		hasty.Reset()

		expectService(server)
	})

	t.Run("and keeps none of their sockets", func(t *testing.T) {
		server := lab.Serve(t)

		for range 20 {
			server.TCP("shy").Close()
			server.TCP("rude").Reset()
		}

		expectService(server)
		server.ExpectSockets(1, lab.Leaks.Is("forgets-who-left"))
	})
}

// 6.4: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { lab.Transcripts(t) }

// expectService wants the next client to be served.
func expectService(server *lab.Server) {
	client := server.TCP("next", lab.Gone.Is("one-error-ends-all"))
	client.Say("still there")
	client.Expect("STILL THERE",
		lab.Gone.Is("one-error-ends-all"),
		lab.NeverAccepted.Is("misses-the-end"))
	client.Close()
}

// 6.3: the wrong ideas of where a message ends; each waits for something that
// the client never promised
var ends = []lab.Cause{
	lab.AnswersAfter("\n").Is("waits-for-a-newline"),
	lab.AnswersAfter(strings.Repeat(".", 4096)).Is("waits-for-a-full-buffer"),
	lab.AnswersAfterEnd.Is("waits-for-the-end"),
}

// 6.2: the ways in which a second client finds no welcome
var welcomes = []lab.Cause{
	lab.CutShort.Is("small-buffer"),
	lab.Said(net.ErrClosed.Error()).Is("closes-the-welcome-socket"),
	lab.NotListening.Is("closes-the-welcome-socket"),
	lab.Reset.Is("closes-the-welcome-socket"),
	lab.Exited.Is("accepts-once"),
	lab.NeverAccepted.Is("accepts-once"),
}

// formatted recognises what package fmt writes in place of a verb that lacks
// its argument.
func formatted(answer string) bool { return strings.Contains(answer, "%!") }

// padding recognises what lies in a buffer behind the bytes that were read.
func padding(more string) bool { return strings.Trim(more, "\x00") == "" }
