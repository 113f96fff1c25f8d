package lab

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"sockets.test/tools/internal/wire"
)

// A script says in which order datagrams arrive, and which do not.
func TestLinkScript(t *testing.T) {
	for script, want := range map[string]string{
		"":                                   "1 2 3 4 5 6",
		"drop 3 6":                           "1 2 (3) 4 5 (6)",
		"drop all":                           "(1) (2) (3) (4) (5) (6)",
		"twice 5":                            "1 2 3 4 5 5 6",
		"repeat 2 after 4":                   "1 2 3 4 2 5 6",
		"repeat 2 after 4, repeat 2 after 6": "1 2 3 4 2 5 6 2",
		"hold 2 until 3":                     "1 3 2 4 5 6",
		"hold 2 3 4 until 5":                 "1 5 2 3 4 6",
		"hold 2 until 4, drop 4":             "1 3 (4) 2 5 6",
		"hold 2 until 9":                     "1 3 4 5 6",
		"answers drop 1":                     "1 2 3 4 5 6",
	} {
		t.Run(script, func(t *testing.T) {
			var list []string
			if script != "" {
				list = strings.Split(script, ", ")
			}
			l := NewLink(t, list...)
			sink := listenUDP(t, AnyPort)
			l.udp = netip.MustParseAddrPort(sink.LocalAddr().String())
			l.program = &Program{record: wire.New("server")}
			f := l.flow(netip.MustParseAddrPort(l.Addr))

			for _, n := range "123456" {
				l.pass(&l.there, &datagram{flow: f, data: []byte(string(n))})
			}

			var arrived []string
			for _, e := range l.program.record.Events() {
				if e.Lost {
					arrived = append(arrived, "("+string(e.Data)+")")
				} else {
					arrived = append(arrived, string(e.Data))
				}
			}
			assert.Equal(t, want, strings.Join(arrived, " "))
		})
	}
}

// What is no instruction is refused.
func TestLinkRefuses(t *testing.T) {
	for _, script := range []string{"", "lose 3", "drop", "hold until 3", "drop three", "hold 2", "hold 2 after 3", "repeat 2", "cut 3", "pieces", "answers lines", "drop 3 until 4"} {
		assert.Error(t, NewLink(t).read(script), script)
	}
}
