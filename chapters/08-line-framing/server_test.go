package main

import (
	"fmt"
	"strings"
	"testing"

	"sockets.test/tools/lab"
)

func TestMain(m *testing.M) { lab.Main(m, "lineserver", main) }

// 8.1: many lines on one connection, each answered before the next is asked
func TestConversation(t *testing.T) {
	t.Run("a line is answered in upper case", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say("hello\n")
		client.Expect("HELLO\n",
			lab.Understands("and what if the line ends in CR LF?", "hello\r\n", "HELLO\n").Is("wants-a-carriage-return"),
			lab.AnswersAfterEnd.Is("answers-at-the-end"))
	})

	t.Run("and so is the next one, on the same connection", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say("hello\n")
		client.Expect("HELLO\n")
		client.Say("and again\n")
		client.Expect("AND AGAIN\n",
			lab.Wordless.Is("one-line-per-connection"),
			startsWith("\nAND").Is("empty-behind-the-newline"))
	})
}

// 8.2: a line ends where its newline is, not where a Read does
func TestLines(t *testing.T) {
	t.Run("half a line is no line yet", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say("hel")
		client.ExpectNothing(
			startsWith("HEL").Is("one-read-is-one-line"))
		client.Say("lo\n")
		client.Expect("HELLO\n", lab.Got("LO\n").Is("forgets-the-half"))
	})

	t.Run("one line and a half: the one is answered", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say("one\ntw")
		client.Expect("ONE\n", lab.AnswersAfter("o\n").Is("newline-comes-last"))
		client.Say("o\n")
		client.Expect("TWO\n",
			lab.Silent.Is("loses-the-next-line"),
			lab.Got("O\n").Is("loses-the-next-line"))
	})

	t.Run("CR LF ends a line as LF does", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say("hello\r\n")
		client.Expect("HELLO\n", lab.Got("HELLO\r\n").Is("keeps-the-carriage-return"))
		client.Say("and\ragain\n")
		client.Expect("AND\rAGAIN\n", lab.Got("ANDAGAIN\n").Is("drops-every-cr"))
	})

	t.Run("spaces belong to the line", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say("  two words\t \n")
		client.Expect("  TWO WORDS\t \n", lab.Got("TWO WORDS\n").Is("trims-the-text"))
	})

	t.Run("an empty line is a line", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say("\n")
		client.Expect("\n",
			lab.Silent.Is("empty-is-nothing"),
			lab.HungUp.Is("empty-is-nothing"))
	})

	t.Run("one line, however it is cut", func(t *testing.T) {
		server := lab.Serve(t)

		for _, cut := range lab.Cuts("hello\r\n") {
			server.Scene(cut.Name)
			client := server.TCP("client")
			client.SayPieces(cut.Pieces...)
			client.Expect("HELLO\n", lab.Got("HELLO\r\n").Is("cr-lf-is-cut"))
			client.Close()
		}
	})

	t.Run("three lines, however they are cut", func(t *testing.T) {
		server := lab.Serve(t)

		for _, cut := range lab.Cuts("one\n", "two\r\n", "three\n") {
			server.Scene(cut.Name)
			client := server.TCP("client")
			client.SayPieces(cut.Pieces...)
			client.Expect("ONE\n")
			client.Expect("TWO\n", lab.AnswersAfter("\n").Is("one-line-per-read"))
			client.Expect("THREE\n", lab.AnswersAfter("\n").Is("one-line-per-read"))
			client.Close()
		}
	})

	t.Run("a thousand lines in one write", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(numbered("line %d\n", 1000))
		client.Expect(numbered("LINE %d\n", 1000), lab.CutShort.Is("buffer-runs-full"))
	})
}

