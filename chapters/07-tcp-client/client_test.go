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
			lab.Both(lab.Panics, lab.Said("refused")).Is("panics"),
			lab.Panics.Is("ignores-the-error"),
			lab.Both(lab.EndedWell, lab.Complained).
				Is("error-is-success"),
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

		conn.ExpectHeard(
			lab.Said("closed network connection").Is("closes-to-half-close"))
	})

	t.Run("every byte of a line of six million is said", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "10m")
		line := strings.Repeat("abcdefgh", 750_000)

		client.Type(line + "\n")

		conn := server.Accept()
		conn.Expect(line)
		conn.ExpectEnd()
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
	})
}

// 7.3: a stream is read until its end
func TestHear(t *testing.T) {
	t.Run("an answer that comes in pieces comes whole", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "10m")

		client.Type("hi\n")
		conn := server.Accept()
		conn.Expect("hi")
		conn.ExpectEnd()
		conn.Say("THREE\nLI")
		conn.ExpectHeard()
		conn.Say("NES\nHERE")
		conn.ExpectHeard()
		conn.End()

		client.ExpectOutput("THREE\nLINES\nHERE\n",
			lab.Ended("EOF").Is("takes-the-end-for-an-error"),
			lab.Both(lab.PrintedJust("THREE\nLI\n"), server.HearsOn("T", "HREE\nLI", "THREE\nLI\n")).Is("as-many-as-it-sent"),
			lab.PrintedJust("THREE\nLI\n").Is("one-read"),
			lab.PrintedJust("TH\n").Is("as-many-as-it-sent"),
			lab.PrintedJust("THREE\n\n").Is("reads-a-line"),
			lab.PrintedJust("THREE\nLINES\n\n").Is("drops-the-last-bytes"))
	})

	t.Run("an empty line is no bytes, and an empty answer is enough", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "10m")

		client.Type("\n")
		conn := server.Accept()
		conn.ExpectEnd()
		conn.End()

		client.ExpectOutput("\n")
	})

	t.Run("what is said and heard byte by byte is neither trimmed nor a format", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "10m")

		client.Type("  100% sure %s\t ")
		client.EndInput()
		conn := server.Accept()
		conn.Expect("  100% sure %s\t ")
		conn.SayByteByByte("  100% SURE %S\t , %s AND MORE ")
		conn.End()

		client.ExpectOutput("  100% SURE %S\t , %s AND MORE \n")
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
		conn.Say(" \xff\x00\xfe \r\n")
		conn.End()

		client.ExpectOutput(" \xff\x00\xfe \r\n\n")
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
		conn.Say("HELL")
		conn.End()

		client.ExpectError(
			lab.Both(lab.EndedWell, server.HearsOn("H", "", "H\n")).Is("only-nothing-is-too-little"),
			lab.PrintedJust("HELL").Is("prints-as-it-comes"))
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

	t.Run("a character counts once, however many bytes or halves it has", func(t *testing.T) {
		server := lab.ListenTCP(t)

		first := server.Run("-timeout", "10m")
		first.Type("😀😀\n")
		conn := server.Accept()
		conn.Expect("😀😀")
		conn.Say("AB")
		conn.End()
		first.ExpectOutput("AB\n")

		second := server.Run("-timeout", "10m")
		second.Type("abcd\n")
		conn = server.Accept()
		conn.Expect("abcd")
		conn.SayPieces("\xc3", "\x84\xc3", "\x96") // "ÄÖ"
		conn.End()
		second.ExpectError()
	})

	t.Run("a reset is an error, however much came before it", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "10m")

		client.Type("hello\n")
		conn := server.Accept()
		conn.Expect("hello")
		conn.ExpectEnd()
		conn.SayPieces("HELLO AND ", "GOODBY")
		conn.ExpectHeard() // libuv takes a reset behind unread bytes for the end
		conn.Reset()

		client.ExpectError(lab.EndedWell.Is("a-reset-is-an-end"))
	})
}

// 7.4: the timeout is for all of it
func TestTimeout(t *testing.T) {
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

	t.Run("a server that never reads is an error, when the timeout is over", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "150ms")

		client.Type(strings.Repeat("abcdefgh", 1_500_000) + "\n")

		client.ExpectError(lab.NoTimer.Is("no-deadline"))
	})
}

// 7.4: and something that comes now and then does not make it longer
func TestDrip(t *testing.T) {
	t.Run("an answer that drips for ever is an error, when the timeout is over", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "600ms")

		client.Type("hello\n")
		conn := server.Accept()
		conn.Expect("hello")
		conn.ExpectEndsWhile('O',
			lab.NoTimer.Is("no-deadline"),
			lab.EndsInSilence.Is("clock-per-read"))

		client.ExpectError()
	})
}

// 7.4: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { lab.Transcripts(t) }
