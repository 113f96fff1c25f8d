package main

import (
	"strings"
	"testing"
	"time"

	"sockets.test/tools/lab"
	"sockets.test/tools/lab/transcripts"
)

func TestMain(m *testing.M) { lab.Main(m, "tcpclient", main) }

// 7.1: connecting takes two, and either may fail
func TestConnect(t *testing.T) {
	t.Run("a refused connection is an error", func(t *testing.T) {
		server := lab.ReserveTCP(t)
		client := server.Run("-timeout", "10m")

		client.Type("is anybody there?\n")

		client.ExpectError()
	})

	t.Run("a connection that does not come about ends with the timeout", func(t *testing.T) {
		server := lab.FullTCP(t)
		client := server.Run("-timeout", "150ms")

		client.Type("is anybody there?\n")

		client.ExpectError()
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
		conn.ExpectEnd()
		conn.ExpectHeard() // the client still listens
	})

	t.Run("every byte of a line of six million is said", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "10m")
		line := strings.Repeat("abcdefgh", 750_000)

		client.Type(line)
		client.EndInput() // the last line of an input may lack its newline

		conn := server.Accept()
		conn.Expect(line)
		conn.ExpectEnd()
	})
}

// clientThatSays starts a server and a client, has the client say a line, and
// reads that up to the end of its stream. The test is the server from there on.
func clientThatSays(t *testing.T, line string) (*lab.Program, *lab.TCP) {
	server := lab.ListenTCP(t)
	client := server.Run("-timeout", "10m")
	client.Type(line + "\n")
	conn := server.Accept()
	conn.Expect(line)
	conn.ExpectEnd()
	return client, conn
}

// 7.3: a stream is read until its end
func TestHear(t *testing.T) {
	t.Run("an answer that comes in pieces comes whole", func(t *testing.T) {
		client, conn := clientThatSays(t, "hi")

		conn.Say("THREE\nLI")
		conn.ExpectHeard()
		conn.Say("NES\nHERE")
		conn.ExpectHeard()
		conn.End()

		client.ExpectOutput("THREE\nLINES\nHERE\n")
	})

	t.Run("a pause is not the end of the answer", func(t *testing.T) {
		client, conn := clientThatSays(t, "hello")

		conn.Say("HELLO, ")
		client.ExpectStillRunning()
		conn.Say("AND GOODBYE")
		conn.End()

		client.ExpectOutput("HELLO, AND GOODBYE\n")
	})

	t.Run("an answer of four million bytes comes whole", func(t *testing.T) {
		client, conn := clientThatSays(t, "how much?")
		answer := strings.Repeat("ABCDEFGH", 500_000)

		conn.Say(answer)
		conn.End()

		client.ExpectOutput(answer + "\n")
	})

	for _, test := range []struct {
		fact, line string
		pieces     []string // of the answer
	}{
		{"an empty answer to an empty line is printed", "", nil},
		{"an answer that comes byte by byte is no format", "100% sure %s", strings.Split("100% SURE %S", "")},
		{"white space at the ends of an answer stays", " two", []string{" TWO \r\n", "\n"}},
		{"zeros are bytes of the answer", "zeros", []string{"Z\x00", "ROS\x00"}},
		{"an answer that is no text comes out as it is", "b", []string{"\xff\xfe"}},
		{"a letter may come in two pieces", "é", []string{"\xc3", "\x89"}},
	} {
		t.Run(test.fact, func(t *testing.T) {
			client, conn := clientThatSays(t, test.line)

			conn.SayPieces(test.pieces...)
			conn.End()

			client.ExpectOutput(strings.Join(test.pieces, "") + "\n")
		})
	}
}

// 7.4: not every end is the end of the answer
func TestCheck(t *testing.T) {
	for _, test := range []struct {
		fact, line string
		pieces     []string // of the answer
	}{
		{"an end before the answer is an error", "hello", nil},
		{"an end in the middle of the answer is an error, and no answer", "hello", []string{"HELL"}},
		{"an answer of more bytes may have too few characters", "abcd", []string{"ÄÖÜ"}},
		{"a character is one, in however many pieces it comes", "abcdef", []string{"\xe2", "\x82", "\xac", "\xe2", "\x82", "\xac"}},
	} {
		t.Run(test.fact, func(t *testing.T) {
			client, conn := clientThatSays(t, test.line)

			conn.SayPieces(test.pieces...)
			conn.End()

			client.ExpectError()
		})
	}

	t.Run("an answer of fewer bytes may have enough characters", func(t *testing.T) {
		client, conn := clientThatSays(t, "ılık 😀")

		conn.Say("ILIK !")
		conn.End()

		client.ExpectOutput("ILIK !\n")
	})

	t.Run("a reset is an error, however much came before it", func(t *testing.T) {
		client, conn := clientThatSays(t, "hello")

		conn.SayPieces("HELLO AND ", "GOODBY")
		conn.ExpectHeard() // some systems take a reset behind unread bytes for the end
		conn.Reset()

		client.ExpectError()
	})
}

// 7.4: the timeout is for all of it, and no step has a time of its own
func TestTimeout(t *testing.T) {
	t.Run("an answer that does not end is an error, when the timeout is over", func(t *testing.T) {
		t.Parallel()

		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "170ms")

		client.Type("hello\n")
		server.Accept().Say("HELLO AND SO ON")

		client.ExpectLimit().ExpectKept()
		client.ExpectError()
	})

	t.Run("however long the timeout is, it is as long as that", func(t *testing.T) {
		t.Parallel()
		client, _ := clientThatSays(t, "take your time")

		client.ExpectLimit()
	})

	t.Run("a server that never reads is an error, when the timeout is over", func(t *testing.T) {
		t.Parallel()

		server := lab.ListenTCP(t)
		client := server.Run("-timeout", "150ms")

		client.Type(strings.Repeat("abcdefgh", 1_500_000) + "\n")

		client.ExpectError()
	})

	t.Run("an answer that drips for ever is an error, when the timeout is over", func(t *testing.T) {
		t.Parallel()

		// A longer timeout until it is certain: see ExpectKept.
		for timeout, sure := 100*time.Millisecond, false; !sure && timeout < 9*time.Second; timeout *= 2 {
			server := lab.ListenTCP(t)
			client := server.Run("-timeout", timeout.String())

			client.Type("hello\n")
			conn := server.Accept()
			conn.Expect("hello")
			limit := client.ExpectLimit()
			for !limit.Near() {
				conn.Say("O")
			}

			sure = limit.ExpectKept()
			client.ExpectError()
		}
	})

	t.Run("a server that is slow to read leaves less time for the answer", func(t *testing.T) {
		t.Parallel()

		line := strings.Repeat("abcdefgh", 1_500_000)
		// A longer timeout until it is certain: see ExpectKept.
		for timeout, sure := 100*time.Millisecond, false; !sure && timeout < 9*time.Second; timeout *= 2 {
			server := lab.ListenTCP(t)
			client := server.Run("-timeout", timeout.String())

			client.Type(line + "\n")
			conn := server.Accept()
			limit := client.ExpectLimit()
			for !limit.Near() {
			} // and nothing is read
			read := conn.Drain(len(line))

			sure = limit.ExpectKept() && read == len(line)
			client.ExpectError()
		}
	})
}

// 7.4: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { transcripts.Run(t) }
