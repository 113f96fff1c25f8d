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
// then so do the lines behind them. It returns once nothing moves any more, or
// has not for a moment. The rest of the text follows while the client reads. A
// program that is slow only makes the wait less certain.
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
	for began, before := time.Now(), int64(-1); time.Since(began) < deadline; {
		c.program.endsWithin(200 * time.Millisecond)
		now := sent.Load()
		if now == before {
			return
		}
		before = now
	}
}
