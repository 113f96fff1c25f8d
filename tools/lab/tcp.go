package lab

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/kernel"
	"sockets.test/tools/lab/internal/wait"
)

// A TCP is the lab's end of one connection with the program.
type TCP struct {
	name    string
	program *Program
	conn    *net.TCPConn
	serves  bool // the lab is the server, and the program its client

	spoken  []byte          // the last that was said
	unsaid  []byte          // of all that was, what the kernel had no room for yet
	said    int             // bytes, in all
	ended   bool            // the lab has ended the stream, behind that
	flooded <-chan struct{} // closed when Flood has sent all; nil without it

	heard  string          // what the last Expect has wanted, and got
	in     []byte          // received, and not yet asked for
	pieces []piece         // where in the record those bytes stand
	lines  int             // about this client that ExpectLogged has seen
	over   failure.Outcome // HungUp or Reset once nothing more can come
	closed bool            // by the lab
}

// TCP connects a client.
func (s *Server) TCP(name string) *TCP {
	s.t.Helper()
	return s.connect(name, nil)
}

// SlowTCP connects a client as over a real network: little is on the way at
// one time, and the rest waits at the program.
func (s *Server) SlowTCP(name string) *TCP {
	s.t.Helper()
	return s.connect(name, kernel.Narrow)
}

// connect connects a client whose socket was prepared in some way.
func (s *Server) connect(name string, prepare func(network, address string, socket syscall.RawConn) error) *TCP {
	s.t.Helper()
	dialer := net.Dialer{Timeout: wait.Deadline, Control: prepare}
	conn, err := dialer.Dial("tcp", s.Addr)
	if err != nil {
		if kernel.IsRefused(err) || kernel.IsReset(err) {
			s.record.Join(name, "")
			s.record.Add(wire.Event{Client: name, Kind: wire.Refused, ToServer: true})
			m := &mismatch{outcome: failure.NotListening, sentence: s.notListening()}
			if s.waits.Ended(wait.Result{}) {
				m = &mismatch{outcome: failure.Exited}
			}
			s.fail(m)
		}
		s.t.Fatalf("lab: %v", err)
	}
	return s.join(name, conn.(*net.TCPConn))
}

// join takes a connection to the program's into the record.
func (p *Program) join(name string, conn *net.TCPConn) *TCP {
	c := &TCP{name: name, program: p, conn: conn}
	p.t.Cleanup(func() { conn.Close() })
	p.streams = append(p.streams, c)
	p.record.Join(name, conn.LocalAddr().String())
	p.record.Add(wire.Event{Client: name, Kind: wire.Connect, ToServer: true})
	return c
}

// notListening says why no client finds the program.
func (p *Program) notListening() string {
	list, _ := quiet.Listeners(p.pid())
	for _, socket := range list {
		if socket.Local.String() == p.record.Address && (socket.Net == "udp" || socket.State == "LISTEN") {
			others := map[string]string{"udp": "TCP", "tcp": "UDP"}[socket.Net]
			return fmt.Sprintf("The socket on %s is one of %s, and the clients come by %s.", p.record.Address, strings.ToUpper(socket.Net), others)
		}
	}
	return fmt.Sprintf("No socket is open on %s, where %s said that it is ready.", p.record.Address, subject.name)
}

// Say sends bytes in one write. What the kernel has no room for, because the
// program does not read, follows while the lab waits for something else. A
// connection that is gone takes everything in silence: what the client then
// receives tells.
func (c *TCP) Say(text string) {
	c.program.t.Helper()
	c.say([]byte(text))
}

func (c *TCP) say(data []byte) {
	c.spoken = data
	c.program.record.Add(wire.Event{Client: c.name, Kind: wire.Bytes, ToServer: !c.serves, Data: data})
	c.unsaid = append(c.unsaid, data...)
	c.said += len(data)
	c.feed()
}

// noteUnsent says in the record how much of what was said has not come to the
// program, because it does not read.
func (c *TCP) noteUnsent() {
	if len(c.unsaid) == 0 || c.closed {
		return
	}
	text := fmt.Sprintf("%d of %d bytes have not arrived", len(c.unsaid)+kernel.Unsent(c.conn), c.said)
	c.program.record.Add(wire.Event{Client: c.name, Kind: wire.Note, Text: text})
}

// feed sends as much as the kernel has room for, and reports whether that was
// anything.
func (c *TCP) feed() bool {
	if len(c.unsaid) == 0 || c.closed {
		return false
	}
	n := kernel.SendNow(c.conn, c.unsaid)
	c.unsaid = c.unsaid[n:]
	if len(c.unsaid) == 0 && c.ended {
		c.conn.CloseWrite()
	}
	return n > 0
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

// taken waits until the program has read all that was sent, or will not.
func (c *TCP) taken() {
	c.program.waits.Await(func(step time.Duration) bool {
		for began := time.Now(); ; {
			c.feed()
			peer, ok := c.peer()
			if !ok || peer.RecvQ == 0 && peer.Inode != 0 && len(c.unsaid) == 0 && kernel.Unsent(c.conn) == 0 {
				return true
			}
			if time.Since(began) > step {
				return false
			}
		}
	}, nil)
}

// peer is the program's end of this connection, as the kernel sees it. Nobody
// holds it if its Inode is 0.
func (c *TCP) peer() (quiet.Socket, bool) {
	here, there := c.addresses()
	return quiet.Connection(c.program.pid(), there, here)
}

func (c *TCP) addresses() (here, there netip.AddrPort) {
	return c.conn.LocalAddr().(*net.TCPAddr).AddrPort(), c.conn.RemoteAddr().(*net.TCPAddr).AddrPort()
}

// End half-closes: the program's Read sees the end of the stream, behind all
// that was said, and the lab still listens.
func (c *TCP) End() {
	c.program.t.Helper()
	c.end()
}

func (c *TCP) end() {
	c.program.record.Add(wire.Event{Client: c.name, Kind: wire.End, ToServer: !c.serves})
	c.ended = true
	switch {
	case c.flooded != nil:
		go func() { // behind what is still on its way
			<-c.flooded
			c.conn.CloseWrite()
		}()
	case len(c.unsaid) > 0: // it follows
	default:
		c.conn.CloseWrite()
	}
}

// Close closes the lab's socket. What has come by now is read before: a socket
// that is closed with unread bytes in it resets the connection (RFC 2525
// section 2.17). What comes later is answered by a reset.
func (c *TCP) Close() {
	c.program.t.Helper()
	c.close()
}

func (c *TCP) close() {
	buf := make([]byte, 1<<16)
	for c.over == "" && (kernel.Holds(c.conn) || !kernel.HoldsKnown) && c.take(buf, kernel.AtHand) {
	}
	kind := wire.Close
	if len(c.unsaid) > 0 { // they will never be sent
		kind = wire.Reset
		c.conn.SetLinger(0)
	}
	c.program.record.Add(wire.Event{Client: c.name, Kind: kind, ToServer: !c.serves})
	c.closed = true
	c.conn.Close()
}

// Reset ends the connection with RST instead of FIN (RFC 9293 section 3.10.5).
func (c *TCP) Reset() {
	c.program.record.Add(wire.Event{Client: c.name, Kind: wire.Reset, ToServer: !c.serves})
	c.closed = true
	c.conn.SetLinger(0)
	c.conn.Close()
}
