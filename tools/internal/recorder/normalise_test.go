package recorder

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNormalise(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"a text without ports or times stays",
			"$ go run ./chapters/01-echo\n", "$ go run ./chapters/01-echo\n"},
		{"the server's port is 12000",
			"ready on 127.0.0.1:45871\n", "ready on 127.0.0.1:12000\n"},
		{"its clients' are 50001 and up, in the order in which they come",
			"client 127.0.0.1:40112   udpserver 127.0.0.1:45871\nbob 127.0.0.1:40113\nagain 127.0.0.1:40112 and 127.0.0.1:45871",
			"client 127.0.0.1:50001   udpserver 127.0.0.1:12000\nbob 127.0.0.1:50002\nagain 127.0.0.1:50001 and 127.0.0.1:12000"},
		{"times count up in tenths, whatever their unit and width",
			"│  0.2 ms\n│ 12.4 ms\n│  1.5 s\n", "│  0.1 ms\n│  0.2 ms\n│  0.3 ms\n"},
		{"a port that a server chose itself is not a client's",
			"x 127.0.0.1:40112\n", "x 127.0.0.1:50001\n"},
		{"words that look like a time stay",
			"after 2 ms, 3.5 msg and 10 s\n", "after 2 ms, 3.5 msg and 10 s\n"},
	} {
		t.Run(test.name, func(t *testing.T) { assert.Equal(t, test.want, normalise(test.text)) })
	}
}
