package main

import (
	"strings"
	"testing"

	"sockets.test/tools/lab"
)

func TestMain(m *testing.M) { lab.Main(m, "udpclient", main) }

// 2.1: a client's socket needs no port of its own choice, and no server yet
func TestOpen(t *testing.T) {
	t.Run("the client may start before its server, asks once, and waits", func(t *testing.T) {
		server := lab.ReserveUDP(t)
		client := server.Run("-timeout", "10m")
		client.Settle()

		server.Open()
		client.Type("hello world\n")

		asker := server.Expect("hello world", firsts...)
		client.ExpectPatience(
			lab.EndedWell.Is("write-is-delivery"),
			lab.Exits(1).Is("ignores-the-flag"))
		server.Say(asker, "HELLO WORLD")
		client.ExpectOutput("HELLO WORLD\n", prints...)
		server.ExpectNothing(lab.Got("hello world").Is("asks-again"))
	})

	t.Run("two clients run at once", func(t *testing.T) {
		server := lab.ListenUDP(t)

		first := server.Run("-timeout", "10m")
		first.Type("i am first\n")
		one := server.Expect("i am first")
		second := server.Run("-timeout", "10m")
		second.Type("i am second\n")
		two := server.Expect("i am second",
			lab.Said("address already in use").Is("binds-a-fixed-port"))

		server.Say(two, "I AM SECOND")
		second.ExpectOutput("I AM SECOND\n")
		server.Say(one, "I AM FIRST")
		first.ExpectOutput("I AM FIRST\n")
	})
}

// 2.2: one line is read, and no more is waited for
func TestReadLine(t *testing.T) {
	t.Run("a typed line is asked at once, and the program ends", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "10m")

		client.Type("hello\n")

		asker := server.Expect("hello", lab.ReadsOn.Is("reads-to-the-end"))
		server.Say(asker, "HELLO")
		client.ExpectOutput("HELLO\n", lab.ReadsOn.Is("asks-for-more"))
	})

	t.Run("a last line may lack its newline", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "10m")

		client.Type("hello")
		client.EndInput()

		asker := server.Expect("hello",
			lab.Said("EOF").Is("wants-a-newline"))
		server.Say(asker, "HELLO")
		client.ExpectOutput("HELLO\n")
	})

	t.Run("no line, no question", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "150ms")

		client.EndInput()

		client.ExpectError(lab.SaidOnStdout.Is("talks-on-stdout"))
		server.ExpectNothing(lab.Got("").Is("asks-without-a-line"))
	})
}

// 2.3: one line is one datagram, of exactly its bytes
func TestAsk(t *testing.T) {
	t.Run("spaces are bytes like any other", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "10m")

		client.Type("  two  words\t \n")

		asker := server.Expect("  two  words\t ", lab.Got("two  words").Is("trims-the-line"))
		server.Say(asker, "  TWO  WORDS\t ")
		client.ExpectOutput("  TWO  WORDS\t \n", lab.PrintedJust("TWO  WORDS\n").Is("trims-the-answer"))
	})

	t.Run("an empty line is an empty datagram, and has an empty answer", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "10m")

		client.Type("\n")

		asker := server.Expect("")
		server.Say(asker, "")
		client.ExpectOutput("\n", lab.Exits(1).Is("empty-is-nothing"))
	})

	t.Run("a line of 2048 bytes goes whole", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "10m")
		line := strings.Repeat("abcdefgh", 256)

		client.Type(line + "\n")

		asker := server.Expect(line)
		server.Say(asker, "OK")
		client.ExpectOutput("OK\n")
	})
}

// 2.4: the answer may be anything, and it may never come
func TestReceive(t *testing.T) {
	t.Run("a long answer comes whole", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "10m")
		answer := strings.Repeat("ABCDEFGHIJ", 900)

		client.Type("how long?\n")
		asker := server.Expect("how long?")
		server.Say(asker, answer)

		client.ExpectOutput(answer+"\n", lab.PrintedPart.Is("small-buffer"))
	})

	t.Run("an answer that is no text comes out as it is", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "10m")

		client.Type("bytes?\n")
		asker := server.Expect("bytes?")
		server.Say(asker, "\xff\x00\xfe")

		client.ExpectOutput("\xff\x00\xfe\n")
	})

	t.Run("no answer is an error, when the timeout is over", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "150ms")

		client.Type("is anybody there?\n")
		server.Expect("is anybody there?")

		client.ExpectError(
			lab.NoTimer.Is("no-deadline"),
			lab.EndedWell.Is("write-is-delivery"))
	})

	t.Run("the timeout is the server's, not the typist's", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "3s")

		client.Settle()
		client.Type("sorry to keep you waiting\n")

		asker := server.Expect("sorry to keep you waiting")
		server.Say(asker, "NEVER MIND")
		client.ExpectOutput("NEVER MIND\n", lab.Said("timeout").Is("counts-the-typing"))
	})

	t.Run("a closed port is an error at once", func(t *testing.T) {
		server := lab.ReserveUDP(t)
		client := server.Run("-timeout", "10m")

		client.Type("is anybody there?\n")

		client.ExpectError(
			lab.Unconnected.Is("unconnected-socket"),
			lab.EndedWell.Is("write-is-delivery"))
	})
}

// 2.4: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { lab.Transcripts(t) }

// firsts are what can come first that is not the line.
var firsts = []lab.Cause{
	lab.Got("").Is("greets-first"),
	lab.Said("refused").Is("greets-first"),
	lab.Said("address already in use").Is("binds-the-servers-port"),
	lab.Got("hello world\n").Is("sends-the-newline"),
	lab.Both(lab.Got("hello"), lab.FollowedBy("world")).Is("datagram-per-word"),
	lab.Got("hello").Is("reads-a-word"),
	lab.ReadsOn.Is("reads-to-the-end"),
}

// prints are the ways in which a program prints the answer, and not only that.
var prints = []lab.Cause{
	lab.PrintedPadded.Is("whole-buffer"),
	lab.PrintedMore.Is("talks-on-stdout"),
	lab.ReadsOn.Is("asks-for-more"),
}
