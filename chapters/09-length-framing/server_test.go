package main

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"sockets.test/tools/lab"
)

func TestMain(m *testing.M) { lab.Main(m, "frameserver", main) }

// 9.1: a length of four bytes says how many bytes follow
func TestFrame(t *testing.T) {
	t.Run("a frame is answered by a frame", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say("\x00\x00\x00\x05hello")
		client.Expect("\x00\x00\x00\x05HELLO", lengths...)
	})

	t.Run("all four bytes of the length count", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")
		text := strings.Repeat("x", 0x161) // 0x61 is the letter a

		client.Say("\x00\x00\x01\x61" + text)
		client.Expect("\x00\x00\x01\x61"+strings.ToUpper(text),
			startsWith("\x00\x00\x00\x61XX").Is("part-of-the-length"),
			startsWith("\x00\x00\x01\x41XX").Is("upper-cases-the-length"))

		client = lab.Serve(t).TCP("client")
		client.Say(frame(strings.Repeat("x", 0x1c8)))
		client.Expect(frame(strings.Repeat("X", 0x1c8)),
			lab.Both(lab.Wordless, lab.Understands("and what if no byte is above 7f?",
				frame(strings.Repeat("x", 0x210)), frame(strings.Repeat("X", 0x210)))).Is("signed-bytes"))
	})

	t.Run("newlines and zero bytes are bytes like any other", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(frame("\n\x00a\r\n\x00b\x00\n"))
		client.Expect(frame("\n\x00A\r\n\x00B\x00\n"), lab.GotLike(isTrimmed).Is("trims-the-payload"))
	})

	t.Run("a frame without a payload is a frame", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(frame(""))
		client.Expect(frame(""),
			lab.Silent.Is("zero-is-nothing"),
			lab.Wordless.Is("zero-is-nothing"))
	})

	t.Run("one frame, however it is cut", func(t *testing.T) {
		server := lab.Serve(t)

		for _, cut := range lab.Cuts(frame("hello")) {
			server.Scene(cut.Name)
			client := server.TCP("client")
			client.SayPieces(cut.Pieces...)
			client.Expect(frame("HELLO"), short...)
			client.Close()
		}
	})
}

