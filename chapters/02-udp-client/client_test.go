package main

import (
	"slices"
	"strings"
	"testing"
	"time"

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
		server.ExpectPatience(waits...)
		server.Say(asker, "HELLO WORLD")
		client.ExpectOutput("HELLO WORLD\n", prints...)
		server.ExpectNothing(waits...)
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

	t.Run("a stranger's datagram is not the answer", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "10m")

		client.Type("which way?\n")
		asker := server.Expect("which way?")
		for range 3 {
			server.SayFromElsewhere(asker, "that way")
		}
		server.SayFromNextDoor(asker, "that way")
		server.Say(asker, "THIS WAY")

		client.ExpectOutput("THIS WAY\n",
			lab.GotLike(contains("that way")).Is("believes-a-stranger"))
	})

	t.Run("an address that is none is an error", func(t *testing.T) {
		client := lab.Start(t, "-addr", "127.0.0.1:none", "-timeout", "150ms")

		client.Type("is anybody there?\n")
		client.EndInput()

		client.ExpectRefusal(
			lab.EndedWell.Is("error-is-success"),
			lab.Panics.Is("panics"))
	})
}

// 2.2: one line is read, and no more is waited for
func TestReadLine(t *testing.T) {
	t.Run("a line ends at its newline, however it was typed, and the program after its answer", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "10m")

		client.Type("hel")
		client.Settle()
		client.Type("lo\nand more\n")

		asker := server.Expect("hello",
			lab.Got("hel").Is("one-read-is-a-line"),
			lab.GotLike(contains("and more")).Is("one-read-is-a-line"),
			lab.ReadsOn.Is("reads-to-the-end"))
		client.Type(", and while it waits\n")
		client.ExpectUnmoved(lab.Exited.Is("input-ends-it"))
		server.Say(asker, "HELLO")
		client.ExpectOutput("HELLO\n", lab.ReadsOn.Is("asks-for-more"))
	})

	t.Run("a last line may lack its newline", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "10m")

		client.Type("hello")
		client.EndInput()

		asker := server.Expect("hello",
			lab.Said("EOF").Is("wants-a-newline"),
			lab.Got("hell").Is("wants-a-newline"))
		client.ExpectUnmoved(lab.Exited.Is("input-ends-it"))
		server.Say(asker, "HELLO")
		client.ExpectOutput("HELLO\n")
	})

	t.Run("no line, no question", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "150ms")

		server.ExpectPatience(lab.TooMuch.Is("greets-first"))
		client.EndInput()

		client.ExpectError(
			lab.SaidOnStdout.Is("talks-on-stdout"),
			lab.Both(lab.EndedWell, lab.Complained).Is("error-is-success"),
			lab.Panics.Is("panics"))
		server.ExpectNothing(lab.Got("").Is("asks-without-a-line"))
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

// 2.3: one line is one datagram, of exactly its bytes
func TestAsk(t *testing.T) {
	t.Run("every byte of a line is sent, and a line may have none", func(t *testing.T) {
		server := lab.ListenUDP(t)

		first := server.Run("-timeout", "10m")
		first.Type("  100%  sure\t \n")
		asker := server.Expect("  100%  sure\t ",
			lab.GotLike(contains("(MISSING)")).Is("text-is-a-format"),
			lab.GotLike(respaced("  100%  sure\t ")).Is("trims-the-line"))
		server.Say(asker, "  200%  SURE\t ")
		first.ExpectOutput("  200%  SURE\t \n",
			lab.GotLike(contains("(MISSING)")).Is("text-is-a-format"),
			lab.GotLike(respaced("  200%  SURE\t ")).Is("trims-the-answer"))

		second := server.Run("-timeout", "10m")
		second.Type("\n")
		asker = server.Expect("",
			lab.ReadsOn.Is("reads-to-the-end"),
			lab.NeverSent.Is("skips-the-empty-line"),
			lab.Exits(1).Is("skips-the-empty-line"))
		server.Say(asker, "")
		second.ExpectOutput("\n",
			lab.Exits(1).Is("empty-is-nothing"),
			lab.Tolerates.Is("empty-is-nothing"))
	})

	t.Run("a line is bytes, and only a newline ends it", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "10m")

		client.Type("a\x00b\x0cc\rd\u2028e\xff\xfef\n")

		asker := server.Expect("a\x00b\x0cc\rd\u2028e\xff\xfef",
			lab.Got("a").Is("line-ends-at-a-zero"),
			lab.GotLike(isOneOf("a\x00b", "a\x00b\x0cc", "a\x00b\x0cc\rd")).Is("line-is-text"),
			lab.GotLike(contains("\ufffd")).Is("line-is-text"),
			lab.Said("UTF-8").Is("line-is-text"),
			lab.Said("utf-8").Is("line-is-text"))
		server.Say(asker, "OK")
		client.ExpectOutput("OK\n")
	})
}

