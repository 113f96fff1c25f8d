package main

import (
	"strings"
	"testing"
	"time"

	"sockets.test/tools/lab"
	"sockets.test/tools/lab/transcripts"
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

		asker := server.Expect("hello world")
		server.ExpectNothing()
		server.Say(asker, "HELLO WORLD")
		client.ExpectOutput("HELLO WORLD\n")
		server.ExpectNothing()
	})

	t.Run("two clients run at once", func(t *testing.T) {
		server := lab.ListenUDP(t)

		first := server.Run("-timeout", "10m")
		first.Type("i am first\n")
		one := server.Expect("i am first")
		second := server.Run("-timeout", "10m")
		second.Type("i am second\n")
		two := server.Expect("i am second")

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
			server.SayFrom("another port", asker, "that way")
		}
		server.SayFrom("another host", asker, "that way")
		server.Say(asker, "THIS WAY")

		client.ExpectOutput("THIS WAY\n")
	})

	t.Run("an address that is none is an error", func(t *testing.T) {
		client := lab.Start(t, "-addr", "127.0.0.1:none", "-timeout", "150ms")

		client.Type("is anybody there?\n")
		client.EndInput()

		client.ExpectFailure()
	})
}

// 2.2: one line is read, and no more is waited for
func TestReadLine(t *testing.T) {
	t.Run("a line ends at its newline, however it was typed", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "10m")

		client.Type("hel")
		client.Settle()
		client.Type("lo\nand more\n")

		asker := server.Expect("hello")
		server.Say(asker, "HELLO")
		client.ExpectOutput("HELLO\n")
	})

	t.Run("a last line may lack its newline", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "10m")

		client.Type("hello")
		client.EndInput()

		asker := server.Expect("hello")
		server.Say(asker, "HELLO")
		client.ExpectOutput("HELLO\n")
	})

	t.Run("no line, no question", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "150ms")

		server.ExpectNothing()
		client.EndInput()

		client.ExpectError()
		server.ExpectNothing()
	})
}

// 2.3: one line is one datagram, of exactly its bytes
func TestAsk(t *testing.T) {
	t.Run("every byte of a line is sent, and a line may have none", func(t *testing.T) {
		server := lab.ListenUDP(t)

		first := server.Run("-timeout", "10m")
		first.Type("  100%  sure\t \n")
		asker := server.Expect("  100%  sure\t ")
		server.Say(asker, "  200%  SURE\t \n")
		first.ExpectOutput("  200%  SURE\t \n\n")

		second := server.Run("-timeout", "10m")
		second.Type("\n")
		asker = server.Expect("")
		server.Say(asker, "")
		second.ExpectOutput("\n")
	})

	t.Run("a line is bytes, and only a newline ends it", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "10m")

		client.Type("a\x00b\x0cc\rd\u2028e\xff\xfef\n")

		asker := server.Expect("a\x00b\x0cc\rd\u2028e\xff\xfef")
		server.Say(asker, "OK")
		client.ExpectOutput("OK\n")
	})

	t.Run("of two carriage returns before the newline, only one may go", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "10m")

		client.Type("hello\r\r\n")

		server.Expect("hello\r\r", "hello\r")
	})
}

// 2.4: the answer may be anything, and it may never come
func TestReceive(t *testing.T) {
	t.Run("the longest line goes whole, and the longest answer comes whole", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "10m")
		line := strings.Repeat("abcdefgh", 256)
		answer := strings.Repeat("ABCDEFG", 1+lab.LargestDatagram()/7)[:lab.LargestDatagram()]

		client.Type(line + "\n")
		asker := server.Expect(line)
		server.Say(asker, answer)

		client.ExpectOutput(answer + "\n")
	})

	t.Run("an answer that is no text comes out as it is", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "10m")

		client.Type("bytes?\n")
		asker := server.Expect("bytes?")
		server.Say(asker, "\xff\x00\xfe\x00")

		client.ExpectOutput("\xff\x00\xfe\x00\n")
	})

	t.Run("no answer is an error, when the timeout is over", func(t *testing.T) {
		t.Parallel()

		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "170ms")

		client.Type("is anybody there?\n")
		server.Expect("is anybody there?")

		client.ExpectLimit().ExpectKept()
		client.ExpectError()
		server.ExpectNothing()
	})

	t.Run("however long the timeout is, it is as long as that", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "90.9s")

		client.Type("take your time\n")
		server.Expect("take your time")

		client.ExpectLimit()
	})

	t.Run("strangers who speak meanwhile leave it as it is", func(t *testing.T) {
		t.Parallel()

		// A longer timeout until it is certain: see ExpectKept.
		for timeout, sure := 100*time.Millisecond, false; !sure && timeout < 9*time.Second; timeout *= 2 {
			server := lab.ListenUDP(t)
			client := server.Run("-timeout", timeout.String())

			client.Type("hello\n")
			asker := server.Expect("hello")
			limit := client.ExpectLimit()
			for !limit.Near() {
				server.SayFrom("another port", asker, "HELLO")
			}

			sure = limit.ExpectKept()
			client.ExpectError()
		}
	})

	t.Run("the timeout is the server's, not the typist's", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("-timeout", "3s")

		client.Rest(4 * time.Second)
		client.Type("sorry to keep you waiting\n")

		asker := server.Expect("sorry to keep you waiting")
		server.Say(asker, "NEVER MIND")
		client.ExpectOutput("NEVER MIND\n")
	})

	t.Run("a closed port is an error at once", func(t *testing.T) {
		server := lab.ReserveUDP(t)
		client := server.Run("-timeout", "10m")

		client.Type("is anybody there?\n")

		client.ExpectError()
	})
}

// 2.4: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { transcripts.Run(t) }
