package main

import (
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"sockets.test/tools/lab"
)

func TestMain(m *testing.M) { lab.Main(m, "tcpserver", main) }

// 6.1: the welcome socket is bound, and listens
func TestReady(t *testing.T) {
	t.Run("it names the address that it has", func(t *testing.T) {
		program := lab.Start(t, "-addr", "127.0.0.1:0")

		server := program.Ready(
			lab.Got("127.0.0.1:0").Is("prints-the-flag"),
			lab.GotLike(anyHost).Is("listens-everywhere"),
			lab.Said("already in use").Is("forgets-the-flag"))
		server.ExpectOpen(lab.GotLike(anyHost).Is("listens-everywhere"))
	})

	t.Run("two servers have two ports", func(t *testing.T) {
		first := lab.Start(t, "-addr", "127.0.0.1:0")
		first.Ready(lab.Said("already in use").Is("forgets-the-flag"))

		second := lab.Start(t, "-addr", "127.0.0.1:0")

		second.Ready(lab.Exited.Is("forgets-the-flag"))
	})

	t.Run("a host left out stands for every interface", func(t *testing.T) {
		program := lab.Start(t, "-addr", ":0")
		if program.Refuses() {
			t.Skip("it wants a host to be named, and that is all right")
		}

		server := program.Ready()
		server.ExpectOpen(lab.GotLike(thisHost).Is("no-host-is-this-host"))
	})

	t.Run("a port that is taken is an error", func(t *testing.T) {
		server := lab.Serve(t)
		server.ExpectOpen()

		second := lab.Start(t, "-addr", server.Addr)

		second.ExpectTaken(server,
			lab.Said("nil pointer dereference").Is("ignores-the-error"),
			lab.Pretends.Is("ignores-the-error"),
			lab.SharesThePort.Is("shares-the-port"),
			lab.TriesAgain.Is("waits-for-the-port"))
	})
}

// 6.2: Accept gives a second socket, and the first goes on welcoming
func TestAccept(t *testing.T) {
	t.Run("client after client is served", func(t *testing.T) {
		server := lab.Serve(t)

		first := server.TCP("first")
		first.Say("hello")
		first.Expect("HELLO", ends...)
		first.Close()

		second := server.TCP("second", welcomes(server, first)...)
		second.Say("hello again")
		second.Expect("HELLO AGAIN", welcomes(server, first)...)
	})

	t.Run("who connects meanwhile waits for its turn, and loses nothing", func(t *testing.T) {
		server := lab.Serve(t)

		first, second := server.TCP("first"), server.TCP("second")
		second.Say("then me")
		first.Say("me first")
		first.Expect("ME FIRST")
		first.Close()
		second.Expect("THEN ME", welcomes(server, first)...)
		second.Close()

		third, fourth := server.TCP("third"), server.TCP("fourth")
		fourth.Say("my last words")
		fourth.End()
		third.Say("now me")
		third.Expect("NOW ME")
		third.Close()
		fourth.Expect("MY LAST WORDS", lab.Wordless.Is("drops-the-last-words"))
	})
}

