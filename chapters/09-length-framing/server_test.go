package main

import (
	"encoding/binary"
	"strings"
	"testing"

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
		text := strings.Repeat("x", 258)

		client.Say("\x00\x00\x01\x02" + text)
		client.Expect("\x00\x00\x01\x02"+strings.ToUpper(text),
			startsWith("\x00\x00\x00\x02XX").Is("part-of-the-length"))
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
		client.Expect(frame("AND AGAIN"), lab.Wordless.Is("one-frame-per-connection"))
	})

	t.Run("three frames, however they are cut", func(t *testing.T) {
		server := lab.Serve(t)

		for _, cut := range lab.Cuts(frame("one"), frame(""), frame("two\n")) {
			server.Scene(cut.Name)
			client := server.TCP("client")
			client.SayPieces(cut.Pieces...)
			client.Expect(frame("ONE"))
			client.Expect(frame(""), lab.AnswersNext(frame("x"), frame("X")).Is("loses-the-next-frame"))
			client.Expect(frame("TWO\n"))
			client.Close()
		}
	})

	t.Run("an end between two frames is no error", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(frame("goodbye"))
		client.Expect(frame("GOODBYE"))
		client.End()
		client.ExpectEnd(
			lab.Got(frame("")).Is("the-end-is-a-frame"),
			lab.NeverClosed.Is("never-closes"))
		server.ExpectNoComplaint(lab.Complains.Is("every-end-is-an-error"))
	})

	t.Run("an end inside a payload is an error", func(t *testing.T) {
		server := lab.Serve(t)

		breakOff(server, "\x00\x00\x00\x05hel")

		server.ExpectComplaint(
			lab.SaidOnOutput("EOF").Is("complains-on-stdout"),
			lab.SaysNothing.Is("end-inside-is-clean"))
		expectService(server)
	})

	t.Run("an end inside a header is an error", func(t *testing.T) {
		server := lab.Serve(t)

		breakOff(server, "\x00\x00")

		server.ExpectComplaint(lab.SaysNothing.Is("end-inside-is-clean"))
	})

	t.Run("an end between header and payload is an error", func(t *testing.T) {
		server := lab.Serve(t)

		breakOff(server, "\x00\x00\x00\x05")

		server.ExpectComplaint(lab.SaysNothing.Is("eof-behind-the-header"))
	})

	t.Run("a client that resets ends nothing but itself", func(t *testing.T) {
		server := lab.Serve(t)

		rude := server.TCP("rude")
		rude.SayPieces(frame("hello"), "\x00")
		rude.Reset()

		expectService(server)
	})
}

// 9.3: the answer's length is the answer's
func TestAnswer(t *testing.T) {
	t.Run("also where upper case is longer", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(frame("\xff\xfe\xfd")) // no text: what the answer says is not judged
		size := client.ExpectSome(4)
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
		client := server.TCP("client")

		client.Say(frame(strings.Repeat("x", 65_535)))
		client.Expect(frame(strings.Repeat("X", 65_535)))
		client.Say(frame(strings.Repeat("x", 65_536)))
		client.Expect(frame(strings.Repeat("X", 65_536)),
			startsWith(frame("")).Is("part-of-the-length"),
			lab.Wordless.Is("limit-off-by-one"))
	})

	t.Run("one byte more is refused", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(frame("hello"))
		client.Expect(frame("HELLO"))
		client.Say(frame(strings.Repeat("x", 65_537)))
		client.ExpectOver(
			startsWith("\x00\x01\x00\x01X").Is("no-limit"),
			lab.NeverClosed.Is("goes-on-in-the-middle"))
		server.ExpectComplaint(lab.SaysNothing.Is("refuses-in-silence"))
		expectService(server)
	})

	t.Run("before it is waited for", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(frame("hello"))
		client.Expect(frame("HELLO"))
		client.Say("\x00\x01\x00\x01")
		client.ExpectOver(lab.NeverClosed.Is("waits-for-the-payload"))
	})

	t.Run("and before memory is set aside for it", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(frame("hello"))
		client.Expect(frame("HELLO"))
		before := server.Memory()
		client.Say("\xff\xff\xff\xff") // 4 GiB, or -1
		client.ExpectOver(lab.Said("makeslice").Is("length-below-zero"))
		server.ExpectMemory(before+2<<30,
			lab.Greedy.Is("allocates-first"))
		expectService(server)
	})
}

// 9.1: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { lab.Transcripts(t) }

// expectService wants the next client to be served.
func expectService(server *lab.Server) {
	causes := []lab.Cause{
		lab.Said("makeslice").Is("length-below-zero"),
		lab.Gone.Is("one-error-ends-all"),
	}
	client := server.TCP("next", causes...)
	client.Say(frame("still there"))
	client.Expect(frame("STILL THERE"), causes...)
	client.Close()
}

// breakOff is a client that is served, and then leaves where no frame ends.
func breakOff(server *lab.Server, begun string) {
	client := server.TCP("client")
	client.Say(frame("hello"))
	client.Expect(frame("HELLO"))
	client.Say(begun)
	client.End()
	client.ExpectEnd(lab.TooMuch.Is("answers-what-came"))
}

// frame is a payload with its length before it.
func frame(payload string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(payload)))) + payload
}

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

// isTrimmed recognises an answer whose payload lost something at its edges.
func isTrimmed(answer string) bool {
	return len(answer) > 4 && strings.Trim(answer[4:], "\x00\r\n") == "A\r\n\x00B" && answer == frame(answer[4:])
}

func startsWith(begin string) lab.Sign {
	return lab.GotLike(func(answer string) bool { return strings.HasPrefix(answer, begin) })
}

func endsIn(end string) lab.Sign {
	return lab.GotLike(func(answer string) bool { return strings.HasSuffix(answer, end) })
}
