package main

import (
	"fmt"
	"strings"
	"testing"

	"sockets.test/tools/lab"
	"sockets.test/tools/lab/transcripts"
)

func TestMain(m *testing.M) { lab.Main(m, "udpserver", main) }

// 1.1: a server binds a socket to an address, and says which
func TestReady(t *testing.T) {
	t.Run("it names the port it was given", func(t *testing.T) {
		server := lab.Start(t, "-addr", "127.0.0.1:0")

		server.Ready()
	})

	t.Run("two servers have two ports", func(t *testing.T) {
		first := lab.Start(t, "-addr", "127.0.0.1:0")
		first.Ready()

		second := lab.Start(t, "-addr", "127.0.0.1:0")

		second.Ready()
	})

	t.Run("a port that is taken is an error", func(t *testing.T) {
		server := lab.Serve(t)
		server.ExpectOpen()

		second := lab.Start(t, "-addr", server.Addr)

		second.ExpectPortTaken(server)
	})
}

// 1.2: one receive gives one datagram, whole
func TestReceive(t *testing.T) {
	t.Run("the answer is the text in upper case", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.Say("Hello, ANN 2")

		client.Expect("HELLO, ANN 2")
	})

	t.Run("all but letters are bytes like any other", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.Say("  one\ntwo,\t100% sure: %s %d 5 € \r\n")

		client.Expect("  ONE\nTWO,\t100% SURE: %S %D 5 € \r\n")
	})

	t.Run("every character is answered, and only letters change", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")
		text := ""
		for c := rune(1); c < 0x80; c++ {
			text += string(c)
		}

		client.Say(text)

		client.Expect(strings.ToUpper(text))
	})

	t.Run("a datagram of 2048 bytes comes whole", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")
		text := strings.Repeat("abcdefgh", 256)

		client.Say(text)

		client.Expect(strings.ToUpper(text))
	})
}

// 1.3: the answer goes to whoever asked, and answers all that was asked
func TestAnswer(t *testing.T) {
	t.Run("a client may ask again", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.Say("one")
		client.Expect("ONE")
		client.Say("and two")
		client.Expect("AND TWO")
		client.Say("and two")
		client.Expect("AND TWO")
	})

	t.Run("a short datagram after a long one", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.Say("a longer message")
		client.Expect("A LONGER MESSAGE")
		client.Say("hi")
		client.Expect("HI")
		client.Say("a\x00b")
		client.Expect("A\x00B")
	})

	t.Run("each of two clients gets its own answer", func(t *testing.T) {
		server := lab.Serve(t)
		ann, bob := server.UDP("ann"), server.UDP("bob")

		ann.Say("from ann")
		ann.Expect("FROM ANN")
		bob.Say("from bob")
		bob.Expect("FROM BOB")
		ann.Say("ann again")
		ann.Expect("ANN AGAIN")
	})
}

// 1.4: no datagram ends the server
func TestGoesOn(t *testing.T) {
	t.Run("a datagram may be empty, or blank", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.Say("")
		client.Expect("")
		client.Say(" \n")
		client.Expect(" \n")
	})

	t.Run("bytes that are no text are a datagram too", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		odd := []string{"\xff\xfe\x00\x80", "e: \xc3", "\xed\xa0\x80"}
		for _, text := range odd {
			server.UDP("odd").Say(text) // with an answer, or none
			server.Settle()
		}

		client.Say("still there")
		client.Expect("STILL THERE")
	})

	t.Run("twenty clients ask at once, and each gets its own answer", func(t *testing.T) {
		server := lab.Serve(t)
		clients := crowd(server, 20)

		for range 10 {
			server.AtOnce(func() {
				for i, client := range clients {
					client.Say(fmt.Sprintf("i am %c", 'a'+i))
				}
			})
			for i, client := range clients {
				client.Expect(fmt.Sprintf("I AM %c", 'A'+i))
			}
		}
	})

	t.Run("a thousand datagrams of a hundred clients, a thousand answers, one socket", func(t *testing.T) {
		server := lab.Serve(t)
		clients := crowd(server, 100)

		for i := range 1000 {
			clients[i%100].Say(fmt.Sprintf("datagram %d", i))
			clients[i%100].Expect(fmt.Sprintf("DATAGRAM %d", i))
		}

		server.ExpectSockets(1)
	})
}

// 1.4: and goes on as every server does
func TestKeepsServing(t *testing.T) {
	lab.Protocol{
		UDP:    true,
		Ask:    func(text string) string { return text },
		Answer: strings.ToUpper,
		Texts:  []string{"", "?", " \n", "\x00", "%s %d", strings.Repeat("x", 2048)},
	}.KeepsServing(t)
}

// 1.4: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { transcripts.Run(t) }

// crowd opens the sockets of n clients.
func crowd(server *lab.Server, n int) (clients []*lab.UDP) {
	for i := range n {
		clients = append(clients, server.UDP(fmt.Sprintf("client %d", i+1)))
	}
	return clients
}
