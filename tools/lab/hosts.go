package lab

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sockets.test/tools/internal/wire"
)

// A UDPServer is the lab's own server, for a program that is a client.
type UDPServer struct {
	Addr    string // where it receives
	t       testing.TB
	conn    *net.UDPConn
	program *Program // the client that was started last
}

// ListenUDP opens a server that answers only as the test says.
func ListenUDP(t testing.TB) *UDPServer {
	t.Helper()
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(AnyPort)))
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	return &UDPServer{Addr: conn.LocalAddr().String(), t: t, conn: conn}
}

// Run starts the program with -addr and the server's address, and these
// arguments.
func (s *UDPServer) Run(args ...string) *Program {
	s.t.Helper()
	s.program = startClient(s.t, s.Addr, args)
	return s.program
}

// Expect wants the program's next datagram to be these bytes, and returns the
// address that it came from.
func (s *UDPServer) Expect(want string, causes ...Cause) netip.AddrPort {
	s.t.Helper()
	got, from, end := receive(s.program, s.conn, deadline)
	p := s.program
	if end != done {
		f := &finding{outcome: NeverSent, want: want, wanted: true}
		if end == exited {
			f.outcome = Exited
		}
		p.fail(f, causes)
	}
	p.meet(from.String())
	event := p.record.Add(wire.Event{Client: p.name(), Kind: wire.Bytes, ToServer: true, Data: got})
	if string(got) != want {
		p.fail(&finding{outcome: Wrong, want: want, wanted: true, got: got, event: event, offset: firstDifference(want, got)}, causes)
	}
	return from
}

// Say sends a datagram to the program, from the server's own address.
func (s *UDPServer) Say(to netip.AddrPort, text string) {
	s.t.Helper()
	s.program.record.Add(wire.Event{Client: s.program.name(), Kind: wire.Bytes, Data: []byte(text)})
	if _, err := s.conn.WriteToUDPAddrPort([]byte(text), to); err != nil {
		s.t.Fatalf("lab: %v", err)
	}
}

// SayFromElsewhere sends a datagram to the program from an address that it has
// not asked.
func (s *UDPServer) SayFromElsewhere(to netip.AddrPort, text string) {
	s.t.Helper()
	stranger, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(AnyPort)))
	if err != nil {
		s.t.Fatalf("lab: %v", err)
	}
	defer stranger.Close()
	s.program.record.Add(wire.Event{Client: s.program.name(), Kind: wire.Bytes, Data: []byte(text), From: stranger.LocalAddr().String()})
	if _, err := stranger.WriteToUDPAddrPort([]byte(text), to); err != nil {
		s.t.Fatalf("lab: %v", err)
	}
}

// ExpectNothing wants no datagram to be there, and none to come any more.
func (s *UDPServer) ExpectNothing(causes ...Cause) {
	s.t.Helper()
	got, _, end := receive(s.program, s.conn, s.program.patience())
	if end != done {
		return
	}
	p := s.program
	event := p.record.Add(wire.Event{Client: p.name(), Kind: wire.Bytes, ToServer: true, Data: got})
	p.fail(&finding{outcome: TooMuch, got: got, event: event, offset: 0}, causes)
}

// A TCPServer is the lab's own server, for a program that is a client.
type TCPServer struct {
	Addr    string // where it listens
	t       testing.TB
	welcome *net.TCPListener
	program *Program // the client that was started last
}

// ListenTCP opens a server that accepts and answers only as the test says.
func ListenTCP(t testing.TB) *TCPServer {
	t.Helper()
	welcome, err := net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(netip.MustParseAddrPort(AnyPort)))
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	t.Cleanup(func() { welcome.Close() })
	return &TCPServer{Addr: welcome.Addr().String(), t: t, welcome: welcome}
}

// Run starts the program with -addr and the server's address, and these
// arguments.
func (s *TCPServer) Run(args ...string) *Program {
	s.t.Helper()
	s.program = startClient(s.t, s.Addr, args)
	return s.program
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
	p.meet(conn.RemoteAddr().String())
	p.record.Add(wire.Event{Client: p.name(), Kind: wire.Connect, ToServer: true})
	return &TCP{name: p.name(), program: p, conn: conn, serves: true}
}

// startClient runs the program as a client of a server of the lab's.
func startClient(t testing.TB, addr string, args []string) *Program {
	t.Helper()
	p := Start(t, append([]string{"-addr", addr}, args...)...)
	p.record.Server, p.record.Address, p.record.OnLeft = "server", addr, true
	return p
}

// name is the program's on its lifeline.
func (p *Program) name() string { return subject.name }

// meet notes the address that a client turns out to have.
func (p *Program) meet(addr string) {
	for _, c := range p.record.Clients() {
		if c.Address == addr {
			return
		}
	}
	p.record.Join(p.name(), addr)
}

// Type writes to the program's standard input.
func (p *Program) Type(text string) {
	p.t.Helper()
	fmt.Fprint(p.proc.Stdin(), text) // a program that has gone reads nothing
}

// EndInput ends the program's standard input.
func (p *Program) EndInput() { p.proc.Stdin().Close() }

// ExpectOutput wants the program to end with status 0, and its standard output
// to be this, all in all.
func (p *Program) ExpectOutput(want string, causes ...Cause) {
	p.t.Helper()
	p.ExpectExit(0, causes...)
	if got := p.Output(); got != want {
		p.fail(&finding{outcome: WrongOutput, want: want, got: []byte(got)}, causes)
	}
}

// ExpectPrinted wants a line of the standard output to contain this, now or
// soon.
func (p *Program) ExpectPrinted(want string, causes ...Cause) {
	p.t.Helper()
	out := p.proc.Stdout()
	end := p.await(func(step time.Duration) bool {
		changed := out.Changed()
		if strings.Contains(out.String(), want) {
			return true
		}
		select {
		case <-changed:
		case <-time.After(step):
		}
		return strings.Contains(out.String(), want)
	}, nil)
	if end != done {
		f := &finding{outcome: WrongOutput, want: want, got: out.Bytes()}
		if end == exited && p.proc.Exit().Code != 0 {
			f.outcome = Exited
		}
		p.fail(f, causes)
	}
}

// ClosedPort is an address at which nothing listens, and which no other
// program gets while the test runs. Network is "tcp" or "udp".
func ClosedPort(t testing.TB, network string) string {
	t.Helper()
	if network == "udp" {
		// A connected socket holds the port, and takes datagrams from its
		// partner only: to all others the port is closed.
		partner := ListenUDP(t)
		conn, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(netip.MustParseAddrPort(partner.Addr)))
		if err != nil {
			t.Fatalf("lab: %v", err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn.LocalAddr().String()
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
