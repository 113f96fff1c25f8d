package lab

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/kernel"
	"sockets.test/tools/lab/internal/wait"
)

// A TCPPeer is the lab's own server, for a program that is a client.
type TCPPeer struct {
	peer
	listener *net.TCPListener
}

// ListenTCP opens a server that accepts and answers only as the test says.
func ListenTCP(t testing.TB) *TCPPeer {
	t.Helper()
	listener, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(netip.MustParseAddrPort(AnyPort)))
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	t.Cleanup(func() { listener.Close() })
	return &TCPPeer{peer: newPeer(t, listener.Addr().String()), listener: listener}
}

// ReserveTCP gives a server that never listens: its port is closed, and no
// other program gets it.
func ReserveTCP(t testing.TB) *TCPPeer {
	t.Helper()
	// The client's end of a connection holds its port, and does not listen.
	partner := ListenTCP(t)
	conn, err := net.Dial("tcp", partner.Addr)
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	return &TCPPeer{peer: newPeer(t, conn.LocalAddr().String())}
}

// RefusingTCP is an address at which TCP refuses every client, and UDP takes
// whatever comes.
func RefusingTCP(t testing.TB) string {
	t.Helper()
	for { // until a number is free in both of the port spaces
		addr := ReserveTCP(t).Addr
		sink, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(addr)))
		if err == nil {
			t.Cleanup(func() { sink.Close() })
			return addr
		}
	}
}

// FullTCP gives a server that never accepts, and whose backlog is full: a client
// that connects to it waits, as for a machine that is not there. Only Linux lets
// a test fill a backlog; elsewhere it is skipped.
func FullTCP(t testing.TB) *TCPPeer {
	t.Helper()
	s := ListenTCP(t)
	if !kernel.ShortenBacklog(s.listener) {
		t.Skip("this system does not let a test fill the backlog of a listening socket")
	}
	s.deaf = true
	conn, err := net.Dial("tcp", s.Addr)
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	return s
}

// Run starts the program as a client of this server.
func (s *TCPPeer) Run(args ...string) *Program {
	s.t.Helper()
	p := s.peer.Run(args...)
	p.peer = s
	return p
}

// Accept wants the program to connect, and is the server's end of that.
func (s *TCPPeer) Accept() *TCP {
	s.t.Helper()
	p := s.program
	conn, w := s.accept(p)
	if w.End != wait.Done {
		m := &mismatch{outcome: failure.NeverConnected, wait: w}
		if w.End == wait.Exited {
			m.outcome = failure.Exited
		}
		p.fail(m)
	}
	s.t.Cleanup(func() { conn.Close() })
	s.meet(conn.RemoteAddr().String())
	s.record.Add(wire.Event{Client: p.name(), Kind: wire.Connect, ToServer: true})
	c := &TCP{name: p.name(), program: p, conn: conn, serves: true}
	p.streams = append(p.streams, c)
	return c
}

func (s *TCPPeer) accept(p *Program) (conn *net.TCPConn, w wait.Result) {
	w = p.waits.Await(func(step time.Duration) bool {
		s.listener.SetDeadline(time.Now().Add(step))
		c, err := s.listener.AcceptTCP()
		conn = c
		return err == nil
	}, nil)
	return conn, w
}

// someoneConnects reports whether the program connects after all.
func (s *TCPPeer) someoneConnects(p *Program) bool {
	if s.listener == nil {
		return p.waits.EndsWithin(wait.Deadline)
	}
	conn, w := s.accept(p)
	if w.End == wait.Done {
		conn.Close()
	}
	return w.End == wait.Done
}
