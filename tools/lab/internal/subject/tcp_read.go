package subject

import (
	"errors"
	"io"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/kernel"
	"sockets.test/tools/lab/internal/wait"
)

// A piece is what one Read returned: an event, and how many bytes of it are
// still to be asked for.
type piece struct{ event, size, left int }

// Drain takes up to most bytes, until the stream is over or the program is silent,
// and returns how many that was. Neither they nor the end are judged.
func (c *TCP) Drain(most int) (n int) {
	buf := make([]byte, 1<<20)
	take := func(step time.Duration) bool { return c.take(buf, step) }
	for {
		n += len(c.In)
		c.Consume(len(c.In))
		if n >= most || c.Over != "" || c.Program.Waits.Await(take, func() bool { return kernel.Holds(c.Conn) }).End != wait.Done {
			return n + len(c.In)
		}
	}
}

// Read takes what one Read returns.
func (c *TCP) Read() wait.Result { return c.ReadFor(wait.Deadline) }

func (c *TCP) ReadFor(limit time.Duration) wait.Result {
	buf := make([]byte, 1<<16)
	return c.Program.Waits.AwaitFor(limit, func(step time.Duration) bool { return c.take(buf, step) }, func() bool { return kernel.Holds(c.Conn) })
}

// ReadFirst waits until a byte or the end has come.
func (c *TCP) ReadFirst() (w wait.Result) {
	for len(c.In) == 0 && w.End == wait.Done && c.Over == "" {
		w = c.Read()
	}
	return w
}

// take waits for a step until there is something to read, and reports whether
// there was: bytes, or the end.
func (c *TCP) take(buf []byte, step time.Duration) bool {
	c.Conn.SetReadDeadline(time.Now().Add(step))
	n, err := c.Conn.Read(buf)
	c.Program.flow.Add(int64(n))
	if n > 0 {
		i := c.Program.Record.Add(wire.Event{Client: c.Name, Kind: wire.Bytes, ToServer: c.Serves, Data: append([]byte(nil), buf[:n]...)})
		c.In = append(c.In, buf[:n]...)
		c.pieces = append(c.pieces, piece{i, n, n})
	}
	switch {
	case errors.Is(err, io.EOF):
		c.Over = failure.HungUp
		c.Program.Record.Add(wire.Event{Client: c.Name, Kind: wire.End, ToServer: c.Serves})
	case kernel.IsReset(err):
		c.Over = failure.Reset
		c.Program.Record.Add(wire.Event{Client: c.Name, Kind: wire.Reset, ToServer: c.Serves})
	}
	return n > 0 || c.Over != ""
}

// DrainUpTo takes all that still comes, up to a bound.
func (c *TCP) DrainUpTo(bound int) {
	for len(c.In) < bound && c.Over == "" && c.Read().End == wait.Done {
	}
}

// Consume drops the first n bytes, which were asked for.
func (c *TCP) Consume(n int) {
	c.In = c.In[n:]
	for n > 0 {
		p := &c.pieces[0]
		take := min(n, p.left)
		p.left -= take
		n -= take
		if p.left == 0 {
			c.pieces = c.pieces[1:]
		}
	}
}

// Locate finds the event that holds byte n of what was not yet asked for, and
// where in it that byte stands.
func (c *TCP) Locate(n int) (event, offset int) {
	for _, p := range c.pieces {
		if n < p.left {
			return p.event, p.size - p.left + n
		}
		n -= p.left
	}
	if len(c.pieces) > 0 { // just behind the last byte
		last := c.pieces[len(c.pieces)-1]
		return last.event, last.size
	}
	return -1, -1
}

// FirstDifference is the index of the first byte in which got is not want.
func FirstDifference(want string, got []byte) int {
	for i := range got {
		if i >= len(want) || got[i] != want[i] {
			return i
		}
	}
	return len(got)
}
