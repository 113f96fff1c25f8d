package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sockets.test/tools/lab"
	"sockets.test/tools/lab/transcripts"
)

func TestMain(m *testing.M) { lab.Main(m, "lineserver", main) }

// 8.1: many lines on one connection, each answered before the next is asked
func TestConversation(t *testing.T) {
	t.Run("a line is answered in upper case", func(t *testing.T) {
		client := lab.Serve(t).TCP("client")

		client.Say("hello\n")
		client.Expect("HELLO\n")
	})

	t.Run("and so is the next one, on the same connection", func(t *testing.T) {
		client := lab.Serve(t).TCP("client")

		client.Say("hello\n")
		client.Expect("HELLO\n")
		client.ExpectNothing() // it waits
		client.Say("and again\n")
		client.Expect("AND AGAIN\n")
	})
}

// 8.2: a line ends where its newline is, not where a Read does
func TestLines(t *testing.T) {
	t.Run("half a line is no line yet", func(t *testing.T) {
		client := lab.Serve(t).TCP("client")

		client.Say("hel")
		client.ExpectNothing()
		client.Say("lo\n")
		client.Expect("HELLO\n")
	})

	t.Run("one line and a half: the one is answered", func(t *testing.T) {
		client := lab.Serve(t).TCP("client")

		client.Say("one\ntw")
		client.Expect("ONE\n")

		client.Say("o\n")
		client.Expect("TWO\n")
	})

	for _, line := range []struct{ fact, said, answer string }{
		{"CR LF ends a line as LF does", "hello\r\n", "HELLO\n"},
		{"a CR before that is a part of the line", "and\ragain\r\r\n", "AND\rAGAIN\r\n"},
		{"spaces are a part of the line", "  two words\t \n", "  TWO WORDS\t \n"},
		{"and so is every byte but the newline", "100% {Sure}%s\v\f\x00\x04\x1a\x7f€\u0085\u2028.\n", "100% {SURE}%S\v\f\x00\x04\x1a\x7f€\u0085\u2028.\n"},
		{"an empty line is a line", "\n", "\n"},
		{"and so is one that ends in CR LF", "\r\n", "\n"},
		{"the word quit is a line", "quit\n", "QUIT\n"},
	} {
		t.Run(line.fact, func(t *testing.T) {
			client := lab.Serve(t).TCP("client")

			client.Say(line.said)
			client.Expect(line.answer)
			client.ExpectNothing()
		})
	}

	t.Run("three lines, however they are cut", func(t *testing.T) {
		server := lab.Serve(t)

		for _, cut := range lab.Cuts("one\n", "t\rwo\r\n", "3 €\n") {
			server.Scene(cut.Name)
			client := server.TCP("client")

			client.SayPieces(cut.Pieces...)
			client.Expect("ONE\n")
			client.Expect("T\rWO\n")
			client.Expect("3 €\n")
			client.Close()
		}
	})
}

// 8.3: the end of the stream ends the last line, and the conversation
func TestEnd(t *testing.T) {
	t.Run("a thousand answers come, and then the end of the stream", func(t *testing.T) {
		client := lab.Serve(t).TCP("client")

		client.Say(numbered(1000))
		client.End()
		client.Expect(strings.ToUpper(numbered(1000)))
		client.ExpectEnd()
	})

	t.Run("a last line without a newline is answered", func(t *testing.T) {
		client := lab.Serve(t).TCP("client")

		client.Say("hello\nbye")
		client.End()
		client.Expect("HELLO\n")
		client.Expect("BYE\n")
		client.ExpectEnd()
	})
}

