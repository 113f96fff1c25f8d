package main

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"sockets.test/tools/lab"
)

func TestMain(m *testing.M) { lab.Main(m, "threadserver", main) }

// 13.1: a goroutine for each client
func TestThreads(t *testing.T) {
	t.Run("each of two clients gets its own answer", func(t *testing.T) {
		server := underTest(t)
		ann := server.TCP("ann")
		server.Pause()
		bob := server.TCP("bob")
		server.Pause()

		ann.Say("from ann")
		ann.Expect("FROM ANN",
			lab.Both(lab.Wordless, lab.Logged("i/o timeout")).Is("hurries-the-silent"),
			lab.Both(lab.OverFor(bob), lab.Logged(net.ErrClosed.Error())).Is("closes-too-soon"),
			lab.PerHost("from ann", "FROM ANN").Is("one-per-host"),
			lab.HeardBy(bob).Is("shared-connection"))
		bob.Say("from bob")
		bob.Expect("FROM BOB")
	})

	t.Run("a client that says nothing delays nobody", func(t *testing.T) {
		server := underTest(t)
		silent := server.TCP("silent")
		server.Pause()

		client := server.TCP("client")
		client.Say("hello")
		client.Expect("HELLO",
			lab.NeverAccepted.Is("one-at-a-time"),
			lab.Waits("Mutex.Lock").Is("lock-around-the-conversation"),
			lab.NeverRead.Is("one-worker"))
		silent.ExpectNothing(lab.HungUp.Is("hurries-the-silent"))
		silent.Say("at last")
		silent.Expect("AT LAST")
	})

	t.Run("the last of nineteen is served first", func(t *testing.T) {
		server := underTest(t)
		clients := crowdOf(server, 19)

		for i := len(clients) - 1; i >= 0; i-- {
			expectTurn(clients[i], clients[:i])
		}
	})

	t.Run("n clients, n + 1 sockets", func(t *testing.T) {
		server := underTest(t)
		clients := crowdOf(server, 10)

		server.ExpectSockets(len(clients) + 1)
		for i, client := range clients {
			expectTurn(client, clients[i+1:])
		}
		server.ExpectSockets(1, lab.Leaks.Is("never-closes"))
	})

	t.Run("five hundred at once", func(t *testing.T) {
		n := lab.Crowd(t, 500)
		server := underTest(t)
		clients := crowdOf(server, n)
		last, others := clients[n-1], clients[:n-1]

		expectTurn(last, others)
		for _, client := range others {
			client.Say("all at once")
		}
		for _, client := range others {
			client.Expect("ALL AT ONCE")
			client.Close()
		}
		server.ExpectSockets(1)
	})
}

// 13.2: it says who starts, and who has ended
func TestLog(t *testing.T) {
	t.Run("a client that is served", func(t *testing.T) {
		server := underTest(t)
		client := server.TCP("client")

		client.ExpectLogged(
			lab.LogsInBulk.Is("held-in-a-buffer"),
			lab.LogsLate.Is("late-to-the-log"))
		client.Say("what I say is my own affair")
		client.Expect("WHAT I SAY IS MY OWN AFFAIR")
		client.Close()
		client.ExpectLogged(lab.LoggedBefore("ended").Is("ended-before-the-end"))
		for _, words := range []string{"what I", "I say", "say is", "my own", "affair"} {
			server.ExpectUnprinted(words, lab.Quotes.Is("prints-what-was-said"))
		}
	})

	t.Run("a client that leaves without a word", func(t *testing.T) {
		server := underTest(t)
		silent, shy := server.TCP("silent"), server.TCP("shy")

		shy.ExpectLogged()
		shy.Close()
		shy.ExpectLogged(append(othersFail,
			lab.LogsWithout(silent).Is("waits-for-the-others"),
			lab.Unlogged.Is("forgets-who-left"))...)
	})

	t.Run("a client that resets the connection", func(t *testing.T) {
		server := underTest(t)
		rude := server.TCP("rude")

		rude.ExpectLogged()
		rude.Reset()
		rude.ExpectLogged(append(othersFail,
			lab.Unlogged.Is("forgets-who-left"))...)
	})
}

