package lab

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/internal/wire"
)

// A TCP is the lab's end of one connection with the program.
type TCP struct {
	name    string
	program *Program
	conn    *net.TCPConn
	serves  bool            // the lab is the server, and the program its client
	said    bool            // the lab has sent bytes
	saying  <-chan struct{} // closed when SayDeaf has sent all; nil without it

	in     []byte  // received, and not yet asked for
	pieces []piece // where in the record those bytes stand
	logged int     // lines about it that ExpectLogged has seen
	over   Outcome // HungUp or Reset once nothing more can come
}

// A piece is what one Read returned: an event, and how many bytes of it are
// still to be asked for.
type piece struct{ event, size, left int }

// TCP connects a client.
func (s *Server) TCP(name string, causes ...Cause) *TCP {
	s.t.Helper()
	return s.connect(name, nil, causes)
}

// connect connects a client whose socket was prepared in some way.
func (s *Server) connect(name string, prepare func(network, address string, socket syscall.RawConn) error, causes []Cause) *TCP {
	s.t.Helper()
	dialer := net.Dialer{Timeout: deadline, Control: prepare}
	conn, err := dialer.Dial("tcp4", s.Addr)
	if err != nil {
		if isRefused(err) || isReset(err) {
			s.record.Join(name, "")
			s.record.Add(wire.Event{Client: name, Kind: wire.Refused, ToServer: true})
			f := &finding{outcome: NotListening}
			if s.ended() {
				f.outcome = Exited
			}
			s.fail(f, causes)
		}
		s.t.Fatalf("lab: %v", err)
	}
	c := &TCP{name: name, program: s.Program, conn: conn.(*net.TCPConn)}
	s.t.Cleanup(func() { c.conn.Close() })
	s.record.Join(name, conn.LocalAddr().String())
	s.record.Add(wire.Event{Client: name, Kind: wire.Connect, ToServer: true})
	return c
}

// Say sends bytes in one Write. A connection that is gone takes them in
// silence: what the client then receives tells.
func (c *TCP) Say(text string) {
	c.program.t.Helper()
	c.say([]byte(text))
}

func (c *TCP) say(data []byte) {
	c.said = true
	c.program.record.Add(wire.Event{Client: c.name, Kind: wire.Bytes, ToServer: !c.serves, Data: data})
	for n := 1; n > 0 && len(data) > 0; data = data[n:] { // while it takes any, it is only slow
		c.conn.SetWriteDeadline(time.Now().Add(deadline))
		n, _ = c.conn.Write(data)
	}
}

// SayPieces sends each piece once the program has read the one before, so that
// no Read can see two of them together. Where the system does not show what
// was read, the pieces follow one another at once.
func (c *TCP) SayPieces(pieces ...string) {
	c.program.t.Helper()
	for i, text := range pieces {
		if i > 0 {
			c.taken()
		}
		c.say([]byte(text))
	}
}

// SayByteByByte sends every byte as a piece of its own.
func (c *TCP) SayByteByByte(text string) {
	c.program.t.Helper()
	c.SayPieces(everyByte(text)...)
}

// taken waits until the program has read all that was sent, or will not.
func (c *TCP) taken() {
	here, there := c.addresses()
	c.program.await(func(step time.Duration) bool {
		for began := time.Now(); ; {
			peer, ok := quiet.Connection(c.program.PID(), there, here)
			if !ok || peer.RecvQ == 0 && peer.Inode != 0 && unsent(c.conn) == 0 {
				return true
			}
			if time.Since(began) > step {
				return false
			}
		}
	}, nil)
}

func (c *TCP) addresses() (here, there netip.AddrPort) {
	return c.conn.LocalAddr().(*net.TCPAddr).AddrPort(), c.conn.RemoteAddr().(*net.TCPAddr).AddrPort()
}

// End half-closes: the program's Read sees the end of the stream, and the lab
// still listens.
func (c *TCP) End() {
	c.program.t.Helper()
	c.end()
}

func (c *TCP) end() {
	c.program.record.Add(wire.Event{Client: c.name, Kind: wire.End, ToServer: !c.serves})
	if c.saying == nil {
		c.conn.CloseWrite()
		return
	}
	go func() { // behind what is still on its way
		<-c.saying
		c.conn.CloseWrite()
	}()
}

// Close closes the lab's socket.
func (c *TCP) Close() {
	c.program.record.Add(wire.Event{Client: c.name, Kind: wire.Close, ToServer: !c.serves})
	c.conn.Close()
}

// Reset ends the connection with RST instead of FIN (RFC 9293 section 3.10.5).
func (c *TCP) Reset() {
	c.program.record.Add(wire.Event{Client: c.name, Kind: wire.Reset, ToServer: !c.serves})
	c.conn.SetLinger(0)
	c.conn.Close()
}