// 8.3: the end of the stream ends the last line, and the conversation
func TestEnd(t *testing.T) {
	t.Run("a last line without a newline is answered", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say("hello\nbye")
		client.End()
		client.Expect("HELLO\n")
		client.Expect("BYE\n", lab.HungUp.Is("drops-the-last-line"))
		client.ExpectEnd(
			lab.Got("\n").Is("the-end-is-a-line"),
			lab.NeverClosed.Is("never-closes"))
	})

	t.Run("all answers come, and then the end of the stream", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(numbered("line %d\n", 100))
		client.End()
		client.Expect(numbered("LINE %d\n", 100))
		client.ExpectEnd()
	})
}

// 8.3: one client's end is not the server's
func TestGoesOn(t *testing.T) {
	t.Run("after a client that left in the middle of a line", func(t *testing.T) {
		server := lab.Serve(t)

		shy := server.TCP("shy")
		shy.Say("well, I")
		shy.Close()

		expectService(server)
	})

	t.Run("after a client that reset the connection in the middle of one", func(t *testing.T) {
		server := lab.Serve(t)

		rude := server.TCP("rude")
		rude.SayPieces("well,", " I")
		rude.Reset()

		expectService(server)
	})
}

// 8.4: a line has a limit, and the client is told
func TestLimit(t *testing.T) {
	t.Run("a line of 100,000 bytes is answered", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(long("x", 60_000))
		client.Expect(long("X", 60_000), lab.GotLike(isInLines).Is("ignores-is-prefix"))
		client.Say(long("y", 60_000))
		client.Expect(long("Y", 60_000),
			startsWith("YYYY").Is("limits-the-connection"),
			lab.Wordless.Is("limits-the-connection"))
		client.Say(long("z", 99_000))
		client.Expect(long("Z", 99_000), lab.Wordless.Is("scanner-in-silence"))
		client.Say(long("z", 100_000))
		client.Expect(long("Z", 100_000), lab.Got("error: line too long\n").Is("no-room-for-the-line-end"))
	})

	t.Run("a longer one is refused, in words", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(long("x", 200_000))
		client.Expect("error: line too long\n",
			startsWith("XXXX").Is("no-limit"),
			lab.Wordless.Is("refuses-in-silence"))
		client.ExpectOver(startsWith("XXXX").Is("the-rest-is-a-line"))
	})

	t.Run("by one byte, too", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(long("x", 100_001))
		client.Expect("error: line too long\n", startsWith("XXXX").Is("one-byte-too-many"))
	})

	t.Run("before its end has come", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(strings.Repeat("x", 200_000))
		client.Expect("error: line too long\n", lab.AnswersAfter("\n").Is("waits-to-refuse"))
	})

	t.Run("and the next client is served", func(t *testing.T) {
		server := lab.Serve(t)

		endless := server.TCP("endless")
		endless.Say(strings.Repeat("x", 200_000))
		endless.ExpectSome(len("error: line too long\n"))
		endless.Close()

		expectService(server)
	})
}

// 8.1: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { lab.Transcripts(t) }

// expectService wants the next client to be served.
func expectService(server *lab.Server) {
	client := server.TCP("next", lab.Gone.Is("one-error-ends-all"))
	client.Say("still there\n")
	client.Expect("STILL THERE\n",
		lab.Gone.Is("one-error-ends-all"),
		startsWith("WELL,").Is("keeps-anothers-half"))
	client.Close()
}

// numbered is many lines in one text.
func numbered(format string, n int) string {
	b := new(strings.Builder)
	for i := range n {
		fmt.Fprintf(b, format, i)
	}
	return b.String()
}

// long is a line of one letter.
func long(letter string, n int) string { return strings.Repeat(letter, n) + "\n" }

// startsWith is the sign of a wrong answer that begins like this.
func startsWith(begin string) lab.Sign {
	return lab.GotLike(func(answer string) bool { return strings.HasPrefix(answer, begin) })
}

// isInLines recognises one long line that came as several.
func isInLines(answer string) bool {
	return strings.ReplaceAll(answer, "\n", "") == strings.Repeat("X", 60_000) && strings.Count(answer, "\n") > 1
}