// 13.3: a connection socket for each client, and no longer than the client
func TestAnswer(t *testing.T) {
	t.Run("the answer is the text in upper case, and no more", func(t *testing.T) {
		server := underTest(t)
		client := server.TCP("client")

		text := " two\nlines, 100% of {a|b}~`\r\n\x00"
		text += strings.Repeat("z", 1023-len(text)) + "\x00"
		client.Say(text)
		client.Expect(strings.ToUpper(text))
		client.ExpectEndOrAnswer("more", "MORE", lab.NeverClosed.Is("after-you"))

		short := server.TCP("short")
		short.Say("x")
		short.Expect("X")
	})

	t.Run("no socket is kept of clients that did not stay", func(t *testing.T) {
		server := underTest(t)

		for range 20 {
			server.TCP("shy").Close()
			server.TCP("rude").Reset()
		}
		server.Pause()

		expectTurn(server.TCP("next"), nil)
		server.ExpectSockets(1, lab.Leaks.Is("forgets-who-left"))
	})

	t.Run("a client that leaves without a word ends alone", func(t *testing.T) {
		expectEndsAlone(t, func(shy *lab.TCP) { shy.Close() })
	})

	t.Run("a client that resets the connection ends alone", func(t *testing.T) {
		expectEndsAlone(t, func(rude *lab.TCP) { rude.Reset() })
	})

	t.Run("a client that does not stay for its answer ends alone", func(t *testing.T) {
		server := expectEndsAlone(t, func(hasty *lab.TCP) {
			hasty.ExpectLogged()
			hasty.SayAndReset("never mind")
			hasty.ExpectLogged(append(othersFail,
				lab.Unlogged.Is("unwritten-is-not-over"))...)
		})

		server.ExpectUnprinted("never mind", lab.Quotes.Is("prints-what-was-said"))
		server.ExpectSockets(1, lab.Leaks.Is("unwritten-is-not-over"))
	})

	t.Run("a client whose bytes are no text ends alone", func(t *testing.T) {
		server := expectEndsAlone(t, func(strange *lab.TCP) {
			strange.ExpectLogged()
			strange.Say("\xff\xfe strange \x00\x80")
			strange.Close()
			strange.ExpectLogged(append(othersFail,
				lab.Unlogged.Is("dies-in-silence"))...)
		})

		server.ExpectUnprinted("strange", lab.Quotes.Is("prints-what-was-said"))
		server.ExpectSockets(1, lab.Leaks.Is("dies-in-silence"))
	})
}

// 13.3: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { lab.Transcripts(t) }

// underTest starts the program. A data race shows wherever two goroutines are.
func underTest(t *testing.T) *lab.Server {
	t.Helper()
	server := lab.Serve(t)
	server.SuspectRaces("13.3",
		lab.RacesIn("conn.Read").Is("shared-buffer"),
		lab.Races.Is("unguarded-variable"))
	return server
}

// crowdOf connects n clients, who say nothing yet.
func crowdOf(server *lab.Server, n int) (clients []*lab.TCP) {
	for i := range n {
		clients = append(clients, server.TCP(fmt.Sprintf("client %d", i+1)))
	}
	return clients
}

// expectTurn wants a client to be served while others say nothing.
func expectTurn(client *lab.TCP, others []*lab.TCP) {
	client.Say("my turn")
	client.Expect("MY TURN", lab.AnswersWithout(others).Is("pool-of-n"))
	client.End()
	client.ExpectEnd(
		lab.NeverRests.Is("spins-at-the-end"),
		lab.NeverClosed.Is("never-closes"))
	client.Close()
}

// expectEndsAlone wants a client's end to be nobody else's: neither that of one
// who was there before, nor that of one who comes after.
func expectEndsAlone(t *testing.T, end func(*lab.TCP)) *lab.Server {
	t.Helper()
	server := underTest(t)
	before, leaving := server.TCP("before"), server.TCP("leaving")
	server.Pause()

	end(leaving)
	server.Pause()

	before.Say("still there")
	before.Expect("STILL THERE", othersFail...)
	after := server.TCP("after", othersFail...)
	after.Say("and me?")
	after.Expect("AND ME?", othersFail...)
	for _, client := range []*lab.TCP{before, after} {
		client.End()
		client.ExpectEnd()
	}
	return server
}

// othersFail are the ways in which one client's end ends others.
var othersFail = []lab.Cause{
	lab.Panics.Is("panic-ends-all"),
	lab.Gone.Is("one-error-ends-all"),
}
