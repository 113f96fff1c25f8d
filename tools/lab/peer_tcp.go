package lab

import (
	"net"
	"net/netip"
	"testing"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/lab/internal/kernel"
	"sockets.test/tools/lab/internal/subject"
	"sockets.test/tools/lab/internal/wait"
)

// A TCPPeer is the lab's own server, for a program that is a client.
type TCPPeer struct {
	Addr string // where it listens

	peer *subject.TCPPeer
}

func newTCPPeer(t testing.TB, addr string, listener *net.TCPListener) *TCPPeer {
	return &TCPPeer{Addr: addr, peer: &subject.TCPPeer{Peer: subject.NewPeer(t, addr), Listener: listener}}
}

// ListenTCP opens a server that accepts and answers only as the test says.
func ListenTCP(t testing.TB) *TCPPeer {
	t.Helper()
	listener, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(netip.MustParseAddrPort(subject.AnyPort)))
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	t.Cleanup(func() { listener.Close() })
	return newTCPPeer(t, listener.Addr().String(), listener)
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
	return newTCPPeer(t, conn.LocalAddr().String(), nil)
}

// FullTCP gives a server that never accepts, and whose backlog is full: a client
// that connects to it waits, as for a machine that is not there. Only Linux lets
// a test fill a backlog; elsewhere it is skipped.
func FullTCP(t testing.TB) *TCPPeer {
	t.Helper()
	s := ListenTCP(t)
	if !kernel.ShortenBacklog(s.peer.Listener) {
		t.Skip("this system does not let a test fill the backlog of a listening socket")
	}
	s.peer.Deaf = true
	conn, err := net.Dial("tcp", s.Addr)
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	return s
}

// Run starts the program as a client of this server: with -addr and the server's
// address, and these arguments, of which a subcommand comes first. What the server
// expects next, it expects of the client that was started last, or typed to since.
func (s *TCPPeer) Run(args ...string) *Program {
	s.peer.T.Helper()
	p := Start(s.peer.T, subject.With(s.Addr, args)...)
	s.peer.Takes(p.subject)
	return p
}

// Accept wants the program to connect, and is the server's end of that.
func (s *TCPPeer) Accept() *TCP {
	s.peer.T.Helper()
	end, w := s.peer.Accept()
	if w.End != wait.Done {
		m := &subject.Mismatch{Outcome: failure.NeverConnected, Wait: w}
		if w.End == wait.Exited {
			m.Outcome = failure.Exited
		}
		s.peer.Program.Fail(m)
	}
	return &TCP{end: end}
}
