package main

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode"

	"sockets.test/tools/lab"
)

func TestMain(m *testing.M) { lab.Main(m, "udpserver", main) }

// 1.1: a server binds a socket to an address, and says which
func TestReady(t *testing.T) {
	t.Run("it names the port it was given", func(t *testing.T) {
		server := lab.Start(t, "-addr", "127.0.0.1:0")

		server.Ready(
			lab.Got("127.0.0.1:0").Is("prints-the-flag"),
			lab.Said("already in use").Is("forgets-the-flag"))
	})

	t.Run("two servers have two ports", func(t *testing.T) {
		first := lab.Start(t, "-addr", "127.0.0.1:0")
		first.Ready(lab.Said("already in use").Is("forgets-the-flag"))

		second := lab.Start(t, "-addr", "127.0.0.1:0")

		second.Ready(lab.Exited.Is("forgets-the-flag"))
	})

	t.Run("a port that is taken is an error", func(t *testing.T) {
		server := lab.Serve(t)
		server.ExpectOpen()

		second := lab.Start(t, "-addr", server.Addr)

		second.ExpectTaken(server,
			lab.Said("nil pointer dereference").Is("ignores-the-error"),
			lab.Pretends.Is("ignores-the-error"),
			lab.SharesThePort.Is("shares-the-port"))
	})
}

// 1.2: one receive gives one datagram, whole
func TestReceive(t *testing.T) {
	t.Run("the answer is the text in upper case", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.Say("Hello, ANN 2")

		client.Expect("HELLO, ANN 2",
			lab.Stranger.Is("new-socket-per-reply"),
			lab.Padded.Is("whole-buffer"),
			lab.InPieces.Is("answers-in-pieces"),
			lab.Got("HELLO, ANN 2\n").Is("trims-the-text"))
	})

	t.Run("all but letters are bytes like any other", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.Say("  one\ntwo,\t100% sure: %s %d 5 € \r\n")

		client.Expect("  ONE\nTWO,\t100% SURE: %S %D 5 € \r\n",
			lab.GotLike(trimmed("  ONE\nTWO,\t100% SURE: %S %D 5 € \r\n")).Is("trims-the-text"),
			lab.GotLike(formatted).Is("text-as-format"))
	})

	t.Run("a datagram of 2048 bytes comes whole", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")
		text := strings.Repeat("abcdefgh", 256)

		client.Say(text)

		client.Expect(strings.ToUpper(text),
			lab.CutShort.Is("small-buffer"))
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
		client.Expect("AND TWO",
			lab.Exits(0).Is("answers-once"),
			lab.NeverRead.Is("answers-once"),
			lab.Got("AND").Is("older-length"))
		client.Say("and two")
		client.Expect("AND TWO",
			lab.Serves(client, "and three", "AND THREE").Is("drops-the-repeat"))
	})

	t.Run("a short datagram after a long one", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.Say("a longer message")
		client.Expect("A LONGER MESSAGE")
		client.Say("hi")
		client.Expect("HI",
			lab.GotLike(stale("HI", "A LONGER MESSAGE")).Is("stale-bytes"))

		client.Say("a\x00b")
		client.Expect("A\x00B", lab.Got("A").Is("ends-at-a-zero"))
	})

	t.Run("every character is answered, and only letters change", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.Say(ascii())
		client.Expect(capitals(ascii()),
			lab.Got(with(ascii(), -0x20, 0x60, 0x7f)).Is("not-only-letters"),
			lab.Got(with(ascii(), -0x20, 0x61, 0x7f)).Is("not-only-letters"),
			lab.Got(with(ascii(), -0x20, 0x60, 0x7e)).Is("not-only-letters"),
			lab.Got(with(ascii(), -0x20, 0x61, 0x7e)).Is("not-only-letters"),
			lab.GotLike(uncontrolled(capitals(ascii()))).Is("drops-the-invisible"))

		client.Say("\ufeffmark")
		client.Expect("\ufeffMARK", lab.Got("MARK").Is("drops-the-invisible"))

		client.Say(" \n")
		client.Expect(" \n",
			lab.Gone.Is("blank-is-nothing"),
			lab.Serves(client, "words", "WORDS").Is("blank-is-nothing"))

		client.Say("\U0001f600 four bytes")
		client.Expect("\U0001f600 FOUR BYTES")

		client.Say("\u0250b") // whose capital has a byte more
		client.ExpectOneOf([]string{"\u2c6fB", "\u0250B"},
			lab.Got("\u2c6f").Is("answers-in-place"))
	})

	t.Run("each of two clients gets its own answer", func(t *testing.T) {
		server := lab.Serve(t)
		ann, bob := server.UDP("ann"), server.UDP("bob")

		ann.Say("from ann")
		ann.Expect("FROM ANN")
		bob.Say("from bob")
		bob.Expect("FROM BOB",
			lab.WentTo(ann).Is("answers-the-first"),
			lab.HasPartner.Is("connects-to-a-client"))
		ann.Say("ann again")
		ann.Expect("ANN AGAIN", lab.WentTo(bob).Is("answers-the-first"))
	})
}