// 6.3: the connection socket is for one client, and is closed when it is served
func TestAnswer(t *testing.T) {
	t.Run("the answer is the text in upper case, and no more", func(t *testing.T) {
		server := lab.Serve(t)

		client := server.TCP("client")
		client.Say("hello tcp world")
		client.Expect("HELLO TCP WORLD", ends...)
		client.End()
		client.ExpectEnd(
			lab.GotLike(padding).Is("whole-buffer"),
			lab.GotLike(lineEnd).Is("adds-a-newline"),
			lab.Reset.Is("resets-to-close"),
			lab.IgnoresTheEndOf(client).Is("misses-the-end"),
			lab.NeverClosed.Is("never-closes"))

		next := server.TCP("next")
		next.Say("hi")
		next.Expect("HI")
		next.End()
		next.ExpectEnd(lab.Got("LLO TCP WORLD").Is("whole-buffer"))
	})

	t.Run("any byte may be part of the message", func(t *testing.T) {
		server := lab.Serve(t)

		client := server.TCP("client")
		client.Say(" two\nlazy lines, `{100%}` done|~ \r\n")
		client.Expect(" TWO\nLAZY LINES, `{100%}` DONE|~ \r\n",
			lab.GotLike(formatted).Is("text-as-format"),
			lab.GotLike(contains("[100")).Is("behind-a-is-a-letter"),
			lab.AnswerLike(oneOf(" TWO", " TWO\n")).Is("ends-at-a-byte"),
			lab.AnswerLike(trimmed).Is("trims-the-text"))
		client.Close()

		next := server.TCP("next")
		next.Say("and\x00zeros\x00")
		next.Expect("AND\x00ZEROS\x00",
			lab.AnswerLike(oneOf("AND", "AND\x00", "AND\x00ZEROS")).Is("ends-at-a-byte"))
		next.Close()

		for _, text := range []string{"?", " ", "\n", "\x00"} {
			client := server.TCP("client")
			client.Say(text)
			client.Expect(text,
				lab.Wordless.Is("one-byte-is-nothing"),
				lab.Silent.Is("one-byte-is-nothing"))
			client.Close()
		}
	})

	t.Run("a message comes whole, however long it is, up to 1024 bytes", func(t *testing.T) {
		server := lab.Serve(t)

		for _, size := range sizes {
			client := server.TCP("client")
			text := strings.Repeat("abcdefgh", 128)[:size]
			client.Say(text)
			client.Expect(strings.ToUpper(text),
				lab.AnswersAfter(".").Is("reads-until-it-is-short"),
				lab.CutShort.Is("small-buffer"),
				lab.Reset.Is("small-buffer"))
			client.Close()
		}
	})

	t.Run("a client may think before it speaks", func(t *testing.T) {
		server := lab.Serve(t)

		quick := server.TCP("quick")
		quick.Say("I know")
		quick.Expect("I KNOW")
		quick.Close()
		server.Pause()

		slow := server.TCP("slow")
		slow.Think()
		slow.Say("let me see")
		slow.Expect("LET ME SEE",
			lab.Wordless.Is("hurries-the-silent"),
			lab.Said("i/o timeout").Is("hurries-the-silent"))
	})

	t.Run("and may stay when it has its answer", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say("hello")
		client.Expect("HELLO")

		// A server that answers until the client's end answers this too.
		ended := client.Stay("and this?", "AND THIS?",
			lab.NeverRead.Is("never-closes"),
			lab.NeverAnswered.Is("closes-after-the-client"))
		if ended {
			next := server.TCP("next")
			next.Say("me too")
			next.Expect("ME TOO", lab.HoldsOnTo(client).Is("waits-for-goodbye"))
		}
	})

	t.Run("three who ask at once get their own answers", func(t *testing.T) {
		server := lab.Serve(t)

		for range 20 {
			ann, bob, cai := server.TCP("ann"), server.TCP("bob"), server.TCP("cai")
			server.AtOnce(func() { ann.Say("I'm ann"); bob.Say("I'm bob"); cai.Say("I'm cai") })
			mixed := lab.GotLike(contains("I'M ")).Is("mixes-its-clients")
			ann.Expect("I'M ANN", mixed)
			ann.Close()
			bob.Expect("I'M BOB", mixed)
			bob.Close()
			cai.Expect("I'M CAI", mixed)
			cai.Close()
		}
	})

	t.Run("after 200 clients no socket is left but the welcome socket", func(t *testing.T) {
		server := lab.Serve(t)

		for i := range 200 {
			client := server.TCP("client")
			client.Say("hello")
			if i%2 == 1 {
				client.End()
			}
			client.Expect("HELLO", lab.Wordless.Is("drops-the-last-words"))
			client.Close()
		}

		server.ExpectSockets(1,
			lab.LeftOpen.Is("never-closes"),
			lab.Leaks.Is("ends-the-stream-only"))
	})
}

// 6.4: one client's end is not the server's
func TestGoesOn(t *testing.T) {
	t.Run("when nobody comes for a while", func(t *testing.T) {
		server := serving(t)

		server.Rest()

		client := server.TCP("client", lab.Gone.Is("gives-up-waiting"))
		client.Say("at last")
		client.Expect("AT LAST", lab.Gone.Is("gives-up-waiting"))
	})

	t.Run("after a client that left without a word", func(t *testing.T) {
		server := serving(t)
		shy := server.TCP("shy")

		shy.Close()

		expectService(server,
			lab.IgnoresTheEndOf(shy).Is("misses-the-end"),
			lab.Exited.Is("one-error-ends-all"))
	})

	t.Run("after a client that reset the connection", func(t *testing.T) {
		server := serving(t)

		server.TCP("rude").Reset()

		expectService(server, lab.Exited.Is("one-error-ends-all"))
	})

	t.Run("after a client that asked, and did not stay for the answer", func(t *testing.T) {
		server := serving(t)

		first, hasty := server.TCP("first"), server.TCP("hasty")
		hasty.Say("never mind")
		hasty.Reset()
		first.Say("me first")
		first.Expect("ME FIRST")
		first.Close()

		expectService(server,
			lab.Both(lab.Exits(1), lab.Said("write ")).Is("write-error-ends-all"),
			lab.Exited.Is("one-error-ends-all"),
			lab.GotLike(contains("NEVER MIND")).Is("mixes-its-clients"))
		server.ExpectSockets(1, lab.Leaks.Is("forgets-who-left"))
	})

	t.Run("and after one that had ended its stream before", func(t *testing.T) {
		server := serving(t)

		first, hasty := server.TCP("first"), server.TCP("hasty")
		hasty.Say("never mind")
		hasty.End()
		hasty.Reset() // behind an end, this is another error: EPIPE
		first.Say("me first")
		first.Expect("ME FIRST")
		first.Close()

		expectService(server, lab.Exited.Is("only-one-error"))
		server.ExpectSockets(1, lab.Leaks.Is("forgets-who-left"))
	})

	t.Run("after a client that asked for its end", func(t *testing.T) {
		server := serving(t)

		for _, word := range []string{"quit", "exit", "stop", "bye", "end", "shutdown", "q", "."} {
			for _, text := range []string{word, word + "\n", strings.ToUpper(word)} {
				client := server.TCP("client", lab.Gone.Is("a-word-ends-it"))
				client.Say(text)
				client.Expect(strings.ToUpper(text), lab.Gone.Is("a-word-ends-it"))
				client.Close()
			}
		}

		expectService(server, lab.Gone.Is("a-word-ends-it"))
	})

	t.Run("after a client that sent bytes that are no text", func(t *testing.T) {
		server := serving(t)

		odd := server.TCP("odd")
		odd.Say("\xff\xfe\x00\x80")
		odd.End()
		odd.Drain()
		odd.Close()

		expectService(server, lab.Exited.Is("dies-at-bytes"))
	})

	t.Run("and keeps none of their sockets", func(t *testing.T) {
		server := serving(t)
		server.ExpectSockets(1)

		for range 20 {
			server.TCP("shy").Close()
			server.TCP("rude").Reset()
		}

		expectService(server)
		server.ExpectSockets(1, lab.Leaks.Is("forgets-who-left"))
	})

	t.Run("however many of them there are", func(t *testing.T) {
		server := serving(t)

		for range 130 {
			server.TCP("shy").Close()
			expectService(server, lab.Silent.Is("uses-up-its-places"))
			server.TCP("rude").Reset()
			expectService(server, lab.Silent.Is("uses-up-its-places"))
		}
	})
}

