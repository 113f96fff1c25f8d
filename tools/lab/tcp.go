package lab

import (
	"net"
	"syscall"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/kernel"
	"sockets.test/tools/lab/internal/subject"
	"sockets.test/tools/lab/internal/wait"
)

// A TCP is the lab's end of one connection with the program.
type TCP struct {
	end   *subject.TCP
	lines int // about this client that ExpectLogged has seen
}

// TCP connects a client.
func (s *Server) TCP(name string) *TCP {
	s.subject.T.Helper()
	return s.connect(name, nil)
}

// SlowTCP connects a client as over a real network: little is on the way at
// one time, and the rest waits at the program.
func (s *Server) SlowTCP(name string) *TCP {
	s.subject.T.Helper()
	return s.connect(name, kernel.Narrow)
}

// connect connects a client whose socket was prepared in some way.
func (s *Server) connect(name string, prepare func(network, address string, socket syscall.RawConn) error) *TCP {
	s.subject.T.Helper()
	s.awaitRoom()
	dialer := net.Dialer{Timeout: wait.Deadline, Control: prepare}
	conn, err := dialer.Dial("tcp", s.Addr)
	if err != nil {
		if kernel.IsRefused(err) || kernel.IsReset(err) {
			s.subject.Record.Join(name, "")
			s.subject.Record.Add(wire.Event{Client: name, Kind: wire.Refused, ToServer: true})
			m := &subject.Mismatch{Outcome: failure.NotListening, Sentence: s.subject.NotListening()}
			if s.subject.Waits.Ended(wait.Result{}) {
				m = &subject.Mismatch{Outcome: failure.Exited}
			}
			s.subject.Fail(m)
		}
		s.subject.T.Fatalf("lab: %v", err)
	}
	return &TCP{end: s.subject.Join(name, conn.(*net.TCPConn))}
}

// awaitRoom lets a server that is about to accept others do so first: it may have
// asked for a backlog of one, and then the kernel has whoever comes second try again
// a second later. One that sleeps leaves them where they are.
func (s *Server) awaitRoom() {
	const usual, enough = time.Millisecond, 100 * time.Millisecond
	for began := time.Now(); !s.still && time.Since(began) < enough; time.Sleep(20 * time.Microsecond) {
		waiting, ok := quiet.Waiting(s.subject.Pid(), s.at())
		if !ok || waiting == 0 || time.Since(began) > usual && s.subject.Waits.Watch.Sleeps() {
			return
		}
	}
}

// Say sends bytes in one write. What the kernel has no room for, because the
// program does not read, follows while the lab waits for something else. A
// connection that is gone takes everything in silence: what the client then
// receives tells.
func (c *TCP) Say(text string) {
	c.end.Program.T.Helper()
	c.end.Say([]byte(text))
}

// SayPieces sends each piece once the program has read the one before, so that
// no Read can see two of them together. Where the system does not show what
// was read, the pieces follow one another at once.
func (c *TCP) SayPieces(pieces ...string) {
	c.end.Program.T.Helper()
	for i, text := range pieces {
		if i > 0 {
			c.end.Taken()
		}
		c.end.Say([]byte(text))
	}
}

// Flood says the messages that next gives, a hundred at a time, and reads
// nothing meanwhile: the answers wait, and then so do the messages behind them.
// It returns the hundreds that it began to say. It has said enough when the
// program takes no more and sleeps; what is on its way then follows while the
// client reads.
func (c *TCP) Flood(next func(i int) string) (hundreds []string) {
	c.end.Program.T.Helper()
	return c.end.Flood(next)
}

// ReadUntilTaken reads a little at a time, and lets the program do what it can
// do then, until it has taken all that Flood and End have sent. So it meets
// the end while many of its answers still wait. Where that takes more than some
// seconds, or cannot be seen, the rest is left to chance.
func (c *TCP) ReadUntilTaken() { c.end.ReadUntilTaken() }

// Drain takes up to most bytes, until the stream is over or the program is silent,
// and returns how many that was. Neither they nor the end are judged.
func (c *TCP) Drain(most int) (n int) { return c.end.Drain(most) }

// End half-closes: the program's Read sees the end of the stream, behind all
// that was said, and the lab still listens.
func (c *TCP) End() { c.end.End() }

// Close closes the lab's socket. What has come by now is read before: a socket
// that is closed with unread bytes in it resets the connection (RFC 2525
// section 2.17). What comes later is answered by a reset.
func (c *TCP) Close() { c.end.Close() }

// Reset ends the connection with RST instead of FIN (RFC 9293 section 3.10.5).
func (c *TCP) Reset() { c.end.Reset() }