// 2.4: the answer may be anything, and it may never come
func TestReceive(t *testing.T) {
	t.Run("the longest answer comes whole", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "10m")
		answer := strings.Repeat("ABCDEFG", 1+lab.LargestDatagram()/7)[:lab.LargestDatagram()]

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
		server.Say(asker, "\xff\x00\xfe\x00")

		client.ExpectOutput("\xff\x00\xfe\x00\n",
			lab.GotLike(isOneOf("\xff\n", "\xff\x00\xfe\n", "\xff\xfe\n")).Is("zero-is-the-end"),
			lab.GotLike(contains("\ufffd")).Is("bytes-are-text"),
			lab.Got("\u00ff\x00\u00fe\x00\n").Is("bytes-are-text"),
			lab.Said("UTF-8").Is("bytes-are-text"),
			lab.Said("utf-8").Is("bytes-are-text"))
	})

	t.Run("an answer may end in a newline, and the program adds its own", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "10m")

		client.Type("line?\n")
		asker := server.Expect("line?")
		server.Say(asker, "LINE\n")

		client.ExpectOutput("LINE\n\n", lab.PrintedJust("LINE\n").Is("newline-if-none"))
	})

	t.Run("no answer is an error, when the timeout is over", func(t *testing.T) {
		server := lab.ListenUDP(t)
		patient := server.Run("-timeout", "10m")
		patient.Type("i have time\n")
		server.Expect("i have time")
		hasty, began := server.Run("-timeout", "150ms"), time.Now()
		hasty.Type("is anybody there?\n")
		server.Expect("is anybody there?")

		hasty.ExpectError(
			lab.Both(lab.NoTimer, patient.HasNoTimer()).Is("no-deadline"),
			lab.Both(lab.NoTimer, lab.NeverHasTimer("-timeout", 900*time.Millisecond)).Is("rounds-the-timeout"),
			lab.NoTimer.Is("deadline-elsewhere"),
			lab.OtherTimer.Is("ignores-the-flag"),
			lab.Both(lab.EndedWell, patient.Waits()).Is("error-is-success"),
			unanswered,
			lab.WrongOutput.Is("talks-on-stdout"),
			lab.Panics.Is("panics"))
		// No mistake is listed for this: one that ends too soon passes if it is
		// slow, and a right one never fails.
		hasty.ExpectOutlasted(began, 150*time.Millisecond)
		server.ExpectNothing(lab.Got("is anybody there?").Is("asks-again"))
		patient.ExpectStillWaits(lab.Exits(1).Is("ignores-the-flag"), unanswered)
	})

	t.Run("the timeout is the server's, not the typist's", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "3s")

		client.Settle()
		client.Type("sorry to keep you waiting\n")

		asker := server.Expect("sorry to keep you waiting")
		server.Say(asker, "NEVER MIND")
		client.ExpectOutput("NEVER MIND\n",
			lab.Both(lab.Said("timeout"), server.EndsWellIfTypedAtOnce("NEVER MIND")).Is("counts-the-typing"))
	})

	t.Run("a closed port is an error at once", func(t *testing.T) {
		server := lab.ReserveUDP(t)
		client := server.Run("-timeout", "10m")

		client.Type("is anybody there?\n")

		client.ExpectError(
			lab.Unconnected.Is("unconnected-socket"),
			lab.Both(lab.Connected, server.AsksIfOpen()).Is("refused-is-silence"),
			lab.Both(lab.EndedWell, lab.Said("refused")).Is("error-is-success"),
			lab.Panics.Is("panics"))
	})
}

// 2.4: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { lab.Transcripts(t) }

// firsts are what can come first that is not the line.
var firsts = []lab.Cause{
	// it opens another socket, or uses it too soon
	lab.Said("dial tcp").Is("dials-tcp"),
	lab.Said("address already in use").Is("binds-the-servers-port"),
	lab.Said("write: connection refused").Is("greets-first"),
	lab.Both(lab.Got(""), lab.FollowedBy("hello world")).Is("greets-first"),
	// it reads something else than the line
	lab.Got("hello world\n").Is("sends-the-newline"),
	lab.Said("expected newline").Is("reads-a-word"),
	lab.ReadsOn.Is("reads-to-the-end"),
	// it sends the line in parts, or has read only the first
	lab.Both(lab.Got("hello"), lab.FollowedBy("world")).Is("datagram-per-word"),
	lab.Got("hello").Is("reads-a-word"),
}

// unanswered is what ends as if all were well, before it has an answer.
var unanswered = lab.EndedWell.Is("write-is-delivery")

// waits are what a program does that should only wait.
var waits = []lab.Cause{
	lab.Got("hello world").Is("asks-again"),
	unanswered,
	lab.Exits(1).Is("ignores-the-flag"),
}

// prints are what comes out instead of the answer, or why nothing does.
var prints = []lab.Cause{
	lab.PrintedPadded.Is("whole-buffer"),
	lab.GotLike(contains("72 69 76 76 79")).Is("prints-numbers"),
	lab.PrintedJust("HELLO WORLD").Is("forgets-the-newline"),
	lab.Both(lab.PrintedJust(""), lab.Said("HELLO WORLD")).Is("prints-on-stderr"),
	lab.PrintedMore.Is("talks-on-stdout"),
	// it waits, and not for this answer
	lab.LeftSocket.Is("another-socket"),
	lab.ReadsOn.Is("asks-for-more"),
	lab.Both(lab.Connected, lab.StandsIn(reads...)).Is("reads-past-the-answer"),
}

// reads are the calls in which a program waits for a socket.
var reads = []string{
	"conn.Read", "UDPConn.Read", "UDPConn.ReadFrom", "UDPConn.ReadFromUDP",
	"UDPConn.ReadFromUDPAddrPort", "UDPConn.ReadMsgUDP", "io.ReadAll",
	"io.ReadFull", "io.Copy", "Reader.ReadString", "Reader.ReadBytes",
	"Scanner.Scan",
}

func contains(part string) func(string) bool {
	return func(text string) bool { return strings.Contains(text, part) }
}

// respaced recognises a line that has these words, and other white space.
func respaced(line string) func(string) bool {
	words := strings.Join(strings.Fields(line), " ")
	return func(text string) bool {
		return strings.Join(strings.Fields(text), " ") == words && strings.TrimSuffix(text, "\n") != line
	}
}

func isOneOf(list ...string) func(string) bool {
	return func(text string) bool { return slices.Contains(list, text) }
}
