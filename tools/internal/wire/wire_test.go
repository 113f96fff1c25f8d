package wire_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"sockets.test/tools/internal/wire"
)

// go test ./tools/internal/wire -update draws testdata/drawings.txtar anew. Look at it.
var update = flag.Bool("update", false, "draw testdata/drawings.txtar anew")

const (
	server = true
	client = false
)

func said(name string, toServer bool, data string) wire.Event {
	return wire.Event{Client: name, Kind: wire.Bytes, ToServer: toServer, Data: []byte(data)}
}

func did(name string, kind wire.Kind, toServer bool) wire.Event {
	return wire.Event{Client: name, Kind: kind, ToServer: toServer}
}

// record is of one client, or of as many as names.
func record(names []string, events ...wire.Event) *wire.Record {
	r := wire.New("udpserver")
	r.Address = "127.0.0.1:12000"
	for i, name := range names {
		r.Join(name, fmt.Sprintf("127.0.0.1:%d", 50001+i))
	}
	for _, e := range events {
		r.Add(e)
	}
	return r
}

var (
	one   = []string{"client"}
	three = []string{"ann", "bob", "charlotte"}
	text  = strings.Repeat("abcdefghijklmnopqrstuvwxyz", 20)
	kinds = []string{"hello", "", "a\tb\r\n\x00", "naïve \xff", `"\`}
)

func many(n int) (events []wire.Event) {
	for i := range n {
		events = append(events, said("client", i%2 == 0, fmt.Sprint("event ", i)))
	}
	return events
}

func onLeft(r *wire.Record) *wire.Record {
	r.OnLeft = true
	return r
}

func ofEveryKind() (events []wire.Event) {
	for _, data := range kinds {
		events = append(events, said("client", server, data), said("client", client, data))
	}
	return events
}

// marked is a record of one answer, with a caret at a byte of it.
func marked(data string, offset int, words string) picture {
	r := record(one, said("client", server, "a question"), said("client", client, data))
	return picture{r.Conversation(), wire.Mark{Event: 1, Offset: offset, Words: words}}
}

func drawn(r *wire.Record) picture {
	return picture{r.Conversation(), wire.Mark{Event: -1, Offset: -1}}
}

// A picture is what can be drawn.
type picture struct {
	of   wire.Conversation
	mark wire.Mark
}

func (p picture) draw(columns int) string { return p.of.Draw(&p.mark, columns) }

var drawings = []struct {
	name string
	picture
}{
	{"nothing happened", drawn(record(one))},
	{"one client", drawn(record(one, said("client", server, kinds[0]), said("client", client, "HELLO")))},
	{"three clients", drawn(record(three, said("ann", server, kinds[0]), said("charlotte", server, kinds[0]), said("bob", client, "HELLO"), wire.Event{Kind: wire.Silence, Text: "asleep"}))},
	{"the program on the left", drawn(onLeft(record(one, did("client", wire.Connect, server), said("client", server, "hello"), wire.Event{Kind: wire.Exit, Text: "exit status 1"})))},
	{"bytes of every kind", drawn(record(one, ofEveryKind()...))},
	{"long data", drawn(record(one, said("client", server, text), said("client", client, strings.Repeat("\x00", 1000))))},
	{"data that just fits, and that just does not", drawn(record(one, said("client", server, text[:42]), said("client", server, text[:43]), said("client", client, text[:42]), said("client", client, text[:43])))},
	{"every kind of event", drawn(record(one,
		did("client", wire.Refused, server), did("client", wire.Connect, server), said("client", server, "x"),
		did("client", wire.End, server), did("client", wire.End, client), did("client", wire.Reset, server), did("client", wire.Reset, client),
		did("client", wire.Close, server), wire.Event{Kind: wire.Note, Text: "a remark"},
		wire.Event{Kind: wire.Silence, Text: "asleep"}, wire.Event{Kind: wire.Exit, Text: "exit status 1"}))},
	{"from another address", drawn(record(one, wire.Event{Client: "client", Kind: wire.Bytes, Data: []byte("HELLO"), From: "127.0.0.1:50003"}))},

	{"caret at the start", marked("JELLO", 0, `wanted "HELLO"`)},
	{"caret in the middle", marked("HEXLO", 2, `wanted "HELLO"`)},
	{"caret at the end", marked("HELLA", 4, `wanted "HELLO"`)},
	{"caret one past the end", marked("HELL", 4, `wanted "HELLO": 1 byte too few`)},
	{"caret under an empty datagram", marked("", 0, `wanted "HELLO": 5 bytes too few`)},
	{"caret behind an escape", marked("\x00\r\nX", 3, `wanted "\x00\r\nY"`)},
	{"caret in the middle of a letter", marked("na\xc3\xafve", 3, `wanted "na\xc3\xaeve"`)},
	{"caret at the start of long data", marked(text, 0, "wanted more")},
	{"caret in the middle of long data", marked(text, 260, "wanted more")},
	{"caret at the end of long data", marked(text, len(text)-1, "wanted more")},
	{"caret one past the end of long data", marked(text, len(text), "wanted more")},
	{"caret in the middle of long binary data", marked(strings.Repeat("\xff", 1000), 500, "wanted more")},
	{"caret beyond the data", marked("short", 99, "wanted more")},
	{"caret with words that fit on its left only", marked("HELLO", 4, strings.Repeat("x", 40))},
	{"caret with words that fit on no side", marked("HELLO", 4, strings.Repeat("x", 80))},
	{"caret under what was sent", picture{record(one, said("client", server, "hello")).Conversation(), wire.Mark{Event: 0, Offset: 1, Words: `wanted "hallo"`}}},
	{"caret among clients", picture{record(three, said("ann", server, "a"), said("bob", client, "BOB"), said("charlotte", server, "c")).Conversation(), wire.Mark{Event: 1, Offset: 1, Words: "wanted more"}}},
	{"words below all", picture{record(one, said("client", server, "hello")).Conversation(), wire.Mark{Event: -1, Offset: -1, Words: `wanted "HELLO"`}}},

	{"as many events as there is room for", drawn(record(one, many(17)...))},
	{"more events", drawn(record(one, many(18)...))},
	{"a mark at the beginning of many", picture{record(one, many(100)...).Conversation(), wire.Mark{Event: 1, Offset: 0, Words: "wanted more"}}},
	{"a mark in the middle of many", picture{record(one, many(100)...).Conversation(), wire.Mark{Event: 51, Offset: 0, Words: "wanted more"}}},
	{"a mark at the end of many", picture{record(one, many(100)...).Conversation(), wire.Mark{Event: 99, Offset: 0, Words: "wanted more"}}},
}

var moment = regexp.MustCompile(`\d+\.\d+ ms`)

// A record is drawn with its lifelines straight, on one screen.
func TestDraw(t *testing.T) {
	golden := filepath.Join("testdata", "drawings.txtar")
	archive := &txtar.Archive{}
	if !*update {
		var err error
		archive, err = txtar.ParseFile(golden)
		require.NoError(t, err)
	}
	want := map[string]string{}
	for _, f := range archive.Files {
		want[f.Name] = string(f.Data)
	}
	drawn := &txtar.Archive{Comment: []byte("What the tests of package wire draw.\n\n")}
	for _, d := range drawings {
		got := moment.ReplaceAllString(d.draw(0), "0.0 ms")
		drawn.Files = append(drawn.Files, txtar.File{Name: d.name, Data: []byte(got)})
		t.Run(d.name, func(t *testing.T) {
			assertStraight(t, got)
			assert.Less(t, strings.Count(got, "\n"), 24)
			if !*update {
				assert.Equal(t, want[d.name], got)
			}
		})
	}
	if *update {
		require.NoError(t, os.WriteFile(golden, txtar.Format(drawn), 0o666))
	}
}

// assertStraight wants every line of an event to have its lifelines in the
// columns of the first.
func assertStraight(t *testing.T, drawing string) {
	t.Helper()
	var columns []int
	for line := range strings.Lines(drawing) {
		var at []int
		for i, r := range []rune(line) {
			if r == '│' || r == '╳' && i > 3 && []rune(line)[i-1] == ' ' || r == '╳' && i < 4 {
				at = append(at, i)
			}
		}
		if len(at) == 0 {
			continue // the head, or a caret
		}
		if columns == nil {
			columns = at
		}
		assert.Equal(t, columns, at, line)
		assert.LessOrEqual(t, len([]rune(line)), 98, line)
	}
}

// A conversation that was saved is the same when it is loaded.
func TestSave(t *testing.T) {
	c := record(three, said("ann", server, "\x00\xff"), did("bob", wire.Reset, client), wire.Event{Kind: wire.Exit, Text: "exit status 1"}).Conversation()
	c.Terminals = []wire.Terminal{{Command: "server", Out: "ready\n"}, {Command: "nc", In: "hello\n", Out: "HELLO\n"}}
	path := filepath.Join(t.TempDir(), "conversation.json")

	require.NoError(t, c.Save(path))
	loaded, err := wire.Load(path)

	require.NoError(t, err)
	assert.Equal(t, c, loaded)
}

func TestLoad(t *testing.T) {
	_, err := wire.Load(filepath.Join(t.TempDir(), "none"))
	assert.ErrorIs(t, err, os.ErrNotExist)

	path := filepath.Join(t.TempDir(), "broken")
	require.NoError(t, os.WriteFile(path, []byte("{"), 0o666))
	_, err = wire.Load(path)
	assert.Error(t, err)
}

// Events are numbered in order, and carry the time since the record began.
func TestAdd(t *testing.T) {
	r := wire.New("udpserver")
	assert.False(t, r.Asked())

	assert.Equal(t, 0, r.Add(said("client", client, "WELCOME")))
	assert.False(t, r.Asked(), "the server spoke, nobody asked")
	assert.Equal(t, 1, r.Add(said("client", server, "hello")))

	assert.True(t, r.Asked())
	events := r.Events()
	assert.LessOrEqual(t, events[0].At, events[1].At)
	assert.Less(t, events[1].At, time.Minute)
	events[0].Text = "changed"
	assert.Empty(t, r.Events()[0].Text, "Events is a copy")
}

// Bytes are quoted as Go does, around the one that matters.
func TestQuote(t *testing.T) {
	const room = 30
	for _, q := range []struct {
		data string
		near int
		want string
	}{
		{"", 0, `""`},
		{"hello", 3, `"hello"`},
		{"é", 0, `"\xc3\xa9"`},
		{text[:28], 0, `"abcdefghijklmnopqrstuvwxyzab"`},
		{text[:29], 0, `"abcdefghijklmno…" (29 bytes)`},
		{text[:29], 14, `"…jklmnopqrstuvwx…" (29 bytes)`},
		{text[:29], 29, `"…opqrstuvwxyzabc" (29 bytes)`},
		{text[:29], 99, `"…opqrstuvwxyzabc" (29 bytes)`},
		{strings.Repeat("\xff", 29), 20, `"…\xff\xff\xff…" (29 bytes)`},
	} {
		got := (&wire.Excerpt{Data: []byte(q.data)}).Quote(q.near, room)
		assert.Equal(t, q.want, got, "%q near %d", q.data, q.near)
		assert.LessOrEqual(t, len([]rune(got)), room)
	}
}
