package main

import (
	"strings"
	"testing"
	"time"

	"sockets.test/tools/lab"
	"sockets.test/tools/lab/transcripts"
)

func TestMain(m *testing.M) { lab.Main(m, "tcpserver", main) }

// 6.1: the welcome socket is bound, and listens
func TestReady(t *testing.T) {
	t.Run("it names the address that it has", func(t *testing.T) {
		program := lab.Start(t, "-addr", "127.0.0.1:0")

		server := program.Ready()

		server.ExpectOpen()
	})

	t.Run("two servers have two ports", func(t *testing.T) {
		lab.Start(t, "-addr", "127.0.0.1:0").Ready()

		second := lab.Start(t, "-addr", "127.0.0.1:0")

		second.Ready()
	})

	t.Run("a host left out stands for every interface", func(t *testing.T) {
		program := lab.Start(t, "-addr", ":0")

		server := program.Ready()

		server.ExpectOpen()
	})

	t.Run("a port that is taken is an error", func(t *testing.T) {
		first := lab.Serve(t)
		first.ExpectOpen()

		second := lab.Start(t, "-addr", first.Addr)

		second.ExpectPortTaken(first)
	})
}

// 6.2: Accept gives a second socket, and the first goes on welcoming
func TestAccept(t *testing.T) {
	t.Run("client after client is served", func(t *testing.T) {
		server := lab.Serve(t)

		first := server.TCP("first")
		first.Say("hello")
		first.Expect("HELLO")
		server.Settle()
		first.Close()

		second := server.TCP("second")
		second.Say("hello again")
		second.Expect("HELLO AGAIN")
	})

	t.Run("who connects meanwhile waits for its turn, and loses nothing", func(t *testing.T) {
		server := lab.Serve(t)

		first, second := server.TCP("first"), server.TCP("second")
		second.Say("then me")
		second.End()
		first.Say("me first")

		first.Expect("ME FIRST")
		first.Close()
		second.Expect("THEN ME")
	})
}

// 6.3: the connection socket is for one client, and is closed when it is served
func TestAnswer(t *testing.T) {
	t.Run("the answer is the text in upper case, and no more", func(t *testing.T) {
		server := lab.Serve(t)

		for _, text := range []string{"hello tcp world", "and me?"} {
			client := server.TCP("client")
			client.Say(text)
			client.Expect(strings.ToUpper(text))
			client.End()
			client.ExpectEnd()
		}
	})

	t.Run("a client may think before it speaks", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		server.Rest(4500 * time.Millisecond)
		client.Say("let me see")

		client.Expect("LET ME SEE")
	})

	t.Run("and may stay when it has its answer", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say("hello")
		client.Expect("HELLO")

		// A server that answers until the client's end answers this too.
		ended := client.ExpectEndOr("and this?", "AND THIS?")

		if ended {
			expectAnswer(server, "me too")
		}
	})

	t.Run("any byte may be part of the message", func(t *testing.T) {
		server := lab.Serve(t)

		expectAnswer(server, " two\nlazy lines, `{100%}` done|~ \r\n")
		expectAnswer(server, "and\x00zeros\x00")
		for _, text := range []string{"?", " ", "\n", "\x00"} {
			expectAnswer(server, text)
		}
	})

	t.Run("a message comes whole, however long it is, up to 1024 bytes", func(t *testing.T) {
		server := lab.Serve(t)

		for _, size := range []int{1, 2, 127, 128, 255, 256, 511, 512, 1000, 1023, 1024} {
			expectAnswer(server, strings.Repeat("abcdefgh", 128)[:size])
		}
	})

	t.Run("when its clients have gone, it holds the welcome socket alone", func(t *testing.T) {
		server := lab.Serve(t)

		for range 20 {
			expectAnswer(server, "hello")
		}

		server.ExpectSockets(1)
	})
}

// 6.4: one client's end is not the server's
func TestGoesOn(t *testing.T) {
	t.Run("after a client that left without a word", func(t *testing.T) {
		server := lab.Serve(t)

		server.TCP("shy").Close()

		expectAnswer(server, "still there")
	})

	t.Run("after a client that reset the connection", func(t *testing.T) {
		server := lab.Serve(t)

		server.TCP("rude").Reset()

		expectAnswer(server, "still there")
	})

	t.Run("after a client that did not stay for its answer", func(t *testing.T) {
		server := lab.Serve(t)
		first, hasty := server.TCP("first"), server.TCP("hasty")

		hasty.Say("never mind")
		hasty.Reset()
		first.Say("me first")
		first.Expect("ME FIRST")
		first.Close()

		expectAnswer(server, "still there")
	})
}

// 6.4: and goes on as every server does
func TestKeepsServing(t *testing.T) {
	lab.Protocol{
		Ask:     func(text string) string { return text },
		Answer:  strings.ToUpper,
		Texts:   []string{"?", "\n", "\x00", "%s %d", strings.Repeat("x", 1024)},
		Refused: []string{"\xff\xfe\x00\x80", ""},
	}.KeepsServing(t)
}

// 6.4: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { transcripts.Run(t) }

// expectAnswer wants the next client to be answered: with what it says, in upper
// case. What the server still has to do for the one before, it may do first.
func expectAnswer(server *lab.Server, text string) {
	server.Settle()
	next := server.TCP("next")
	next.Say(text)
	next.Expect(strings.ToUpper(text))
	next.Close()
}
