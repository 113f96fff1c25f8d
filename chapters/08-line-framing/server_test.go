package main

import (
	"fmt"
	"slices"
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
			startsWith("\nAND").Is("empty-behind-the-newline"),
			has("AND AGAIN\n").Is("adds-to-the-answer"))
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
		client.Expect("ONE\n", lab.AnswersAfter("o\n").Is("waits-with-the-answer"))
		client.Say("o\n")
		client.Expect("TWO\n",
			lab.Silent.Is("loses-the-next-line"),
			lab.Got("O\n").Is("loses-the-next-line"))
	})

	t.Run("the half of one client's line is no part of another's", func(t *testing.T) {
		server := lab.Serve(t)
		ann, bob := server.TCP("ann"), server.TCP("bob")

		ann.Say("hel")
		bob.Say("other\n")
		server.Pause() // one that serves both at once has read both
		ann.Say("lo\n")
		ann.Expect("HELLO\n",
			lab.Got("LO\n").Is("forgets-the-half"),
			lab.Wrong.Is("keeps-anothers-half"))
		ann.Close()
		bob.Expect("OTHER\n", lab.Wrong.Is("keeps-anothers-half"))
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
		client.Say("two ends\r\r\n")
		client.Expect("TWO ENDS\r\n", lab.Got("TWO ENDS\n").Is("drops-every-cr"))
	})

	t.Run("and so does every byte but the newline", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		// What ends a line elsewhere: VT, FF, the separators, NEL, LS, and NUL.
		client.Say("# 100% {Sure} |~ %s\v\f\x1c\x1d\x1e\u0085\u2028.\x00\x01\x03\x04\a\b\x1a\x1b\x7f€\n")
		client.Expect("# 100% {SURE} |~ %S\v\f\x1c\x1d\x1e\u0085\u2028.\x00\x01\x03\x04\a\b\x1a\x1b\x7f€\n",
			has("%!").Is("text-as-format"),
			startsWith("# 100% {SURE} |~ %S\n").Is("ends-at-another-byte"))
		for _, word := range []string{"/who", ".", "bye", "quit"} {
			client.Say(word + "\n")
			client.Expect(strings.ToUpper(word) + "\n")
		}
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

		for _, cut := range lab.Cuts("3 €, ok\r\n") {
			server.Scene(cut.Name)
			client := server.TCP("client")
			client.SayPieces(cut.Pieces...)
			client.Expect("3 €, OK\n",
				lab.Got("3 €, OK\r\n").Is("cr-lf-is-cut"),
				has("\uFFFD").Is("text-of-a-piece"))
			client.Close()
		}
	})

	t.Run("three lines, however they are cut", func(t *testing.T) {
		server := lab.Serve(t)

		for _, cut := range lab.Cuts("one\n", "two\r\n", "three\n") {
			server.Scene(cut.Name)
			client := server.TCP("client")
			client.SayPieces(cut.Pieces...)
			client.Expect("ONE\n",
				lab.GotLike(isReordered).Is("answers-overtake"))
			client.Expect("TWO\n",
				lab.GotLike(isReordered).Is("answers-overtake"),
				lab.AnswersAfter("\n").Is("one-line-per-read"))
			client.Expect("THREE\n", lab.AnswersAfter("\n").Is("one-line-per-read"))
			client.Close()
		}
	})

	t.Run("a thousand lines in one write", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(numbered("line %d\n", 1000))
		client.Expect(numbered("LINE %d\n", 1000),
			lab.Both(lab.CutShort, lab.StopsOneByOne("and what if it is a line at a time?",
				strings.SplitAfter(numbered("line %d\n", 1000), "\n"), strings.ToUpper, fillABuffer)).Is("buffer-runs-full"),
			lab.GotLike(isReordered).Is("answers-overtake"))
	})
}

// 8.3: the end of the stream ends the last line, and the conversation
func TestEnd(t *testing.T) {
	t.Run("all answers come, and then the end of the stream", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(numbered("line %d\n", 100))
		client.End()
		client.Expect(numbered("LINE %d\n", 100))
		client.ExpectEnd(
			lab.Got("\n").Is("the-end-is-a-line"),
			lab.NeverClosed.Is("never-closes"))
	})

	t.Run("a last line without a newline is answered", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say("hello\nbye")
		client.End()
		client.Expect("HELLO\n")
		client.Expect("BYE\n",
			lab.AnswerLike(is("BYE")).Is("answers-without-a-newline"),
			lab.Both(lab.Wordless, lab.AnswersBeforeEnd("and what if its newline comes, too?",
				"hello\nbye\n", "HELLO\nBYE\n")).Is("drops-the-last-line"))
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

	t.Run("after a client that asked, and did not stay for the answers", func(t *testing.T) {
		server := lab.Serve(t)
		first, hasty := server.TCP("first"), server.TCP("hasty")

		hasty.Say(numbered("line %d\n", 2000))
		hasty.End()
		hasty.Close() // before a server of one client at a time comes to it
		first.Say("hello\n")
		first.Expect("HELLO\n")
		first.Close()

		expectService(server,
			lab.Both(lab.Gone, lab.Said("write")).Is("dies-of-a-write"),
			lab.Both(lab.Gone, lab.Said("send")).Is("dies-of-a-write"))
	})
}

