package wire_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"sockets.test/tools/internal/wire"
)

// Every drawing fits narrow screens, and still says what it said: each caret is
// below its byte, and each event has its time, as long as there is room for times.
func TestNarrow(t *testing.T) {
	for _, d := range drawings {
		t.Run(d.name, func(t *testing.T) {
			wide := d.draw(0)
			assert.Equal(t, wide, d.draw(120), "what fits stays")
			for columns := 40; columns < 100; columns++ {
				narrow := d.draw(columns)

				assert.Equal(t, pointedAt(wide), pointedAt(narrow), "a caret is elsewhere:\n%s", narrow)
				if columns >= 50 {
					assert.Len(t, moment.FindAllString(narrow, -1), len(moment.FindAllString(wide, -1)), "a time is lost:\n%s", narrow)
				}
				assertStraight(t, narrow)
				for line := range strings.Lines(narrow) {
					assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimRight(line, "\n")), columns, narrow)
				}
			}
		})
	}
}

func TestNarrowDrawings(t *testing.T) {
	for _, test := range []struct {
		name    string
		columns int
		picture picture
		want    string
	}{
		{"arrows are shorter, the head may take two lines, words go where there is room", 46,
			marked("HEXLO", 2, `wanted "HELLO"`), `
client 127.0.0.1:50001
                     udpserver 127.0.0.1:12000
  │ "a question" ──────────────────▶ │  0.0 ms
  │ ◀─────────────────────── "HEXLO" │  0.0 ms
                 wanted "HELLO" ^
`},
		{"of many bytes fewer are shown, and how many there are", 46,
			drawn(record(one, said("client", server, text[:42]), said("client", client, text))), `
client 127.0.0.1:50001
                     udpserver 127.0.0.1:12000
  │ "abcdefghijklm…" (42 bytes) ───▶ │  0.0 ms
  │ ◀─── "abcdefghijkl…" (520 bytes) │  0.0 ms
`},
		{"what stands behind the time goes below", 60,
			drawn(record(one, wire.Event{Client: "client", Kind: wire.Bytes, Data: []byte("HELLO"), From: "127.0.0.1:50003"})), `
client 127.0.0.1:50001             udpserver 127.0.0.1:12000
  │ ◀───────────────────────────────────── "HELLO" │  0.0 ms
  │              from 127.0.0.1:50003              │
`},
		{"what is lost, or refused, stays so", 46,
			drawn(record(one, wire.Event{Client: "client", Kind: wire.Bytes, ToServer: true, Data: []byte("a"), Lost: true}, wire.Event{Client: "client", Kind: wire.Bytes, Data: []byte("b"), Lost: true}, did("client", wire.Refused, server))), `
client 127.0.0.1:50001
                     udpserver 127.0.0.1:12000
  │ "a" ───────────────────────────╳ │  0.0 ms
  │ ╳─────────────────────────── "b" │  0.0 ms
  │ is refused ────────────────────╳ │  0.0 ms
`},
		{"the times go before the arrows do", 41,
			drawn(record(three, said("charlotte", server, "hello"), wire.Event{Kind: wire.Silence, Text: "asleep"})), `
3 clients       udpserver 127.0.0.1:12000
charlotte    │ "hello" ───────────────▶ │
             │          asleep          │
`},
		{"then long names do", 39,
			drawn(record(three, said("charlotte", server, "hello"))), `
3 clients     udpserver 127.0.0.1:12000
charl…    │ "hello" ────────────────▶ │
`},
		{"what cannot be drawn says so", 30,
			drawn(record(three, said("ann", server, "hello"))), `
(The conversation needs a
wider screen to be drawn.)
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			narrow := test.picture.draw(test.columns)

			assert.Equal(t, test.want[1:], moment.ReplaceAllString(narrow, "0.0 ms"))
		})
	}
}

// A conversation that was made brief is drawn as the whole is.
func TestBrief(t *testing.T) {
	long := strings.Repeat(text, 40)
	lossy := many(300)
	for i := range lossy {
		lossy[i].Lost = i%9 == 0
	}
	someLost := many(300)
	for _, i := range []int{40, 42, 43, 200} {
		someLost[i].Lost = true
	}
	large := many(60)
	for i := range large {
		large[i].Data = []byte(fmt.Sprint(i, long))
	}
	for name, events := range map[string][]wire.Event{
		"short": many(3), "a screenful": many(17), "some more": many(50), "long": many(400), "some are lost": someLost, "many are lost": lossy, "large": large,
	} {
		for _, event := range []int{-1, 0, 2, 7, 20, 150, 299} {
			if event >= len(events) {
				continue
			}
			for _, offset := range []int{-1, 0, 3, 300, 10_000, len(large[0].Data), 1_000_000} {
				t.Run(fmt.Sprintf("%s, marked at byte %d of event %d", name, offset, event), func(t *testing.T) {
					whole := picture{record(one, events...).Conversation(), wire.Mark{Event: event, Offset: offset, Words: "wanted more"}}

					var brief picture
					brief.of, brief.mark = whole.of.Brief(whole.mark)

					for _, columns := range []int{0, 40, 70} {
						assert.Equal(t, whole.draw(columns), brief.draw(columns))
					}
					text, err := json.Marshal(brief.of)
					assert.NoError(t, err)
					assert.Less(t, len(text), 32<<10)
					again, mark := brief.of.Brief(brief.mark)
					assert.Equal(t, brief, picture{again, mark}, "brief is brief already")
				})
			}
		}
	}
}

// However short a conversation is made, the marked event stays.
func TestShorten(t *testing.T) {
	for most := range 20 {
		for _, event := range []int{0, 1, 5, 50, 98, 99} {
			c := record(one, many(100)...).Conversation()

			short, mark := c.Shorten(wire.Mark{Event: event}, most)

			assert.Equal(t, c.Events[event], short.Events[mark.Event])
			shown, all := 0, 0
			for _, e := range short.Events {
				if e.Kind != wire.Omitted {
					shown++
					e.Count = 1
				}
				all += e.Count
			}
			assert.LessOrEqual(t, shown, max(most+2, 1), "event %d", event)
			assert.Equal(t, 100, all)
		}
	}
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