// 9.2: frame after frame, until an end that is expected
func TestConversation(t *testing.T) {
	t.Run("an answer does not wait for the rest of the next frame", func(t *testing.T) {
		for _, behind := range []int{2, 5} { // in the header, and in the payload
			server := lab.Serve(t)
			client := server.TCP("client")

			client.Say(frame("one") + frame("two")[:behind])
			client.Expect(frame("ONE"),
				lab.AnswersAfter(frame("two")[behind:]).Is("waits-with-the-answer"))
		}
	})

	t.Run("a client may ask again", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(frame("hello"))
		client.Expect(frame("HELLO"))
		client.Say(frame("and again"))
		client.Expect(frame("AND AGAIN"),
			lab.Wordless.Is("one-frame-per-connection"),
			has(frame("AND AGAIN")).Is("more-than-the-length"))
	})

	t.Run("three frames, however they are cut", func(t *testing.T) {
		server := lab.Serve(t)

		for _, cut := range lab.Cuts(frame("one"), frame(""), frame("two\n")) {
			server.Scene(cut.Name)
			client := server.TCP("client")
			client.SayPieces(cut.Pieces...)
			client.Expect(frame("ONE"), lab.GotLike(isReordered).Is("answers-overtake"))
			client.Expect(frame(""),
				lab.GotLike(isReordered).Is("answers-overtake"),
				lab.AnswersNext(frame("x"), frame("X")).Is("loses-the-next-frame"))
			client.Expect(frame("TWO\n"))
			client.Close()
		}
	})

	t.Run("the half of one client's frame is no part of another's", func(t *testing.T) {
		server := lab.Serve(t)
		ann, bob := server.TCP("ann"), server.TCP("bob")

		ann.Say(frame("hello")[:6])
		bob.Say(frame("other"))
		server.Pause() // one that serves both at once has read both
		ann.Say(frame("hello")[6:])
		ann.Expect(frame("HELLO"),
			lab.Silent.Is("forgets-the-half"),
			lab.Wordless.Is("forgets-the-half"),
			lab.Wrong.Is("keeps-anothers-half"))
		ann.Close()
		bob.Expect(frame("OTHER"), lab.Wrong.Is("keeps-anothers-half"))
	})

	t.Run("a client may think in the middle of a frame", func(t *testing.T) {
		server := lab.Serve(t)

		for _, n := range []int{2, 6} { // in the header, and in the payload
			server.Scene(fmt.Sprintf("behind byte %d", n))
			client := server.TCP("client")
			client.Say(frame("hello")[:n])
			client.Think()
			client.ExpectNothingYet()
			client.Say(frame("hello")[n:])
			client.Expect(frame("HELLO"),
				lab.Wordless.Is("forgets-the-half"),
				lab.Silent.Is("forgets-the-half"))
			client.Close()
		}
	})

	t.Run("an end between two frames is no error", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(frame("hello"))
		client.Expect(frame("HELLO"))
		client.Say(frame("goodbye"))
		client.Expect(frame("GOODBYE"))
		server.ExpectNoComplaintYet(lab.Complains.Is("logs-on-stderr"))
		client.End()
		client.ExpectEnd(
			startsWith(frame("")).Is("the-end-is-a-frame"),
			lab.NeverRests.Is("spins-at-the-end"),
			lab.NeverClosed.Is("never-closes"))
		server.ExpectNoComplaint(lab.Said("EOF").Is("every-end-is-an-error"))
	})

	t.Run("what was asked before it is answered", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		asked, answers := "", ""
		for i := range 20 {
			asked += frame(fmt.Sprintf("bye %d", i))
			answers += frame(fmt.Sprintf("BYE %d", i))
		}
		client.Say(asked)
		client.End()
		client.Expect(answers)
		client.ExpectEnd()
	})

	t.Run("an end inside a payload is an error", func(t *testing.T) {
		server := lab.Serve(t)

		printed := breakOff(server, "\x00\x00\x00\x05hel")

		server.ExpectComplaint(
			lab.SaidOnOutput("EOF").Is("complains-on-stdout"),
			lab.Mute(printed).Is("end-inside-is-clean"),
			lab.SaidTwice.Is("complains-twice"))
		expectService(server)
	})

	t.Run("an end inside a header is an error", func(t *testing.T) {
		server := lab.Serve(t)

		printed := breakOff(server, "\x00\x00")

		server.ExpectComplaint(
			lab.Mute(printed).Is("end-inside-is-clean"),
			lab.SaidTwice.Is("complains-twice"))
	})

	t.Run("an end between header and payload is an error", func(t *testing.T) {
		server := lab.Serve(t)

		printed := breakOff(server, "\x00\x00\x00\x05")

		server.ExpectComplaint(
			lab.Mute(printed).Is("eof-behind-the-header"),
			lab.SaidTwice.Is("complains-twice"))
	})

	t.Run("a reset is an error, wherever it comes", func(t *testing.T) {
		for _, begun := range []string{"\x00\x00\x00\x05hel", ""} {
			server := lab.Serve(t)
			rude := server.TCP("rude")

			rude.Say(frame("hello"))
			rude.Expect(frame("HELLO"))
			printed := server.Printed()
			if begun != "" {
				rude.Say(begun)
			}
			rude.Reset()
			server.ExpectComplaint(
				lab.Mute(printed).Is("takes-a-reset-for-an-end"),
				lab.SaidTwice.Is("complains-twice"))
			expectService(server)
		}
	})

	t.Run("an answer that nobody takes is an error, and ends nothing", func(t *testing.T) {
		server := lab.Serve(t)
		first, rude := server.TCP("first"), server.TCP("rude")

		first.Say(frame("hello"))
		first.Expect(frame("HELLO"))
		rude.Say(frame("hello"))
		rude.Reset() // before a server of one client at a time comes to it
		server.Pause()
		first.Close()
		server.ExpectComplaintOfBacklog(append(slices.Clip(diesOfAWrite),
			lab.SaysNothing.Is("ignores-the-write"),
			lab.SaidTwice.Is("complains-twice"))...)
		expectService(server, diesOfAWrite...)
	})
}

// 9.3: the answer's length is the answer's
func TestAnswer(t *testing.T) {
	t.Run("also where upper case is longer", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(frame("\xff\xfe\xfd")) // no text: what the answer says is not judged
		size := client.ExpectSome(4,
			lab.Wordless.Is("wants-a-text"),
			lab.Exited.Is("wants-a-text"))
		client.ExpectSome(int(binary.BigEndian.Uint32([]byte(size))))
		client.Say(frame("ok"))
		client.Expect(frame("OK"),
			endsIn(frame("OK")).Is("length-of-the-question"))
	})
}