// 8.4: a line has a limit, and the client is told
func TestLimit(t *testing.T) {
	t.Run("a line of 100,000 bytes is answered", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(long("x", 60_000))
		client.Expect(long("X", 60_000),
			lab.GotLike(isInLines).Is("ignores-is-prefix"),
			lab.Got("error: line too long\n").Is("small-reader"),
			lab.Both(lab.Wordless, lab.SaidOnOutput("buffer full")).Is("small-reader"))
		client.Say(long("y", 60_000))
		client.Expect(long("Y", 60_000),
			startsWith("YYYY").Is("limits-the-connection"),
			lab.Wordless.Is("limits-the-connection"))
		client.Say(long("z", 99_000))
		client.Expect(long("Z", 99_000), lab.Wordless.Is("scanner-in-silence"))
		client.Say(long("z", 100_000))
		client.Expect(long("Z", 100_000), lab.Got("error: line too long\n").Is("no-room-for-the-line-end"))
		client.SayPieces(strings.Repeat("z", 100_000)+"\r", "\n")
		client.Expect(long("Z", 100_000), lab.Got("error: line too long\n").Is("the-cr-counts"))
	})

	t.Run("and every line of a client that listens late", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.NarrowTCP("client")
		line := func(i int) string { return fmt.Sprintf("line %d%s\n", i, strings.Repeat(" and so on", 40)) }

		said := client.SayDeaf(line)
		client.End()
		client.ReadUntilTaken()
		for _, lines := range said {
			client.Expect(strings.ToUpper(lines),
				lab.GotLike(skipsLines).Is("gives-up-on-the-slow"),
				lab.NeverAnswered.Is("gives-up-on-the-slow"), // it has read them all
				lab.CutShort.Is("gives-up-on-the-slow"),
				lab.HungUp.Is("gives-up-on-the-slow"))
		}
		client.ExpectEnd()
	})

	t.Run("a longer one is refused, in words", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(long("x", 200_000))
		client.Expect("error: line too long\n",
			startsWith("XXXX").Is("no-limit"),
			lab.AnswerLike(is("error: line too long")).Is("answers-without-a-newline"),
			lab.Wordless.Is("refuses-in-silence"))
		client.ExpectOver(startsWith("XXXX").Is("the-rest-is-a-line"))
	})

	t.Run("by one byte, too", func(t *testing.T) {
		server := lab.Serve(t)

		client := server.TCP("client")
		client.Say(long("x", 100_001))
		client.Expect("error: line too long\n",
			lab.Both(startsWith("XXXX"), lab.Understands("and what if it is ten bytes?",
				long("x", 100_010), "error: line too long\n")).Is("one-byte-too-many"))
		client.Close()

		last := server.TCP("last")
		last.Say(strings.Repeat("x", 100_001))
		last.End()
		last.Expect("error: line too long\n", startsWith("XXXX").Is("last-line-has-no-limit"))
		last.Close()

		client = server.TCP("client")
		client.Say(long("€", 40_000)) // 120,000 bytes
		client.Expect("error: line too long\n", startsWith("€€€€").Is("limit-counts-letters"))
	})

	t.Run("before its end has come", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say("hello\n" + strings.Repeat("x", 140_000))
		client.Expect("HELLO\n")
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
			odd := server.TCP("odd")
			odd.Say("\xff\xfe\x00\x80\n") // no text: what is answered is not judged
			odd.End()
			odd.Drain()
			odd.Close()
		}

		expectService(server)
		server.ExpectSockets(1, lab.Leaks.Is("keeps-the-socket"))
	})
}

// 8.1: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { lab.Transcripts(t) }

// expectService wants the next client to be served.
func expectService(server *lab.Server, causes ...lab.Cause) {
	causes = append(causes,
		lab.Gone.Is("one-error-ends-all"),
		startsWith("WELL,").Is("keeps-anothers-half"))
	client := server.TCP("next", causes...)
	client.Say("still there\n")
	client.Expect("STILL THERE\n", causes...)
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

// skipsLines recognises numbered lines of which some are missing, and none is
// out of order.
func skipsLines(answer string) bool {
	last, gap := -1, false
	for line := range strings.Lines(answer) {
		var n int
		if _, err := fmt.Sscanf(line, "LINE %d ", &n); err != nil || n <= last {
			return false
		}
		gap = gap || n > last+1
		last = n
	}
	return gap
}

// isReordered recognises the three lines, the last two, or the thousand, all of
// them in another order.
func isReordered(answer string) bool {
	lines := strings.SplitAfter(strings.TrimSuffix(answer, "\n"), "\n")
	lines[len(lines)-1] += "\n"
	slices.Sort(lines)
	for _, all := range []string{"ONE\nTWO\nTHREE\n", "TWO\nTHREE\n", numbered("LINE %d\n", 1000)} {
		wanted := slices.Sorted(strings.Lines(all))
		if slices.Equal(lines, wanted) {
			return true
		}
	}
	return false
}

// fillABuffer recognises answers to as many lines as fit into a buffer of the
// usual sizes.
func fillABuffer(answers string) bool {
	for _, size := range []int{1000, 1024} {
		if (size-len(answers)%size)%size < len("line 100\n") {
			return true
		}
	}
	return false
}

// long is a line of one letter.
func long(letter string, n int) string { return strings.Repeat(letter, n) + "\n" }

// startsWith is the sign of a wrong answer that begins like this.
func startsWith(begin string) lab.Sign {
	return lab.GotLike(func(answer string) bool { return strings.HasPrefix(answer, begin) })
}

// has is the sign of a wrong answer with this in it.
func has(part string) lab.Sign {
	return lab.GotLike(func(answer string) bool { return strings.Contains(answer, part) })
}

// is recognises one answer.
func is(one string) func(string) bool { return func(answer string) bool { return answer == one } }

// isInLines recognises one long line that came as several.
func isInLines(answer string) bool {
	return strings.ReplaceAll(answer, "\n", "") == strings.Repeat("X", 60_000) && strings.Count(answer, "\n") > 1
}
