package main

import (
	"slices"
	"strings"
	"testing"
	"time"

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

		client.ExpectError(
			lab.NoTimer.Is("no-timeout-to-connect"),
			lab.OtherTimer.Is("ignores-the-flag"))
	})
}

// 7.2: the line is said, and then that it was all
func TestSay(t *testing.T) {
	t.Run("the server reads the line, and the end of the stream", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "10m")

		client.Type("hi\n")
		conn := server.Accept()
		conn.Expect("hi",
			server.ConnectsAgain().Is("connects-twice"))
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
		conn.Expect(line, lab.SentPart.Is("sends-a-part"))
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
		conn := server.Accept(
			lab.Exits(1).Is("skips-the-empty-line"),
			lab.NeverConnected.Is("skips-the-empty-line"))
		conn.ExpectEnd()
		conn.End()

		client.ExpectOutput("\n", lab.Exits(1).Is("empty-is-nothing"))
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

		client.ExpectOutput("  100% SURE %S\t , %s AND MORE \n",
			lab.GotLike(formatted).Is("text-is-a-format"),
			trimmed)
	})

	t.Run("a pause is not the end of the answer", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "10m")

		client.Type("hello\n")
		conn := server.Accept()
		conn.Expect("hello")
		conn.Say("HELLO, ")
		client.ExpectPatience(
			lab.EndedWell.Is("silence-is-the-end"),
			lab.Both(lab.Exits(1), lab.Said("time")).Is("ignores-the-flag"))
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

		first := server.Run("-timeout", "10m")
		first.Type("b\n")
		conn := server.Accept()
		conn.Expect("b")
		conn.Say("\xff\x00\xfe\x00")
		conn.End()
		first.ExpectOutput("\xff\x00\xfe\x00\n",
			lab.GotLike(isOneOf("\xff\n", "\xff\x00\xfe\n", "\xff\xfe\n")).Is("zero-is-the-end"),
			lab.GotLike(replaced).Is("bytes-are-text"),
			lab.Said("UTF-8").Is("bytes-are-text"),
			lab.Said("utf-8").Is("bytes-are-text"))

		second := server.Run("-timeout", "10m")
		second.Type("two\n")
		conn = server.Accept()
		conn.Expect("two")
		conn.Say(" two \r\n\n")
		conn.End()
		second.ExpectOutput(" two \r\n\n\n", trimmed)
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
		conn.Say("ÄÖ")
		conn.End()
		second.ExpectError(lab.EndedWell.Is("counts-bytes"))

		third := server.Run("-timeout", "10m")
		third.Type("abcd\n")
		conn = server.Accept()
		conn.Expect("abcd")
		conn.SayPieces("\xc3", "\x84\xc3", "\x96") // "ÄÖ"
		conn.End()
		third.ExpectError(lab.EndedWell.Is("counts-by-piece"))
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

// 7.4: the timeout is for all of it: nothing that comes now and then makes it
// longer, and no step has a time of its own. Most of this is waiting.
func TestTimeout(t *testing.T) {
	t.Run("an answer that does not end is an error, when the timeout is over", func(t *testing.T) {
		t.Parallel()

		server := lab.ListenTCP(t)
		desk := lab.ListenTCP(t)
		typist := desk.Run("-timeout", "600ms")
		typist.Settle()
		client := server.Run("-timeout", "600ms")

		client.Type("hello\n")
		conn := server.Accept()
		conn.Expect("hello")
		conn.Say("HELLO AND SO ON")

		client.ExpectError(
			lab.NoTimer.Is("no-deadline"),
			lab.OtherTimer.Is("ignores-the-flag"),
			lab.EndedWell.Is("silence-is-the-end"))

		// As much time is over for the typist, who has not begun.
		typist.Type("sorry to keep you waiting\n")
		desk.Accept(
			lab.Both(lab.Exits(1), desk.ConnectsIfTypedAtOnce()).Is("counts-the-typing"))
	})

	t.Run("a server that never reads is an error, when the timeout is over", func(t *testing.T) {
		t.Parallel()

		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "150ms")

		client.Type(strings.Repeat("abcdefgh", 1_500_000) + "\n")

		client.ExpectError(lab.NoTimer.Is("no-deadline"))
	})

	t.Run("an answer that drips for ever is an error, when the timeout is over", func(t *testing.T) {
		t.Parallel()

		for timeout := 600 * time.Millisecond; timeout < 5*time.Second; timeout *= 2 {
			server := lab.ListenTCP(t)
			client := server.Run("-timeout", timeout.String())

			client.Type("hello\n")
			conn := server.Accept()
			conn.Expect("hello")
			steady := conn.ExpectEndsWhile('O',
				lab.NoTimer.Is("no-deadline"),
				lab.EndsInSilence.Is("clock-per-read"))

			client.ExpectError()
			if steady {
				break // or else a clock for each Read may have ended it, too
			}
		}
	})

	t.Run("sending takes its time from the answer's", func(t *testing.T) {
		t.Parallel()

		line := strings.Repeat("abcdefgh", 625_000)

		for try, unit := 1, 100*time.Millisecond; try <= 6; try, unit = try+1, min(2*unit, 800*time.Millisecond) {
			server := lab.ListenTCP(t)
			first := server.Run("-timeout", (9 * unit).String())
			first.Settle()
			second := server.Run("-timeout", (11 * unit).String())
			second.Settle()
			third := server.Run("-timeout", (7 * unit).String())
			third.Settle()
			first.Type(line + "\n")
			conn := server.Accept()
			first.Halt()
			if conn.Holds(len(line)) { // nothing waits to be sent
				line += line
			}
			second.Type("hello\n")
			server.Accept()
			third.Type("hello\n")
			third.ExpectError()
			late := time.Now() // most of the first one's time is over
			taken := conn.TakeAll()

			second.ExpectError()
			sure := first.ExpectNotAfter(second, late, lab.Tolerates.Is("clock-per-step"))
			first.ExpectError()
			if sure && taken == len(line) {
				break // or else it had no time left, or too little to be seen
			}
		}
	})
}

// 7.4: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { lab.Transcripts(t) }

// trimmed knows the right output but for white space at its ends.
var trimmed = lab.PrintedTrimmed.Is("trims-the-answer")

// formatted recognises what package fmt writes in place of a verb that lacks
// its argument.
func formatted(text string) bool { return strings.Contains(text, "%!") }

// replaced recognises the character that stands for bytes that are no text.
func replaced(text string) bool { return strings.Contains(text, "\ufffd") }

func isOneOf(list ...string) func(string) bool {
	return func(text string) bool { return slices.Contains(list, text) }
}
