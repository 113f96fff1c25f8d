package subject

import (
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/wait"
)

// A Peer is what the lab's own servers have in common: an address, the clients
// that were started for it, and one record of what passed between them.
type Peer struct {
	Addr    string // where it receives, or listens
	T       testing.TB
	Record  *wire.Record
	Program *Program // the client that was started, or typed to, last
	Deaf    bool     // it answers no handshake

	started int
}

// NewPeer gives one that has this address.
func NewPeer(t testing.TB, addr string) *Peer {
	record := wire.New("server")
	record.Address, record.OnLeft = addr, true
	return &Peer{Addr: addr, T: t, Record: record}
}

// Takes says that a program was started as a client of this server's.
func (s *Peer) Takes(p *Program) {
	p.Record, p.Waits.Watch.Deaf = s.Record, s.Deaf
	p.peer, s.Program = s, p
	if s.started++; s.started > 1 {
		p.label = fmt.Sprintf("%s %d", Name(), s.started)
	}
}

// meet notes the address that a client turns out to have.
func (s *Peer) meet(addr string) {
	for _, c := range s.Record.Clients() {
		if c.Address == addr {
			return
		}
	}
	s.Record.Join(s.Program.Name(), addr)
}

// A TCPPeer is the lab's own server, for a program that is a client.
type TCPPeer struct {
	*Peer
	Listener *net.TCPListener // nil if it never listens
}

// Takes says that a program was started as a client of this server's.
func (s *TCPPeer) Takes(p *Program) {
	s.Peer.Takes(p)
	p.tcpPeer = s
}

// Accept waits for the program to connect. The connection is the server's end of
// that, nil if it does not come.
func (s *TCPPeer) Accept() (*TCP, wait.Result) {
	p := s.Program
	conn, w := s.accept(p)
	if w.End != wait.Done {
		return nil, w
	}
	s.T.Cleanup(func() { conn.Close() })
	s.meet(conn.RemoteAddr().String())
	s.Record.Add(wire.Event{Client: p.Name(), Kind: wire.Connect, ToServer: true})
	c := &TCP{Name: p.Name(), Program: p, Conn: conn, Serves: true}
	p.streams = append(p.streams, c)
	return c, w
}

func (s *TCPPeer) accept(p *Program) (conn *net.TCPConn, w wait.Result) {
	w = p.Waits.Await(func(step time.Duration) bool {
		s.Listener.SetDeadline(time.Now().Add(step))
		c, err := s.Listener.AcceptTCP()
		conn = c
		return err == nil
	}, nil)
	return conn, w
}

// someoneConnects reports whether the program connects after all.
func (s *TCPPeer) someoneConnects(p *Program) bool {
	if s.Listener == nil {
		return p.Waits.EndsWithin(wait.Deadline)
	}
	conn, w := s.accept(p)
	if w.End == wait.Done {
		conn.Close()
	}
	return w.End == wait.Done
}

// A UDPPeer is the lab's own server, for a program that is a client.
type UDPPeer struct {
	*Peer
	Conn *net.UDPConn // nil until it is open
}

// Receive takes and notes the next datagram of the client that was started last.
func (s *UDPPeer) Receive(limit time.Duration) ([]byte, netip.AddrPort, wait.Result) {
	got, from, w := receive(s.Program, s.Conn, limit)
	if w.End == wait.Done {
		s.meet(from.String())
		s.Record.Add(wire.Event{Client: s.Program.Name(), Kind: wire.Bytes, ToServer: true, Data: got})
	}
	return got, from, w
}

// Send sends a datagram to the program, from a socket. From is its address, if
// that is not the server's own.
func (s *UDPPeer) Send(conn *net.UDPConn, from string, to netip.AddrPort, text string) {
	s.T.Helper()
	s.Record.Add(wire.Event{Client: s.nameOf(to), Kind: wire.Bytes, Data: []byte(text), From: from})
	if _, err := conn.WriteToUDPAddrPort([]byte(text), to); err != nil {
		s.T.Fatalf("lab: %v", err)
	}
}

func (s *UDPPeer) nameOf(addr netip.AddrPort) string {
	for _, c := range s.Record.Clients() {
		if c.Address == addr.String() {
			return c.Name
		}
	}
	return s.Program.Name()
}