// 8.3: one client's end is not the server's
func TestGoesOn(t *testing.T) {
	t.Run("after clients that left in the middle of a line", func(t *testing.T) {
		server := lab.Serve(t)

		shy := server.TCP("shy")
		shy.Say("well, I")
		shy.Close()
		rude := server.TCP("rude")
		rude.SayPieces("well,", " I")
		rude.Reset()

		expectService(server)
	})

	t.Run("after a client that asked, and did not stay for the answers", func(t *testing.T) {
		server := lab.Serve(t)
		first, hasty := server.TCP("first"), server.TCP("hasty")

		hasty.Say(numbered(2000))
		hasty.End()
		hasty.Close() // before a server of one client at a time comes to it
		first.Say("hello\n")
		first.Expect("HELLO\n")
		first.Close()

		expectService(server)
	})
}

// 8.4: a line has a limit, and the client is told
func TestLimit(t *testing.T) {
	t.Run("a line of 100,000 bytes is answered, and so are forty more", func(t *testing.T) {
		client := lab.Serve(t).TCP("client")

		for i := range 41 {
			client.Say(strings.Repeat("x", 100_000-1000*i) + "\n")
			client.Expect(strings.Repeat("X", 100_000-1000*i) + "\n")
		}
		client.SayPieces(strings.Repeat("x", 100_000)+"\r", "\n")
		client.Expect(strings.Repeat("X", 100_000) + "\n")
	})

	t.Run("and every line of a client that listens late", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.SlowTCP("client")
		line := func(i int) string { return fmt.Sprintf("line %d%s\n", i, strings.Repeat(" and so on", 40)) }

		said := client.Flood(line)
		client.End()
		client.ReadUntilTaken()
		server.Rest(2 * time.Second)
		client.Expect(strings.ToUpper(strings.Join(said, "")))
		client.ExpectEnd()
	})

	t.Run("a longer one is refused, in words", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(strings.Repeat("x", 200_000) + "\n")
		client.Expect("error: line too long\n")
		client.ExpectOver()

		expectService(server) // though it stays
	})

	t.Run("by one byte, too, however it ends", func(t *testing.T) {
		server := lab.Serve(t)

		for _, line := range []string{
			strings.Repeat("x", 100_001) + "\n",
			strings.Repeat("x", 100_001),       // and the end of the stream
			strings.Repeat("€", 33_334) + "\n", // a € has three bytes
		} {
			client := server.TCP("client")
			client.Say(line)
			client.End()
			client.Expect("error: line too long\n")
		}
	})

	t.Run("before its end has come", func(t *testing.T) {
		client := lab.Serve(t).TCP("client")

		client.Say("hello\n" + strings.Repeat("x", 140_000))
		client.Expect("HELLO\n")
		client.Expect("error: line too long\n")
	})

	t.Run("and no client leaves a socket behind", func(t *testing.T) {
		server := lab.Serve(t)

		for range 5 {
			endless := server.TCP("endless")
			endless.Say(strings.Repeat("x", 140_000))
			endless.ExpectSome(len("error: line too long\n"))
			endless.Close()
			rude := server.TCP("rude")
			rude.Say("well,")
			rude.Reset()
		}

		expectService(server)
		server.ExpectSockets(1)
	})
}

// 8.3: and goes on as every server does
func TestKeepsServing(t *testing.T) {
	lab.Protocol{
		Ask:     func(text string) string { return text + "\n" },
		Answer:  func(text string) string { return strings.ToUpper(text) + "\n" },
		Texts:   []string{"", "?", "\x00", "%s %d", strings.Repeat("x", 100_000)},
		Refused: []string{"well, I", "\xff\xfe\x00\x80\n", strings.Repeat("x", 140_000)},
	}.KeepsServing(t)
}

// 8.1: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { transcripts.Run(t) }

// expectService wants the next client to be served.
func expectService(server *lab.Server) {
	server.Settle() // it may still be busy with the last one
	client := server.TCP("next")
	client.Say("still there\n")
	client.Expect("STILL THERE\n")
	client.Close()
}

// numbered is many lines in one text.
func numbered(n int) (lines string) {
	for i := range n {
		lines += fmt.Sprintf("line %d\n", i)
	}
	return lines
}