// 1.4: no datagram ends the server
func TestGoesOn(t *testing.T) {
	t.Run("when nobody asks for a while", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		server.Rest()
		client.Say("at last")

		client.Expect("AT LAST", lab.Gone.Is("gives-up-waiting"))

		server.Type("a line\nquit\nexit\n")
		server.EndInput()
		server.Rest()
		client.Say("after that")

		client.Expect("AFTER THAT", lab.RestsUntyped.Is("input-ends-it"))
	})

	t.Run("an empty datagram is a datagram", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.SayUnjudged("")
		client.Say("the next")
		client.Expect("THE NEXT",
			lab.Gone.Is("zero-is-the-end"),
			lab.Silent.Is("zero-is-the-end"))

		client.Say("")
		client.Expect("", lab.Silent.Is("skips-the-empty"))
	})

	t.Run("no word ends it", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		for _, word := range []string{"quit", "exit", "stop", "bye", "end", "shutdown", "q", "."} {
			for _, text := range []string{word, word + "\n", strings.ToUpper(word)} {
				client.Say(text)
				client.Expect(strings.ToUpper(text), lab.Gone.Is("a-word-ends-it"))
			}
		}
		client.Say("still there")
		client.Expect("STILL THERE", lab.Gone.Is("a-word-ends-it"))
	})

	t.Run("bytes that are no text are a datagram too", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.SayUnjudged("\xff\xfe\x00\x80")
		client.SayUnjudged("half an e: \xc3")
		client.SayUnjudged("\xed\xa0\x80")
		client.Say("still there")
		client.Expect("STILL THERE",
			lab.Gone.Is("dies-at-bytes"),
			lab.Silent.Is("dies-at-bytes"))
	})

	t.Run("a client that cannot be answered is one client", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		client.SayUnjudged(growing())
		client.Say("still there")
		client.Expect("STILL THERE",
			lab.Both(lab.Gone, lab.Said("message too long")).Is("write-error-ends-it"))
	})

	t.Run("fifty datagrams at once get an answer each", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		for round := range 6 {
			var answers []string
			for i := range 50 {
				client.Say(fmt.Sprintf("datagram %d.%02d", round, i))
				answers = append(answers, fmt.Sprintf("DATAGRAM %d.%02d", round, i))
			}
			client.ExpectAll(answers, lab.GotLike(isOneOf(answers)).Is("shared-buffer"))
		}
	})

	t.Run("five clients at once get their own answers", func(t *testing.T) {
		server := lab.Serve(t)
		clients := crowd(server, 5)

		for round := range 6 {
			answers := make([][]string, 5)
			for i := range 50 {
				clients[i%5].Say(fmt.Sprintf("datagram %d.%02d", round, i))
				answers[i%5] = append(answers[i%5], fmt.Sprintf("DATAGRAM %d.%02d", round, i))
			}
			for i, client := range clients {
				client.ExpectAll(answers[i],
					lab.GotLike(isOneOf(slices.Concat(answers...))).Is("shared-address"),
					lab.WentToOneOf(clients).Is("shared-address"))
			}
		}
	})

	t.Run("a client may leave before its answer", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		for i := range 20 {
			shy := server.PassingUDP(fmt.Sprintf("shy %d", i+1))
			shy.Say("I will not wait")
			shy.Leave() // mostly before the answer comes
		}
		client.Say("still there")

		client.Expect("STILL THERE",
			lab.Both(lab.Gone, lab.Said("refused")).Is("write-error-ends-it"))
	})

	t.Run("a thousand datagrams of a hundred clients, a thousand answers, one socket", func(t *testing.T) {
		server := lab.Serve(t)
		clients := crowd(server, 100)
		before := server.Descriptors()

		for i := range 1000 {
			if i == 400 { // few systems grant a program less than that
				server.ExpectDescriptors(before+200, lab.Leaks.Is("leaves-files-open"))
			}
			clients[i%100].Say(fmt.Sprintf("datagram %d", i))
			clients[i%100].Expect(fmt.Sprintf("DATAGRAM %d", i),
				lab.Serves(clients[0], "and I?", "AND I?").Is("keeps-a-table"))
		}
		clients[0].ExpectNothing()
		server.ExpectSockets(1)
	})
}

// 1.4: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { lab.Transcripts(t) }

// crowd opens the sockets of n clients.
func crowd(server *lab.Server, n int) (clients []*lab.UDP) {
	for i := range n {
		clients = append(clients, server.UDP(fmt.Sprintf("client %d", i+1)))
	}
	return clients
}

// ascii is every character of ASCII, once.
func ascii() string {
	text := make([]byte, 0x80)
	for i := range text {
		text[i] = byte(i)
	}
	return string(text)
}

// capitals is the text with a to z, and nothing else, in upper case.
func capitals(text string) string { return with(text, -0x20, 'a', 'z') }

// with is the text with this added to each byte from first to last.
func with(text string, add int, first, last byte) string {
	b := []byte(text)
	for i, c := range b {
		if first <= c && c <= last {
			b[i] = byte(int(c) + add)
		}
	}
	return string(b)
}

// uncontrolled recognises an answer that lacks nothing but control characters.
func uncontrolled(whole string) func(string) bool {
	visible := func(text string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return -1
			}
			return r
		}, text)
	}
	return func(got string) bool { return len(got) < len(whole) && visible(got) == visible(whole) }
}

// trimmed recognises an answer that lacks nothing but white space.
func trimmed(whole string) func(string) bool {
	return func(got string) bool {
		return strings.Join(strings.Fields(got), "") == strings.Join(strings.Fields(whole), "")
	}
}

// formatted recognises the complaints of package fmt about a format.
func formatted(answer string) bool { return strings.Contains(answer, "%!") }

// growing is a datagram that few programs can answer: in Go, upper case makes
// three bytes of each of these, more than a datagram holds. Only Linux lets
// it be sent, and be received by a program whose buffer is smaller.
func growing() string {
	if runtime.GOOS != "linux" {
		return "\xff"
	}
	return strings.Repeat("\xff", 30_000)
}

// isOneOf recognises an answer that was right once, and comes again.
func isOneOf(answers []string) func(string) bool {
	return func(got string) bool { return slices.Contains(answers, got) }
}

// stale recognises an answer that ends in what the buffer held before.
func stale(answer, before string) func(string) bool {
	return func(got string) bool {
		return strings.HasPrefix(got, answer+before[len(answer):])
	}
}