// 9.4: whoever says a length is a stranger
func TestLimit(t *testing.T) {
	t.Run("a payload of 65,536 bytes is answered", func(t *testing.T) {
		server := lab.Serve(t)
		first := server.TCP("first")

		first.Say(frame(strings.Repeat("x", 65_535)))
		first.Expect(frame(strings.Repeat("X", 65_535)),
			lab.Said("frame too large").Is("limit-off-by-one"),
			lab.Said("buffer full").Is("outgrows-the-buffer"),
			lab.Said("token too long").Is("outgrows-the-buffer"),
			lab.Said("slice bounds out of range").Is("outgrows-the-buffer"))
		first.Close()
		client := server.TCP("client")
		client.Say(frame(strings.Repeat("x", 65_536)))
		client.Expect(frame(strings.Repeat("X", 65_536)),
			startsWith(frame("")).Is("part-of-the-length"),
			lab.Wordless.Is("limit-off-by-one"))
		client.Say(frame(strings.Repeat("x", 65_536)))
		client.Expect(frame(strings.Repeat("X", 65_536)), lab.Wordless.Is("limits-the-connection"))
	})

	t.Run("and every frame of a client that listens late", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.NarrowTCP("client")

		said := client.SayDeaf(chapter)
		client.End()
		client.ReadUntilTaken()
		for _, frames := range said {
			client.Expect(strings.ToUpper(frames),
				lab.CutShort.Is("gives-up-on-the-slow"),
				lab.Wordless.Is("gives-up-on-the-slow"))
		}
		client.ExpectEnd()
		server.ExpectNoComplaint()
	})

	t.Run("one byte more is refused", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(frame("hello"))
		client.Expect(frame("HELLO"))
		printed := server.Printed()
		client.Say(frame(strings.Repeat("x", 65_537)))
		client.ExpectOver(
			lab.Both(startsWith("\x00\x01\x00\x01X"),
				lab.Refuses("and what if it is far more?", "\x00\x10\x00\x00")).Is("limit-off-by-one"),
			startsWith("\x00\x01\x00\x01X").Is("no-limit"),
			answersARefusal,
			lab.StillAnswers(frame("x"), frame("X")).Is("skips-the-frame"),
			lab.StillAnswers("xx"+frame("x"), frame("X")).Is("goes-on-in-the-middle"))
		server.ExpectComplaint(
			lab.SaidOnOutput("too large").Is("complains-on-stdout"),
			lab.Mute(printed).Is("refuses-in-silence"),
			lab.SaidTwice.Is("complains-twice"))
		expectService(server)
	})

	t.Run("before it is waited for", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(frame("hello"))
		client.Expect(frame("HELLO"))
		client.Say("\x00\x01\x00\x01")
		client.ExpectOver(
			lab.NeverClosed.Is("waits-for-the-payload"),
			answersARefusal)

		client = server.TCP("client")
		client.Say(frame("ok") + "\x00\x01\x00\x01")
		client.Expect(frame("OK"), lab.Wordless.Is("a-refusal-drops-answers"))
		client.ExpectOver()
	})

	t.Run("and before memory is set aside for it", func(t *testing.T) {
		for _, length := range []string{"\xff\xff\xff\xff", "\x7f\xff\xff\xff"} { // 4 GiB, or -1; 2 GiB
			server := lab.Serve(t)
			client := server.TCP("client")

			client.Say(frame("hello"))
			client.Expect(frame("HELLO"))
			most := server.Memory() + 512<<20
			client.Say(length)
			client.ExpectOver(
				lab.Said("makeslice").Is("length-below-zero"),
				lab.Took(most).Is("allocates-first"))
			server.ExpectMemory(most, lab.Greedy.Is("allocates-first"))
			expectService(server)
		}
	})

	t.Run("and so is every such client, however many come", func(t *testing.T) {
		server := lab.Serve(t)
		tired := lab.Gone.Is("too-many-errors-end-all")

		for range 10 {
			greedy := server.TCP("greedy", tired)
			greedy.Say("\x00\x01\x00\x01")
			greedy.ExpectOver(tired)
			greedy.Close()
			shy := server.TCP("shy", tired)
			shy.Say("\x00\x00\x00\x05hel")
			shy.End()
			shy.ExpectEnd(tired)
			shy.Close()
			rude := server.TCP("rude", tired)
			rude.Say(frame("hello"))
			rude.Expect(frame("HELLO"), tired)
			rude.Reset()
		}

		server.ExpectComplaints(30, tired,
			lab.Unended.Is("complains-without-a-newline"),
			lab.SaysLess.Is("complains-of-some"))
		expectService(server, tired)
		server.ExpectSockets(1, lab.Leaks.Is("keeps-the-socket"))
	})
}

// 9.1: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { lab.Transcripts(t) }

