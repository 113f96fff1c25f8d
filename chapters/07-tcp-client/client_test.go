package main

import (
	"strings"
	"testing"

	"sockets.test/tools/lab"
)

func TestMain(m *testing.M) { lab.Main(m, "tcpclient", main) }

// 7.1: connecting takes two, and either may fail
func TestConnect(t *testing.T) {
	t.Run("a refused connection is an error", func(t *testing.T) {
		server := lab.ReserveTCP(t)
		client := server.Run("-timeout", "10m")

		client.Type("is anybody there?\n")

		client.ExpectError(
			lab.Panics.Is("ignores-the-error"),
			lab.EndedWell.Is("ignores-the-error"))
	})

	t.Run("a connection that does not come about ends with the timeout", func(t *testing.T) {
		server := lab.FullTCP(t)
		client := server.Run("-timeout", "150ms")

		client.Type("is anybody there?\n")

		client.ExpectError(lab.NoTimer.Is("no-timeout-to-connect"))
	})
}

// 7.2: the line is said, and then that it was all
func TestSay(t *testing.T) {
	t.Run("the server reads the line, and the end of the stream", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "10m")

		client.Type("hi\n")
		conn := server.Accept()
		conn.Expect("hi")
		conn.ExpectEnd(
			lab.Got("\n").Is("sends-the-newline"),
			lab.NeverClosed.Is("never-half-closes"))

		conn.SayPieces(pieces...)
		conn.End()
		client.ExpectOutput("THREE\nLINES\nHERE\n", hears...)
	})

	t.Run("the answer may be there before the question", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "10m")

		client.Type("hi\n")
		conn := server.Accept()
		conn.Say("HELLO")
		conn.End()

		conn.Expect("hi", lab.Exited.Is("hears-first"))
		conn.ExpectEnd()
		client.ExpectOutput("HELLO\n")
	})

	t.Run("an empty line is no bytes, and an end", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "10m")

		client.Type("\n")
		conn := server.Accept()
		conn.ExpectEnd()
		conn.End()

		client.ExpectOutput("\n")
	})
}

// 7.3: a stream is read until its end
func TestHear(t *testing.T) {
	t.Run("an answer that comes byte by byte comes whole", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "10m")

		client.Type("hello world\n")
		conn := server.Accept()
		conn.Expect("hello world")
		conn.SayByteByByte("HELLO WORLD, AND MORE")
		conn.End()

		client.ExpectOutput("HELLO WORLD, AND MORE\n")
	})

	t.Run("a pause is not the end of the answer", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "10m")

		client.Type("hello\n")
		conn := server.Accept()
		conn.Expect("hello")
		conn.Say("HELLO, ")
		client.ExpectPatience(lab.EndedWell.Is("silence-is-the-end"))
		conn.Say("AND GOODBYE")
		conn.End()

		client.ExpectOutput("HELLO, AND GOODBYE\n")
	})

	t.Run("an answer of four million bytes comes whole", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "10m")
		answer := strings.Repeat("ABCDEFGH", 500_000)

		client.Type("how much?\n")
		conn := server.Accept()
		conn.Expect("how much?")
		conn.Say(answer)
		conn.End()

		client.ExpectOutput(answer+"\n",
			lab.PrintedPart.Is("small-buffer"))
	})

	t.Run("an answer that is no text comes out as it is", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "10m")

		client.Type("bytes\n")
		conn := server.Accept()
		conn.Expect("bytes")
		conn.Say(" \xff\x00\xfe\r\n ")
		conn.End()

		client.ExpectOutput(" \xff\x00\xfe\r\n \n")
	})
}

// 7.4: not every end is the end of the answer
func TestCheck(t *testing.T) {
	t.Run("an end before the answer is an error", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "10m")

		client.Type("hello\n")
		conn := server.Accept()
		conn.Expect("hello")
		conn.End()

		client.ExpectError(lab.EndedWell.Is("any-end-is-good"))
	})

	t.Run("an end in the middle of the answer is an error, and no answer", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "10m")

		client.Type("hello\n")
		conn := server.Accept()
		conn.Expect("hello")
		conn.Say("HEL")
		conn.End()

		client.ExpectError(
			lab.EndedWell.Is("only-nothing-is-too-little"),
			lab.PrintedJust("HEL").Is("prints-as-it-comes"))
	})

	t.Run("a letter may have fewer bytes in upper case", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "10m")

		client.Type("ılık\n")
		conn := server.Accept()
		conn.Expect("ılık")
		conn.Say("ILIK")
		conn.End()

		client.ExpectOutput("ILIK\n", lab.Exits(1).Is("counts-bytes"))
	})

	t.Run("a reset is an error, however much came before it", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "10m")

		client.Type("hello\n")
		conn := server.Accept()
		conn.Expect("hello")
		conn.SayPieces("HELLO AND ", "GOODBY")
		conn.Reset()

		client.ExpectError(lab.EndedWell.Is("a-reset-is-an-end"))
	})

	t.Run("an answer that does not end is an error, when the timeout is over", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "600ms")

		client.Type("hello\n")
		conn := server.Accept()
		conn.Expect("hello")
		conn.Say("HELLO AND SO ON")

		client.ExpectError(
			lab.NoTimer.Is("no-deadline"),
			lab.EndedWell.Is("silence-is-the-end"))
	})

	t.Run("no answer is an error, when the timeout is over", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "150ms")

		client.Type("is anybody there?\n")
		server.Accept()

		client.ExpectError(lab.NoTimer.Is("no-deadline"))
	})
}

// 7.4: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { lab.Transcripts(t) }

// pieces are an answer that comes in two: neither is a line, and the last line
// ends without a newline.
var pieces = []string{"THREE\nLI", "NES\nHERE"}

// hears are the wrong ideas of where that answer ends.
var hears = []lab.Cause{
	lab.Said("closed network connection").Is("closes-to-half-close"),
	lab.Said("EOF").Is("takes-the-end-for-an-error"),
	lab.PrintedJust("THREE\nLI\n").Is("one-read"),
	lab.PrintedJust("TH\n").Is("as-many-as-it-sent"),
	lab.PrintedJust("THREE\n\n").Is("reads-a-line"),
	lab.PrintedJust("THREE\nLINES\n\n").Is("drops-the-last-bytes"),
}
