package wire_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"sockets.test/tools/internal/wire"
)

const before, after = "✗ A failure:  of columns\n\n", "\n    read again   chapters/01/README.md:128, 1.3\n"

// Every drawing, indented as failures are, fits narrow screens, and still says
// what it said: each event has its time, each caret its byte.
func TestNarrow(t *testing.T) {
	for _, d := range drawings {
		t.Run(d.name, func(t *testing.T) {
			text := before + indented(d.draw()) + after
			assert.Equal(t, text, wire.Narrow(text, 200), "what fits stays")
			for columns := 50; columns < 100; columns++ {
				narrow := wire.Narrow(text, columns)

				assert.True(t, strings.HasPrefix(narrow, before) && strings.HasSuffix(narrow, after), "more than the drawing changed")
				assert.Len(t, moment.FindAllString(narrow, -1), len(moment.FindAllString(text, -1)), "a time is lost:\n%s", narrow)
				assert.Equal(t, pointedAt(text), pointedAt(narrow), "a caret is elsewhere:\n%s", narrow)
				assertStraight(t, narrow)
				for line := range strings.Lines(narrow) {
					if strings.ContainsAny(line, "│╳^") {
						assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimRight(line, "\n")), columns, line)
					}
				}
			}
		})
	}
}

func TestNarrowDrawings(t *testing.T) {
	for _, test := range []struct {
		name    string
		columns int
		draw    func() string
		want    string
	}{
		{"arrows are shorter, the head may take two lines, words go where there is room", 50,
			marked("HEXLO", 2, `wanted "HELLO"`), `
    client 127.0.0.1:50001
                         udpserver 127.0.0.1:12000
      │ "a question" ──────────────────▶ │  0.0 ms
      │ ◀─────────────────────── "HEXLO" │  0.0 ms
                     wanted "HELLO" ^
`},
		{"of many bytes fewer are shown, and how many there are", 50,
			drawn(record(one, said("client", server, text[:42]), said("client", client, text))), `
    client 127.0.0.1:50001
                         udpserver 127.0.0.1:12000
      │ "abcdefghijklm…" (42 bytes) ───▶ │  0.0 ms
      │ ◀─── "abcdefghijkl…" (520 bytes) │  0.0 ms
`},
		{"the indentation goes before the last arrow does", 50,
			drawn(record(three, said("charlotte", server, "hello"), wire.Event{Kind: wire.Silence, Text: "asleep"})), `
3 clients                udpserver 127.0.0.1:12000
charlotte    │ "hello" ────────────────▶ │  0.0 ms
             │          asleep           │  0.0 ms
`},
		{"what stands behind the time goes below", 60,
			drawn(record(one, wire.Event{Client: "client", Kind: wire.Bytes, Data: []byte("HELLO"), From: "127.0.0.1:50003"})), `
    client 127.0.0.1:50001         udpserver 127.0.0.1:12000
      │ ◀───────────────────────────────── "HELLO" │  0.0 ms
      │            from 127.0.0.1:50003            │
`},
		{"what is lost, or refused, stays so", 50,
			drawn(record(one, wire.Event{Client: "client", Kind: wire.Bytes, ToServer: true, Data: []byte("a"), Lost: true}, wire.Event{Client: "client", Kind: wire.Bytes, Data: []byte("b"), Lost: true}, did("client", wire.Refused, server))), `
    client 127.0.0.1:50001
                         udpserver 127.0.0.1:12000
      │ "a" ───────────────────────────╳ │  0.0 ms
      │ ╳─────────────────────────── "b" │  0.0 ms
      │ is refused ────────────────────╳ │  0.0 ms
`},
		{"what cannot be drawn says so", 40,
			drawn(record(three, said("ann", server, "hello"))), `
(The conversation needs 49 columns to be drawn; here are 40.)
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			narrow := wire.Narrow(indented(test.draw()), test.columns)

			assert.Equal(t, test.want[1:], moment.ReplaceAllString(narrow, "0.0 ms"))
		})
	}
}

func indented(text string) string {
	b := new(strings.Builder)
	for line := range strings.Lines(text) {
		b.WriteString("    " + line)
	}
	return b.String()
}

// pointedAt is what stands above each caret.
func pointedAt(text string) (list []string) {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		at := strings.Index(line, "^")
		if at < 0 {
			continue
		}
		above := []rune(lines[i-1])
		list = append(list, string(above[utf8.RuneCountInString(line[:at]):][:1]))
	}
	return list
}