// Expect wants these bytes to come next, in however many pieces.
func (c *TCP) Expect(want string, causes ...Cause) {
	c.program.t.Helper()
	end := done
	for good := 0; len(c.in) < len(want) && want[good:len(c.in)] == string(c.in[good:]) && end == done && c.over == ""; {
		good = len(c.in)
		end = c.read()
	}
	if strings.HasPrefix(string(c.in), want) {
		c.consume(len(want))
		return
	}
	f := &finding{want: want, wanted: true, tcp: c}
	if !strings.HasPrefix(want, string(c.in)) {
		c.drain() // the whole wrong answer tells more than its beginning
		f.outcome = Wrong
	} else if c.over != "" {
		f.outcome = c.over
		if c.program.ended() {
			f.outcome = Exited
		}
	} else {
		f.outcome = c.silence(end)
	}
	f.got = c.in
	f.event, f.offset = c.locate(firstDifference(want, c.in))
	c.program.fail(f, causes)
}

// ExpectEnd wants the end of the stream, and no byte before it.
func (c *TCP) ExpectEnd(causes ...Cause) {
	c.program.t.Helper()
	end := done
	for len(c.in) == 0 && end == done && c.over == "" {
		end = c.read()
	}
	f := &finding{tcp: c, want: "the end of the stream"}
	switch {
	case len(c.in) > 0:
		c.drainUpTo(1 << 16) // it may never stop
		f.outcome, f.got = TooMuch, c.in
		f.event, f.offset = c.locate(0)
	case c.over == HungUp:
		return
	case c.over == Reset:
		f.outcome = Reset
		if c.program.ended() {
			f.outcome = Exited
		}
	case end == exited:
		f.outcome = Exited
	default:
		f.outcome = NeverClosed
		if c.silence(end) == NeverAccepted {
			f.outcome = NeverAccepted
		}
	}
	c.program.fail(f, causes)
}

// ExpectNothing wants no byte and no end: the program waits for more.
func (c *TCP) ExpectNothing(causes ...Cause) {
	c.program.t.Helper()
	if len(c.in) == 0 && c.over == "" {
		c.readFor(c.program.patience())
	}
	if len(c.in) == 0 && c.over == "" {
		return
	}
	f := &finding{tcp: c, outcome: TooMuch, got: c.in, want: "silence"}
	if len(c.in) == 0 {
		f.outcome, f.words = c.over, subject.name+" ended the connection, where silence was wanted."
		if c.program.ended() {
			f.outcome, f.words = Exited, ""
		}
	} else {
		f.event, f.offset = c.locate(0)
	}
	c.program.fail(f, causes)
}

// patience is how long to wait for what should not come.
func (p *Program) patience() time.Duration {
	if _, ok := quiet.Sockets(p.PID()); ok {
		return deadline // cut short by the proof of silence
	}
	return 50 * time.Millisecond
}

// read takes what one Read returns.
func (c *TCP) read() ending { return c.readFor(deadline) }

func (c *TCP) readFor(limit time.Duration) ending {
	buf := make([]byte, 1<<16)
	return c.program.awaitFor(limit, func(step time.Duration) bool { return c.take(buf, step) }, func() bool { return holds(c.conn) })
}

// take waits for a step until there is something to read, and tells whether
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
		c.over = HungUp
		c.program.record.Add(wire.Event{Client: c.name, Kind: wire.End, ToServer: c.serves})
	case isReset(err):
		c.over = Reset
		c.program.record.Add(wire.Event{Client: c.name, Kind: wire.Reset, ToServer: c.serves})
	}
	return n > 0 || c.over != ""
}

// drain takes all that still comes, up to a bound.
func (c *TCP) drain() { c.drainUpTo(1 << 20) }

func (c *TCP) drainUpTo(bound int) {
	for len(c.in) < bound && c.over == "" && c.read() == done {
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
	return 0, -1
}

// silence says what kind of silence it is.
func (c *TCP) silence(end ending) Outcome {
	if end == exited {
		return Exited
	}
	if c.serves && !c.said {
		return NeverSent
	}
	here, there := c.addresses()
	if peer, ok := quiet.Connection(c.program.PID(), there, here); ok {
		if peer.Inode == 0 && !c.serves {
			return NeverAccepted
		}
		if peer.RecvQ > 0 {
			return NeverRead
		}
	}
	return NeverAnswered
}

// wakes does something more, and tells whether bytes come of it.
func (c *TCP) wakes(question string, more func(*TCP)) bool {
	if len(c.in) > 0 || c.over != "" {
		return false
	}
	c.program.record.Add(wire.Event{Client: c.name, Kind: wire.Note, Text: question})
	more(c)
	c.readFor(c.program.patience())
	return len(c.in) > 0
}

// isReset knows RST by its error, on Windows too (WSAECONNRESET). A broken
// pipe is what a Write sees after it.
func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.Errno(10054))
}

func isRefused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.Errno(10061))
}
