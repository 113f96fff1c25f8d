package wire

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// texts reads an SVG as XML, strictly, and gives what can be read in it.
func texts(t *testing.T, picture []byte) string {
	t.Helper()
	b := new(strings.Builder)
	d := xml.NewDecoder(bytes.NewReader(picture))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		require.NoError(t, err)
		if text, ok := token.(xml.CharData); ok {
			b.Write(text)
		}
	}
}

func conversation() *Record {
	r := New("tcpserver")
	r.Address = "127.0.0.1:12000"
	r.Join("ann", "127.0.0.1:50001")
	r.Join("bob", "127.0.0.1:50002")
	for _, client := range []string{"ann", "bob"} {
		r.Add(Event{Client: client, Kind: Connect, ToServer: true})
		r.Add(Event{Client: client, Kind: Bytes, ToServer: true, Data: []byte("a <b> & \"c\" \x00\xff\r\n")})
		r.Add(Event{Client: client, Kind: Bytes, Data: []byte(strings.Repeat("long", 1000))})
		r.Add(Event{Client: client, Kind: End, ToServer: true})
		r.Add(Event{Client: client, Kind: End})
	}
	return r
}

func TestSVG(t *testing.T) {
	t.Run("a TCP server has a welcome socket, and a connection socket for each client", func(t *testing.T) {
		picture, err := conversation().Conversation().SVG("A title with <signs> & \x01 more")
		require.NoError(t, err)

		said := texts(t, picture)
		assert.Equal(t, 1, strings.Count(said, "welcome socket"))
		assert.Equal(t, 2, strings.Count(said, "connection socket"))
		assert.Contains(t, said, `"a <b> & \"c\" \x00\xff\r\n"`)
		assert.Contains(t, said, "(4000 bytes)")
		assert.Contains(t, said, "A title with <signs> & � more")
		assert.Contains(t, string(picture), "prefers-color-scheme: dark")
		assert.Contains(t, string(picture), SVGMark)
	})

	t.Run("a UDP server has one socket", func(t *testing.T) {
		r := New("udpserver")
		r.Join("ann", "127.0.0.1:50001")
		r.Add(Event{Client: "ann", Kind: Bytes, ToServer: true, Data: []byte("hi")})
		r.Add(Event{Client: "ann", Kind: Bytes, Data: []byte("HI"), From: "127.0.0.1:9"})
		picture, err := r.Conversation().SVG("")
		require.NoError(t, err)

		said := texts(t, picture)
		assert.Equal(t, 1, strings.Count(said, "UDP socket"))
		assert.NotContains(t, said, "welcome socket")
		assert.Contains(t, said, `"HI" from 127.0.0.1:9`)
	})

	t.Run("what is lost, or refused, does not arrive", func(t *testing.T) {
		r := New("udpserver")
		r.Join("ann", "127.0.0.1:50001")
		r.Join("bob", "127.0.0.1:50002")
		r.Add(Event{Client: "ann", Kind: Bytes, ToServer: true, Data: []byte("one")})
		r.Add(Event{Client: "ann", Kind: Bytes, ToServer: true, Data: []byte("two"), Lost: true})
		r.Add(Event{Client: "ann", Kind: Bytes, Data: []byte("ONE"), Lost: true})
		r.Add(Event{Client: "bob", Kind: Refused, ToServer: true})
		picture, err := r.Conversation().SVG("")
		require.NoError(t, err)

		assert.Contains(t, texts(t, picture), `"two" is lost`)
		assert.Equal(t, 1, strings.Count(string(picture), `class="tip`), "only one arrow arrives")
		assert.Equal(t, 3, strings.Count(string(picture), `class="cross`))
	})

	t.Run("what befalls the program goes across all of it", func(t *testing.T) {
		r := conversation()
		r.Join("cy", "127.0.0.1:50003") // who never connects, so speaks UDP
		r.Add(Event{Client: "cy", Kind: Bytes, ToServer: true, Data: []byte("hi")})
		r.Add(Event{Kind: Silence, Text: "asleep"})
		r.Add(Event{Kind: Exit, Text: "exit status 0"})
		picture, err := r.Conversation().SVG("")
		require.NoError(t, err)

		frame := regexp.MustCompile(`class="program" x="([\d.]+)"`).FindSubmatch(picture)
		require.NotNil(t, frame)
		across := regexp.MustCompile(`class="across [^"]*" d="M` + string(frame[1]) + " ")
		assert.Len(t, across.FindAll(picture, -1), 2)
		assert.Equal(t, 2, strings.Count(string(picture), `class="cross`), "its two sockets that are open end with it")
	})

	t.Run("a server of both protocols has both sockets", func(t *testing.T) {
		r := conversation()
		r.Join("cy", "127.0.0.1:50003")
		r.Add(Event{Client: "cy", Kind: Bytes, ToServer: true, Data: []byte("hi")})
		picture, err := r.Conversation().SVG("")
		require.NoError(t, err)

		said := texts(t, picture)
		assert.Equal(t, 1, strings.Count(said, "UDP socket"))
		assert.Equal(t, 1, strings.Count(said, "welcome socket"))
		assert.Equal(t, 2, strings.Count(said, "connection socket"))
	})

	t.Run("every kind of event can be drawn, also many, on either side", func(t *testing.T) {
		for _, left := range []bool{false, true} {
			r := conversation()
			r.OnLeft = left
			for _, kind := range []Kind{Connect, Refused, Close, Reset, Silence, Note, Exit} {
				r.Add(Event{Client: "ann", Kind: kind, ToServer: true, Text: "words & words"})
			}
			for range 100 {
				r.Add(Event{Client: "bob", Kind: Bytes, Data: []byte("x")})
			}
			picture, err := r.Conversation().SVG("")
			require.NoError(t, err)
			said := texts(t, picture)
			assert.Contains(t, said, "... 77 more ...")
			assert.Contains(t, said, "exits: words & words")
		}
	})

	t.Run("nothing cannot be drawn", func(t *testing.T) {
		_, err := New("server").Conversation().SVG("")
		require.Error(t, err)
	})
}
