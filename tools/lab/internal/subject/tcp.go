package subject

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/kernel"
)

// A TCP is the lab's end of one connection with the program.
type TCP struct {
	Name    string
	Program *Program
	Conn    *net.TCPConn
	Serves  bool // the lab is the server, and the program its client

	Spoken []byte          // the last that was said
	Unsaid []byte          // of all that was, what the kernel had no room for yet
	In     []byte          // received, and not yet asked for
	Heard  string          // what an expectation has wanted, and got, last
	Over   failure.Outcome // HungUp or Reset once nothing more can come

	said    int             // bytes, in all
	ended   bool            // the lab has ended the stream, behind that
	closed  bool            // and its socket
	flooded <-chan struct{} // closed when Flood has sent all; nil without it
	pieces  []piece         // where in the record the bytes of In stand
}

// Join takes a connection to the program's into the record.
func (p *Program) Join(name string, conn *net.TCPConn) *TCP {
	c := &TCP{Name: name, Program: p, Conn: conn}
	p.T.Cleanup(func() { conn.Close() })
	p.streams = append(p.streams, c)
	p.Record.Join(name, conn.LocalAddr().String())
	p.Record.Add(wire.Event{Client: name, Kind: wire.Connect, ToServer: true})
	return c
}

// NotListening says why no client finds the program.
func (p *Program) NotListening() string {
	list, _ := quiet.Listeners(p.Pid())
	for _, socket := range list {
		if socket.Local.String() == p.Record.Address && (socket.Net == "udp" || socket.State == "LISTEN") {
			others := map[string]string{"udp": "TCP", "tcp": "UDP"}[socket.Net]
			return fmt.Sprintf("The socket on %s is one of %s, and the clients come by %s.", p.Record.Address, strings.ToUpper(socket.Net), others)
		}
	}
	return fmt.Sprintf("No socket is open on %s, where %s said that it is ready.", p.Record.Address, Name())
}

// Say sends bytes in one write. What the kernel has no room for, because the
// program does not read, follows while the lab waits for something else. A
// connection that is gone takes everything in silence: what is received then
// tells.
func (c *TCP) Say(data []byte) {
	c.Spoken = data
	c.Program.Record.Add(wire.Event{Client: c.Name, Kind: wire.Bytes, ToServer: !c.Serves, Data: data})
	c.Unsaid = append(c.Unsaid, data...)
	c.said += len(data)
	c.feed()
}

// NoteUnsent says in the record how much of what was said has not come to the
// program, because it does not read.
func (c *TCP) NoteUnsent() {
	if len(c.Unsaid) == 0 || c.closed {
		return
	}
	text := fmt.Sprintf("%d of %d bytes have not arrived", len(c.Unsaid)+kernel.Unsent(c.Conn), c.said)
	c.Program.Record.Add(wire.Event{Client: c.Name, Kind: wire.Note, Text: text})
}

// feed sends as much as the kernel has room for, and reports whether that was
// anything.
func (c *TCP) feed() bool {
	if len(c.Unsaid) == 0 || c.closed {
		return false
	}
	n := kernel.SendNow(c.Conn, c.Unsaid)
	c.Unsaid = c.Unsaid[n:]
	c.Program.flow.Add(int64(n))
	if len(c.Unsaid) == 0 && c.ended {
		c.Conn.CloseWrite()
	}
	return n > 0
}

// Taken waits until the program has read all that was sent, or will not.
func (c *TCP) Taken() {
	c.Program.Waits.Await(func(step time.Duration) bool {
		for began := time.Now(); ; {
			c.feed()
			peer, ok := c.Peer()
			if !ok || peer.RecvQ == 0 && peer.Inode != 0 && len(c.Unsaid) == 0 && kernel.Unsent(c.Conn) == 0 {
				return true
			}
			if time.Since(began) > step {
				return false
			}
		}
	}, nil)
}

// Peer is the program's end of this connection, as the kernel sees it. Nobody
// holds it if its Inode is 0.
func (c *TCP) Peer() (quiet.Socket, bool) {
	here, there := c.addresses()
	return quiet.Connection(c.Program.Pid(), there, here)
}

func (c *TCP) addresses() (here, there netip.AddrPort) {
	return c.Conn.LocalAddr().(*net.TCPAddr).AddrPort(), c.Conn.RemoteAddr().(*net.TCPAddr).AddrPort()
}

// End half-closes: the program's Read sees the end of the stream, behind all
// that was said, and the lab still listens.
func (c *TCP) End() {
	c.Program.Record.Add(wire.Event{Client: c.Name, Kind: wire.End, ToServer: !c.Serves})
	c.ended = true
	switch {
	case c.flooded != nil:
		go func() { // behind what is still on its way
			<-c.flooded
			c.Conn.CloseWrite()
		}()
	case len(c.Unsaid) > 0: // it follows
	default:
		c.Conn.CloseWrite()
	}
}

// Close closes the lab's socket. What has come by now is read before: a socket
// that is closed with unread bytes in it resets the connection (RFC 2525
// section 2.17). What comes later is answered by a reset.
func (c *TCP) Close() {
	buf := make([]byte, 1<<16)
	for c.Over == "" && (kernel.Holds(c.Conn) || !kernel.HoldsKnown) && c.take(buf, kernel.AtHand) {
	}
	kind := wire.Close
	if len(c.Unsaid) > 0 { // they will never be sent
		kind = wire.Reset
		c.Conn.SetLinger(0)
	}
	c.Program.Record.Add(wire.Event{Client: c.Name, Kind: kind, ToServer: !c.Serves})
	c.closed = true
	c.Conn.Close()
}

// Reset ends the connection with RST instead of FIN (RFC 9293 section 3.10.5).
func (c *TCP) Reset() {
	c.Program.Record.Add(wire.Event{Client: c.Name, Kind: wire.Reset, ToServer: !c.Serves})
	c.closed = true
	c.Conn.SetLinger(0)
	c.Conn.Close()
}
