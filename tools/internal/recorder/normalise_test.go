package recorder

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/wire"
)

// talk is a conversation with ports and times as they come.
func talk() wire.Conversation {
	return wire.Conversation{
		Server: "udpserver", Address: "127.0.0.1:45871",
		Clients: []wire.Client{{Name: "ann", Address: "127.0.0.1:40112"}, {Name: "bob", Address: "127.0.0.1:40113"}},
		Events: []wire.Event{
			{At: 200 * time.Microsecond, Client: "ann", Kind: wire.Bytes, ToServer: true, Data: []byte("it took 1.2 ms")},
			{At: 12 * time.Millisecond, Client: "ann", Kind: wire.Bytes, From: "127.0.0.1:45999"},
			{At: 2 * time.Second, Kind: wire.Silence, Text: "1.73 s of processor time"},
		},
	}
}

func TestConversation(t *testing.T) {
	c := talk()
	got, mark := addresses(c).conversation(c, wire.Mark{Event: 1, Words: "wanted it from 127.0.0.1:45871"})

	assert.Equal(t, wire.Conversation{
		Server: "udpserver", Address: "127.0.0.1:12000",
		Clients: []wire.Client{{Name: "ann", Address: "127.0.0.1:50001"}, {Name: "bob", Address: "127.0.0.1:50002"}},
		Events: []wire.Event{
			{At: 100 * time.Microsecond, Client: "ann", Kind: wire.Bytes, ToServer: true, Data: []byte("it took 1.2 ms")},
			{At: 200 * time.Microsecond, Client: "ann", Kind: wire.Bytes, From: "127.0.0.1:50003"},
			{At: 300 * time.Microsecond, Kind: wire.Silence, Text: "1.00 s of processor time"},
		},
	}, got)
	assert.Equal(t, wire.Mark{Event: 1, Words: "wanted it from 127.0.0.1:12000"}, mark)
	assert.Equal(t, talk(), c, "the original stays")
}

func TestText(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"a text without ports stays", "$ go run ./chapters/01-echo\n", "$ go run ./chapters/01-echo\n"},
		{"the server's port is 12000", "ready on 127.0.0.1:45871\n", "ready on 127.0.0.1:12000\n"},
		{"its clients' are 50001 and up", "127.0.0.1:40113, 127.0.0.1:40112", "127.0.0.1:50002, 127.0.0.1:50001"},
		{"somebody else's come behind those", "127.0.0.1:40114", "127.0.0.1:50004"},
		{"a port that a program has in its source stays", "127.0.0.1:8080", "127.0.0.1:8080"},
		{"a port of more digits is another one", "127.0.0.1:458719", "127.0.0.1:50004"},
		{"a time that a program prints stays", "after  2.5 ms and 1.20 s", "after  2.5 ms and 1.20 s"},
	} {
		t.Run(test.name, func(t *testing.T) { assert.Equal(t, test.want, addresses(talk()).text(test.text)) })
	}
	assert.Equal(t, "nc 127.0.0.1 12000", addresses(talk()).terminal("nc 127.0.0.1 45871", "127.0.0.1:45871"))
}

func TestNormalise(t *testing.T) {
	f := &failure.Failure{
		Sentence: "No socket is open on 127.0.0.1:45871.", Conversation: talk(), Mark: wire.Mark{Event: -1, Offset: -1},
		Program: failure.State{Command: "udpclient -addr 127.0.0.1:45871", Stdout: "a round trip:  1.2 ms\n", Waited: "1.73 s of processor time"},
	}
	got := normalise(f)

	assert.Equal(t, "No socket is open on 127.0.0.1:12000.", got.Sentence)
	assert.Equal(t, "udpclient -addr 127.0.0.1:12000", got.Program.Command)
	assert.Equal(t, "a round trip:  1.2 ms\n", got.Program.Stdout)
	assert.Equal(t, "1.00 s of processor time", got.Program.Waited)
	assert.Equal(t, "127.0.0.1:45871", f.Conversation.Address, "the original stays")
}
