package lab

import (
	"sync/atomic"
	"time"

	"sockets.test/tools/internal/wire"
)

// NarrowTCP connects a client as over a real network: little is on the way at
// one time, and the rest waits at the program.
func (s *Server) NarrowTCP(name string, causes ...Cause) *TCP {
	s.t.Helper()
	return s.connect(name, narrow, causes)
}

// SayDeaf says a long text, and reads nothing meanwhile: the answers wait, and
// then so do the lines behind them. It returns when nothing has moved for a
// while, neither into the connection nor out of it into the program: by then one
// that gives the slow up has done so. The rest of the text follows while the
// client reads.
func (c *TCP) SayDeaf(text string) {
	c.program.t.Helper()
	c.said = true
	c.program.record.Add(wire.Event{Client: c.name, Kind: wire.Bytes, ToServer: !c.serves, Data: []byte(text)})
	var sent atomic.Int64
	go func() {
		for rest := text; rest != ""; {
			c.conn.SetWriteDeadline(time.Now().Add(deadline))
			n, err := c.conn.Write([]byte(rest[:min(len(rest), 1<<14)]))
			if err != nil {
				return // what the client then receives tells
			}
			sent.Add(int64(n))
			rest = rest[n:]
		}
	}()
	type state struct {
		sent   int64
		unread int
	}
	still, before := 0, state{sent: -1}
	for began := time.Now(); time.Since(began) < deadline && still < 3; still++ {
		time.Sleep(100 * time.Millisecond)
		now := state{sent.Load(), c.connection().RecvQ}
		if now != before {
			before, still = now, 0
		}
		if c.program.endsIn(0) {
			return
		}
	}
}
