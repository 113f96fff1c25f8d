package lab

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"sockets.test/tools/internal/wire"
)

// A TCPServer is the lab's own server, for a program that is a client.
type TCPServer struct {
	host
	welcome *net.TCPListener
}

// ListenTCP opens a server that accepts and answers only as the test says.
func ListenTCP(t testing.TB) *TCPServer {
	t.Helper()
	welcome, err := net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(netip.MustParseAddrPort(AnyPort)))
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	t.Cleanup(func() { welcome.Close() })
	return &TCPServer{host: newHost(t, welcome.Addr().String()), welcome: welcome}
}

// ReserveTCP gives a server that never listens: its port is closed, and no
// other program gets it.
func ReserveTCP(t testing.TB) *TCPServer {
	t.Helper()
	return &TCPServer{host: newHost(t, closedPort(t, "tcp"))}
}

// FullTCP gives a server that never accepts, and whose queue is full: a client
// that connects to it waits, as for a machine that is not there. Only Linux lets
// a test fill a queue; elsewhere it is skipped.
func FullTCP(t testing.TB) *TCPServer {
	t.Helper()
	s := ListenTCP(t)
	if !shortenQueue(s.welcome) {
		t.Skip("this system does not let a test fill the queue of a welcome socket")
	}
	s.deaf = true
	conn, err := net.Dial("tcp4", s.Addr)
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	return s
}

// Accept wants the program to connect, and is the server's end of that.
func (s *TCPServer) Accept(causes ...Cause) *TCP {
	s.t.Helper()
	p := s.program
	var conn *net.TCPConn
	end := p.await(func(step time.Duration) bool {
		s.welcome.SetDeadline(time.Now().Add(step))
		c, err := s.welcome.AcceptTCP()
		conn = c
		return err == nil
	}, nil)
	if end != done {
		f := &finding{outcome: NeverConnected}
		if end == exited {
			f.outcome = Exited
		}
		p.fail(f, causes)
	}
	s.t.Cleanup(func() { conn.Close() })
	s.meet(conn.RemoteAddr().String())
	s.record.Add(wire.Event{Client: p.name(), Kind: wire.Connect, ToServer: true})
	return &TCP{name: p.name(), program: p, conn: conn, serves: true}
}

// closedPort is an address at which nothing listens, and which no other
// program gets while the test runs. Network is "tcp" or "udp".
func closedPort(t testing.TB, network string) string {
	t.Helper()
	if network == "udp" {
		return ReserveUDP(t).Addr
	}
	// The client's end of a connection holds its port, and does not listen.
	partner := ListenTCP(t)
	conn, err := net.Dial("tcp4", partner.Addr)
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.LocalAddr().String()
}
