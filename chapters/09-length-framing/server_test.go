package main

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"sockets.test/tools/lab"
	"sockets.test/tools/lab/transcripts"
)

func TestMain(m *testing.M) { lab.Main(m, "frameserver", main) }

// 9.1: a length of four bytes says how many bytes follow
func TestFrame(t *testing.T) {
	t.Run("a frame is answered by a frame", func(t *testing.T) {
		client := lab.Serve(t).TCP("client")

		client.Say("\x00\x00\x00\x05hello")
		client.Expect("\x00\x00\x00\x05HELLO")
	})

	t.Run("a length may have any bytes, and so may a payload, or none", func(t *testing.T) {
		for _, payload := range []string{strings.Repeat("x", 0x161), "\n\x00a\r\n\x00b\x00\n", ""} { // 0x61 is the letter a
			client := lab.Serve(t).TCP("client")

			client.Say(frame(payload))
			client.Expect(frame(strings.ToUpper(payload)))
		}
	})
}

// 9.2: frame after frame, until an end that is expected
func TestConversation(t *testing.T) {
	t.Run("a client may ask again", func(t *testing.T) {
		client := lab.Serve(t).TCP("client")

		client.Say(frame("hello"))
		client.Expect(frame("HELLO"))
		client.ExpectNothing() // it waits
		client.Say(frame("and again"))
		client.Expect(frame("AND AGAIN"))
	})

	t.Run("an answer does not wait for the rest of the next frame", func(t *testing.T) {
		for _, begun := range []string{"\x00\x00", "\x00\x00\x00\x03t"} {
			client := lab.Serve(t).TCP("client")

			client.Say(frame("one") + begun)
			client.Expect(frame("ONE"))
		}
	})

	t.Run("three frames, however they are cut", func(t *testing.T) {
		server := lab.Serve(t)

		for _, cut := range lab.Cuts(frame("hello"), frame(""), frame("two\n")) {
			server.Scene(cut.Name)
			client := server.TCP("client")

			client.SayPieces(cut.Pieces...)
			client.Expect(frame("HELLO"))
			client.Expect(frame(""))
			client.Expect(frame("TWO\n"))
			client.Close()
		}
	})

	t.Run("a client may think in the middle of a frame", func(t *testing.T) {
		for _, n := range []int{2, 6} { // in the header, and in the payload
			server := lab.Serve(t)
			client := server.TCP("client")

			client.Say(frame("hello")[:n])
			server.Rest(2500 * time.Millisecond)
			client.ExpectNothing()
			client.Say(frame("hello")[n:])
			client.Expect(frame("HELLO"))
		}
	})

	t.Run("an end between two frames is no error", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.TCP("client")

		client.Say(frame("hello") + frame("") + frame("goodbye"))
		client.End()
		client.Expect(frame("HELLO") + frame("") + frame("GOODBYE"))
		client.ExpectEnd()

		server.ExpectComplaints(0)
	})

	for _, end := range []struct{ inside, begun string }{
		{"inside a payload", "\x00\x00\x00\x05hel"},
		{"inside a header", "\x00\x00"},
		{"between header and payload", "\x00\x00\x00\x05"},
	} {
		t.Run("an end "+end.inside+" is an error", func(t *testing.T) {
			server := lab.Serve(t)
			client := server.TCP("client")

			client.Say(frame("hello"))
			client.Expect(frame("HELLO"))
			client.Say(end.begun)
			client.End()
			client.ExpectEnd()

			server.ExpectComplaints(1)
			expectService(server)
		})
	}

	t.Run("a reset is an error, wherever it comes", func(t *testing.T) {
		for _, begun := range []string{"\x00\x00\x00\x05hel", ""} {
			server := lab.Serve(t)
			rude := server.TCP("rude")

			rude.Say(frame("hello") + begun)
			rude.Expect(frame("HELLO"))
			rude.Reset()

			server.ExpectComplaints(1)
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
		server.Settle()
		first.Close()

		if runtime.GOOS == "linux" { // elsewhere no program may hear of a client that left so soon
			server.ExpectComplaints(1)
		}
		expectService(server)
		server.ExpectSockets(1)
	})
}

// 9.3: the answer's length is the answer's
func TestAnswer(t *testing.T) {
	t.Run("also where upper case is longer", func(t *testing.T) {
		client := lab.Serve(t).TCP("client")

		client.Say(frame("\xff\xfe\xfd")) // no text: any answer will do
		size := client.ExpectSome(4)
		client.ExpectSome(int(binary.BigEndian.Uint32([]byte(size))))
		client.Say(frame("ok"))
		client.Expect(frame("OK"))
	})
}

// 9.4: whoever says a length is a stranger
func TestLimit(t *testing.T) {
	t.Run("a payload of 65,536 bytes is answered, and so are fifty more", func(t *testing.T) {
		client := lab.Serve(t).TCP("client")

		for i := range 51 {
			client.Say(frame(strings.Repeat("x", 65_536-i%2)))
			client.Expect(frame(strings.Repeat("X", 65_536-i%2)))
		}
	})

	t.Run("and every frame of a client that listens late", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.SlowTCP("client")
		chapter := func(i int) string { return frame(fmt.Sprintf("chapter %d%s", i, strings.Repeat(" and so on", 30))) }

		said := client.Flood(chapter)
		client.End()
		client.ReadUntilTaken()
		client.Expect(strings.ToUpper(strings.Join(said, "")))
		client.ExpectEnd()
	})

	t.Run("one byte more is refused, before it is waited for, or memory is set aside", func(t *testing.T) {
		for _, said := range []string{
			frame(strings.Repeat("x", 65_537)),
			"\x00\x01\x00\x01", // 65,537
			"\xff\xff\xff\xff", // 4 GiB; with a sign, -1
		} {
			server := lab.Serve(t)
			client := server.TCP("client")

			client.Say(said)
			client.ExpectOver()

			server.ExpectComplaints(1)
			server.ExpectMemory(512 << 20)
			expectService(server)
		}
	})

	t.Run("and so is every such client, however many come", func(t *testing.T) {
		server := lab.Serve(t)

		for range 10 {
			greedy := server.TCP("greedy")
			greedy.Say("\x00\x01\x00\x01")
			greedy.ExpectOver()
			greedy.Close()
			shy := server.TCP("shy")
			shy.Say("\x00\x00\x00\x05hel")
			shy.End()
			shy.ExpectEnd()
			shy.Close()
		}

		server.ExpectComplaints(20)
		expectService(server)
		server.ExpectSockets(1)
	})
}

// 9.2: and goes on as every server does
func TestKeepsServing(t *testing.T) {
	lab.Protocol{
		Ask:     frame,
		Answer:  func(text string) string { return frame(strings.ToUpper(text)) },
		Texts:   []string{"", "?", "\n", "\x00", "%s %d", strings.Repeat("x", 65_536)},
		Refused: []string{"\x00\x00", "\x00\x00\x00\x05hel", "\x00\x01\x00\x01", frame("\xff\xfe\x00\x80")},
	}.KeepsServing(t)
}

// 9.1: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { transcripts.Run(t) }

// expectService wants the next client to be served.
func expectService(server *lab.Server) {
	server.Settle() // it may still be busy with the last one
	client := server.TCP("next")
	client.Say(frame("still there"))
	client.Expect(frame("STILL THERE"))
	client.Close()
}

// frame is a payload with its length before it.
func frame(payload string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(payload)))) + payload
}
