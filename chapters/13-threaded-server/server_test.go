package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sockets.test/tools/lab"
	"sockets.test/tools/lab/transcripts"
)

func TestMain(m *testing.M) { lab.Main(m, "threadserver", main) }

// 13.1: a goroutine for each client
func TestThreads(t *testing.T) {
	t.Run("each of two clients gets its own answer", func(t *testing.T) {
		server := lab.Serve(t)
		ann := server.TCP("ann")
		server.Settle()
		bob := server.TCP("bob")
		server.Settle()

		ann.Say("from ann")
		ann.Expect("FROM ANN")

		bob.Say("from bob")
		bob.Expect("FROM BOB")
	})

	t.Run("a client that says nothing delays nobody", func(t *testing.T) {
		server := lab.Serve(t)
		silent := server.TCP("silent")
		server.Settle()

		client := server.TCP("client")
		client.Say("hello")
		client.Expect("HELLO")

		silent.ExpectNothing()
		silent.Say("at last")
		silent.Expect("AT LAST")
	})

	t.Run("the last of nineteen is served first", func(t *testing.T) {
		server := lab.Serve(t)
		clients := crowdOf(server, 19)

		slices.Reverse(clients)
		for _, client := range clients {
			expectTurn(client)
		}
	})

	t.Run("n clients, n + 1 sockets", func(t *testing.T) {
		server := lab.Serve(t)
		clients := crowdOf(server, 10)

		server.ExpectSockets(len(clients) + 1)
		for _, client := range clients {
			expectTurn(client)
		}
		server.ExpectSockets(1)
	})

	t.Run("five hundred at once", func(t *testing.T) {
		n := lab.Crowd(t, 500)
		server := lab.Serve(t)
		clients := crowdOf(server, n)
		last, others := clients[n-1], clients[:n-1]

		expectTurn(last)
		for _, client := range others {
			client.Say("all at once")
		}
		for _, client := range others {
			client.Expect("ALL AT ONCE")
			client.Close()
		}
		server.ExpectSockets(1)
	})

	t.Run("who comes and speaks at the same moment as a hundred others gets its own answer", func(t *testing.T) {
		server := lab.Serve(t)

		for range 8 {
			var clients []*lab.TCP
			server.AtOnce(func() {
				clients = crowdOf(server, 100)
				for i, client := range clients {
					client.Say(fmt.Sprintf("the text of client %d", i+1))
				}
			})
			for i, client := range clients {
				client.Expect(fmt.Sprintf("THE TEXT OF CLIENT %d", i+1))
				client.Close()
			}
		}
	})
}

// 13.2: it says who starts, and who has ended
func TestLog(t *testing.T) {
	t.Run("a line when a client comes, and one when it has been served", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		server.ExpectLogged(client)
		client.Say("hello")
		client.Expect("HELLO")
		client.Close()
		server.ExpectLogged(client)
	})

	t.Run("no line repeats what a client said", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say("what I say is my own affair")
		client.Expect("WHAT I SAY IS MY OWN AFFAIR")
		client.Close()

		server.ExpectLogged(client)
		server.ExpectUnprinted("what I", "I say", "say is", "my own", "affair")
	})

	t.Run("a line when a client leaves without a word, and when it resets", func(t *testing.T) {
		server := lab.Serve(t)
		shy, rude := server.TCP("shy"), server.TCP("rude")

		server.ExpectLogged(shy, rude)
		shy.Close()
		server.ExpectLogged(shy)
		rude.Reset()
		server.ExpectLogged(rude)
	})

	t.Run("two lines for each of a hundred who come at once, and each line is whole", func(t *testing.T) {
		server := lab.Serve(t)
		for range 4 {
			var clients []*lab.TCP
			server.AtOnce(func() { clients = crowdOf(server, 100) })
			server.ExpectLogged(clients...)
			server.AtOnce(func() {
				for _, client := range clients {
					client.Close()
				}
			})
			server.ExpectLogged(clients...)
		}
	})
}

// 13.3: a connection socket for each client, and no longer than the client
func TestAnswer(t *testing.T) {
	t.Run("the answer is the text in upper case, and no more", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		text := " two\nlines, 100% of {a|b}~`\r\n\x00"
		text += strings.Repeat("z", 1023-len(text)) + "\x00"
		client.Say(text)
		client.Expect(strings.ToUpper(text))
		client.ExpectEndOr("more", "MORE")

		expectTurn(server.TCP("next"))
	})

	for _, way := range []struct {
		fact  string
		leave func(*lab.TCP)
	}{
		{"a client that leaves without a word ends alone", (*lab.TCP).Close},
		{"a client that resets the connection ends alone", (*lab.TCP).Reset},
	} {
		t.Run(way.fact, func(t *testing.T) {
			server := lab.Serve(t)
			other, client := server.TCP("other"), server.TCP("client")
			server.Settle()

			way.leave(client)

			expectAlone(server, other)
		})
	}

	t.Run("a client that does not stay for its answer ends alone", func(t *testing.T) {
		server := lab.Serve(t)
		other, hasty := server.TCP("other"), server.TCP("hasty")
		server.ExpectLogged(hasty)

		server.AtOnce(func() { hasty.Say("never mind"); hasty.Reset() })
		server.ExpectLogged(hasty)
		server.ExpectUnprinted("never mind")
		expectAlone(server, other)
	})

	t.Run("a client whose bytes are no text ends alone", func(t *testing.T) {
		server := lab.Serve(t)
		other, strange := server.TCP("other"), server.TCP("strange")
		server.ExpectLogged(strange)

		strange.Say("\xff\xfe strange \x00\x80")
		strange.Drain(1 << 20) // whatever the answer is
		strange.Close()
		server.ExpectLogged(strange)
		server.ExpectUnprinted("strange")
		expectAlone(server, other)
	})
}

// 13.3: and goes on as every server does
func TestKeepsServing(t *testing.T) {
	lab.Protocol{
		Threads: true,
		Ask:     func(text string) string { return text },
		Answer:  strings.ToUpper,
		Texts:   []string{"?", "\n", "\x00", "%s %d", strings.Repeat("x", 1024)},
		Refused: []string{"\xff\xfe\x00\x80", ""},
	}.KeepsServing(t)
}

// 13.3: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { transcripts.Run(t) }

// crowdOf connects n clients, who say nothing yet.
func crowdOf(server *lab.Server, n int) (clients []*lab.TCP) {
	for i := range n {
		clients = append(clients, server.TCP(fmt.Sprintf("client %d", i+1)))
	}
	return clients
}

// expectTurn wants a client to be served, whoever else is there and silent.
func expectTurn(client *lab.TCP) {
	client.Say("my turn")
	client.Expect("MY TURN")
	client.End()
	client.ExpectEnd()
	client.Close()
}

// expectAlone wants the end of one client to be nobody else's: neither that of
// the other, who was there before, nor that of one who comes after.
func expectAlone(server *lab.Server, other *lab.TCP) {
	server.Settle()
	expectTurn(other)
	expectTurn(server.TCP("next"))
	server.ExpectSockets(1)
}
