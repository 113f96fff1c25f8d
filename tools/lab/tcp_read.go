package lab

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
		n += len(c.in)
		c.consume(len(c.in))
		if n >= most || c.over != "" || c.program.waits.Await(take, func() bool { return kernel.Holds(c.conn) }).End != wait.Done {
			return n + len(c.in)
		}
	}
}

// read takes what one Read returns.
func (c *TCP) read() wait.Result { return c.readFor(wait.Deadline) }

func (c *TCP) readFor(limit time.Duration) wait.Result {
	buf := make([]byte, 1<<16)
	return c.program.waits.AwaitFor(limit, func(step time.Duration) bool { return c.take(buf, step) }, func() bool { return kernel.Holds(c.conn) })
}

// readFirst waits until a byte or the end has come.
func (c *TCP) readFirst() (w wait.Result) {
	for len(c.in) == 0 && w.End == wait.Done && c.over == "" {
		w = c.read()
	}
	return w
}

// take waits for a step until there is something to read, and reports whether
// there was: bytes, or the end.
func (c *TCP) take(buf []byte, step time.Duration) bool {
	c.conn.SetReadDeadline(time.Now().Add(step))
	n, err := c.conn.Read(buf)
	if n > 0 {
		i := c.program.record.Add(wire.Event{Client: c.name, Kind: wire.Bytes, ToServer: c.serves, Data: append([]byte(nil), buf[:n]...)})
		c.in = append(c.in, buf[:n]...)
		c.pieces = append(c.pieces, piece{i, n, n})
	}
	switch {
	case errors.Is(err, io.EOF):
		c.over = failure.HungUp
		c.program.record.Add(wire.Event{Client: c.name, Kind: wire.End, ToServer: c.serves})
	case kernel.IsReset(err):
		c.over = failure.Reset
		c.program.record.Add(wire.Event{Client: c.name, Kind: wire.Reset, ToServer: c.serves})
	}
	return n > 0 || c.over != ""
}

// drainUpTo takes all that still comes, up to a bound.
func (c *TCP) drainUpTo(bound int) {
	for len(c.in) < bound && c.over == "" && c.read().End == wait.Done {
	}
}

// consume drops the first n bytes, which were asked for.
func (c *TCP) consume(n int) {
	c.in = c.in[n:]
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

// locate finds the event that holds byte n of what was not yet asked for, and
// where in it that byte stands.
func (c *TCP) locate(n int) (event, offset int) {
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

// firstDifference is the index of the first byte in which got is not want.
func firstDifference(want string, got []byte) int {
	for i := range got {
		if i >= len(want) || got[i] != want[i] {
			return i
		}
	}
	return len(got)
}