// 6.4: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { lab.Transcripts(t) }

// serving starts a server, and sees to it that client after client is served.
func serving(t *testing.T) *lab.Server {
	server := lab.Serve(t)
	for range 2 {
		expectService(server)
	}
	server.Scene("two clients have been served")
	return server
}

// expectService wants the next client to be served.
func expectService(server *lab.Server, causes ...lab.Cause) {
	client := server.TCP("next", causes...)
	client.Say("still there")
	client.Expect("STILL THERE", causes...)
	client.Close()
}

// 6.3: the wrong ideas of where a message ends; each waits for something that
// the client never promised
var ends = []lab.Cause{
	lab.AnswersAfter("\r\n").Is("waits-for-a-newline"),
	lab.AnswersAfter(strings.Repeat(".", 1<<16)).Is("waits-for-a-full-buffer"),
	lab.AnswersAfterEnd.Is("waits-for-the-end"),
}

// 6.2: the ways in which the client after this one finds no welcome
func welcomes(server *lab.Server, before *lab.TCP) []lab.Cause {
	return []lab.Cause{
		lab.GotLike(contains("ME FIRS")).Is("mixes-its-clients"),
		lab.CutShort.Is("small-buffer"),
		lab.Both(lab.Said("accept "), lab.Said(net.ErrClosed.Error())).Is("closes-the-welcome-socket"),
		lab.NotListening.Is("closes-the-welcome-socket"),
		server.Unwelcomed().Is("closes-the-welcome-socket"),
		lab.Both(lab.Gone, lab.Said(io.EOF.Error())).Is("one-error-ends-all"),
		lab.EndedWell.Is("accepts-once"),
		lab.HasLetGoOf(before).Is("accepts-once"),
		lab.IgnoresTheEndOf(before).Is("misses-the-end"),
	}
}

// anyHost recognises an address that stands for every interface.
func anyHost(addr string) bool {
	return strings.HasPrefix(addr, "[::]:") || strings.HasPrefix(addr, "0.0.0.0:")
}

// thisHost recognises an address that only this machine can reach.
func thisHost(addr string) bool {
	return strings.HasPrefix(addr, "127.") || strings.HasPrefix(addr, "[::1]:")
}

// sizes are lengths of messages: around those that buffers have, in bytes and
// with room for a zero behind the text.
var sizes = []int{1, 2, 127, 128, 255, 256, 510, 511, 512, 765, 1000, 1020, 1022, 1023, 1024}

// contains recognises an answer with this in it.
func contains(part string) func(string) bool {
	return func(answer string) bool { return strings.Contains(answer, part) }
}

// formatted recognises what package fmt writes in place of a verb that lacks
// its argument.
func formatted(answer string) bool { return strings.Contains(answer, "%!") }

// padding recognises what lies in a buffer behind the bytes that were read.
func padding(more string) bool { return strings.Trim(more, "\x00") == "" }

// lineEnd recognises what a terminal wants behind a line.
func lineEnd(more string) bool { return more == "\n" || more == "\r\n" }

// trimmed recognises the answer that lacks nothing but white space.
func trimmed(answer string) bool {
	return strings.Join(strings.Fields(answer), "") == "TWOLAZYLINES,`{100%}`DONE|~"
}

// oneOf recognises each of these answers.
func oneOf(answers ...string) func(string) bool {
	return func(answer string) bool { return slices.Contains(answers, answer) }
}