// lengths are other ideas of what stands before the payload: each is tried.
var lengths = []lab.Cause{
	lab.AnswersAfterEnd.Is("answers-at-the-end"),
	lab.Got("\x05\x00\x00\x00HELLO").Is("little-endian"),
	lab.Got("\x00\x00\x00\x09HELLO").Is("counts-the-header"),
	lab.Got("HELLO").Is("answers-without-a-length"),
	lab.Understands("and what if the lowest byte comes first?",
		"\x05\x00\x00\x00hello", "\x05\x00\x00\x00HELLO", "\x00\x00\x00\x05HELLO").Is("little-endian"),
	lab.Understands("and what if the length counts its own 4 bytes?",
		"\x00\x00\x00\x09hello", "\x00\x00\x00\x09HELLO", "\x00\x00\x00\x05HELLO").Is("counts-the-header"),
	lab.Understands("and what if the length has 8 bytes?",
		"\x00\x00\x00\x00\x00\x00\x00\x05hello", "\x00\x00\x00\x00\x00\x00\x00\x05HELLO", "\x00\x00\x00\x05HELLO").Is("another-width"),
}

// diesOfAWrite are the last words of a program that ended because a client had
// gone.
var diesOfAWrite = []lab.Cause{
	lab.Both(lab.Gone, lab.Said("write")).Is("dies-of-a-write"),
	lab.Both(lab.Gone, lab.Said("send")).Is("dies-of-a-write"),
}

// expectService wants the next client to be served.
func expectService(server *lab.Server, causes ...lab.Cause) {
	causes = append(slices.Clip(causes),
		lab.Said("makeslice").Is("length-below-zero"),
		lab.Gone.Is("one-error-ends-all"),
		startsWith("\x00\x00\x00\x05HEL").Is("keeps-anothers-half"))
	client := server.TCP("next", causes...)
	client.Say(frame("still there"))
	client.Expect(frame("STILL THERE"), causes...)
	client.Close()
}

// breakOff is a client that is served, and then leaves where no frame ends. It
// tells how much the server had printed until then.
func breakOff(server *lab.Server, begun string) (printed int) {
	client := server.TCP("client")
	client.Say(frame("hello"))
	client.Expect(frame("HELLO"))
	printed = server.Printed()
	client.Say(begun)
	client.End()
	client.ExpectEnd(
		lab.Got("\x00\x00").Is("another-width"),
		lab.GotLike(isBytesOf("hel")).Is("answers-what-came"),
		answersARefusal,
		lab.NeverRests.Is("spins-at-the-end"),
		lab.NeverClosed.Is("never-closes"))
	return printed
}

// frame is a payload with its length before it.
func frame(payload string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(payload)))) + payload
}

// chapter is one frame of many.
func chapter(i int) string {
	return frame(fmt.Sprintf("chapter %d%s", i, strings.Repeat(" and so on", 30)))
}

// isReordered recognises the three frames, all of them in another order, or the
// last two.
func isReordered(answer string) bool {
	one, none, two := frame("ONE"), frame(""), frame("TWO\n")
	return slices.Contains([]string{one + two + none, none + one + two, none + two + one, two + one + none, two + none + one, two + none}, answer)
}

// short are the ways to fail of a program that takes what one Read returns for
// all that it asked for. It has answered the same frame in one piece.
var short = []lab.Cause{
	lab.GotLike(func(string) bool { return true }).Is("read-for-readfull"),
	lab.Silent.Is("read-for-readfull"),
	lab.HungUp.Is("read-for-readfull"),
	lab.Reset.Is("read-for-readfull"),
	lab.Exited.Is("read-for-readfull"),
}

// answersARefusal is a program that sends an error to a client: a text, in a
// frame or not, or an empty frame.
var answersARefusal = lab.GotLike(func(answer string) bool {
	return answer == frame("") || strings.ContainsFunc(answer, isForeign)
}).Is("answers-a-refusal")

// isForeign tells a letter that no such client has sent.
func isForeign(r rune) bool { return unicode.IsLetter(r) && !strings.ContainsRune("HELXhelx", r) }

// isBytesOf recognises an answer made of a frame's beginning: of these letters
// in upper case or lower, and of what may stand in a header.
func isBytesOf(letters string) func(answer string) bool {
	return func(answer string) bool {
		return strings.Trim(answer, letters+strings.ToUpper(letters)+"\x00\x01\x02\x03\x04\x05") == ""
	}
}

// isTrimmed recognises an answer whose payload lost something at its edges.
func isTrimmed(answer string) bool {
	return len(answer) > 4 && strings.Trim(answer[4:], "\x00\r\n") == "A\r\n\x00B" && answer == frame(answer[4:])
}

func startsWith(begin string) lab.Sign {
	return lab.GotLike(func(answer string) bool { return strings.HasPrefix(answer, begin) })
}

func has(part string) lab.Sign {
	return lab.GotLike(func(answer string) bool { return strings.Contains(answer, part) })
}

func endsIn(end string) lab.Sign {
	return lab.GotLike(func(answer string) bool { return strings.HasSuffix(answer, end) })
}
