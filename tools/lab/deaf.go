package lab

import (
	"strings"
	"sync"
	"time"

	"sockets.test/tools/internal/wire"
)

// NarrowTCP connects a client as over a real network: little is on the way at
// one time, and the rest waits at the program.
func (s *Server) NarrowTCP(name string, causes ...Cause) *TCP {
	s.t.Helper()
	return s.connect(name, narrow, causes)
}

// SayDeaf says the lines that next gives, a hundred at a time, and reads nothing
// meanwhile: the answers wait, and then so do the lines behind them. It returns
// the hundreds that it began to say. It has said enough when the program sleeps,
// and will until the client reads; or, if something else may wake it, such as a
// deadline, after some seconds; or when the program has taken more than the
// kernel keeps for it, and so keeps or drops the rest itself. What is on its way
// then follows while the client reads.
func (c *TCP) SayDeaf(next func(i int) string) (hundreds []string) {
	c.program.t.Helper()
	const patience = 3 * time.Second
	var (
		mu   sync.Mutex
		full bool
		sent int
		turn = make(chan struct{})
	)
	c.said = true
	go func() {
		defer close(turn)
		for i := 0; ; {
			b := new(strings.Builder)
			for range 100 {
				b.WriteString(next(i))
				i++
			}
			mu.Lock()
			if full {
				mu.Unlock()
				return
			}
			hundreds = append(hundreds, b.String())
			mu.Unlock()
			c.conn.SetWriteDeadline(time.Now().Add(starved * deadline))
			n, err := c.conn.Write([]byte(b.String()))
			mu.Lock()
			sent += n
			mu.Unlock()
			if err != nil {
				return // what the client then receives tells
			}
		}
	}()
	plenty := 2*kept() + 1<<20
	c.program.awaitFor(patience, func(step time.Duration) bool {
		select {
		case <-turn:
			return true
		case <-time.After(step):
		}
		mu.Lock()
		defer mu.Unlock()
		return sent > plenty
	}, nil)
	mu.Lock()
	defer mu.Unlock()
	full = true
	c.program.record.Add(wire.Event{Client: c.name, Kind: wire.Bytes, ToServer: !c.serves, Data: []byte(strings.Join(hundreds, ""))})
	return hundreds
}
