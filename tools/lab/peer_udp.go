package lab

import (
	"net"
	"net/netip"
	"runtime"
	"slices"
	"testing"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/lab/internal/kernel"
	"sockets.test/tools/lab/internal/subject"
	"sockets.test/tools/lab/internal/wait"
)

// A UDPPeer is the lab's own server, for a program that is a client.
type UDPPeer struct {
	Addr string // where it receives

	peer  *subject.UDPPeer
	holds *net.UDPConn // the port, until it is open
}

func newUDPPeer(t testing.TB, addr string) *UDPPeer {
	return &UDPPeer{Addr: addr, peer: &subject.UDPPeer{Peer: subject.NewPeer(t, addr)}}
}

// ListenUDP opens a server that answers only as the test says.
func ListenUDP(t testing.TB) *UDPPeer {
	t.Helper()
	conn := listenUDP(t, subject.AnyPort)
	s := newUDPPeer(t, conn.LocalAddr().String())
	s.peer.Conn = conn
	return s
}

// ReserveUDP gives a server that has its port, and no socket there that would
// take a client's datagram: the port is closed until Open.
func ReserveUDP(t testing.TB) *UDPPeer {
	t.Helper()
	// A connected socket takes datagrams from its partner only. It shares a port
	// that the kernel chose for one that did not: else it might choose the same
	// for two that would share it.
	partner, first := listenUDP(t, subject.AnyPort), listenUDP(t, subject.AnyPort)
	if raw, err := first.SyscallConn(); err == nil {
		kernel.SharePort("", "", raw)
	}
	if !kernel.PortsAreShared {
		first.Close()
	}
	dialer := net.Dialer{LocalAddr: first.LocalAddr(), Control: kernel.SharePort}
	conn, err := dialer.Dial("udp", partner.LocalAddr().String())
	first.Close()
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	s := newUDPPeer(t, conn.LocalAddr().String())
	s.holds = conn.(*net.UDPConn)
	return s
}

// Run starts the program as a client of this server: with -addr and the server's
// address, and these arguments, of which a subcommand comes first. What the server
// expects next, it expects of the client that was started last, or typed to since.
func (s *UDPPeer) Run(args ...string) *Program {
	s.peer.T.Helper()
	p := Start(s.peer.T, subject.With(s.Addr, args)...)
	s.peer.Takes(p.subject)
	return p
}

// Open begins to receive.
func (s *UDPPeer) Open() {
	s.peer.T.Helper()
	if !kernel.PortsAreShared { // then another program could take it now, if it had the luck
		s.holds.Close()
	}
	s.peer.Conn = listenUDP(s.peer.T, s.Addr)
	s.holds.Close()
}

func listenUDP(t testing.TB, addr string) *net.UDPConn {
	t.Helper()
	config := net.ListenConfig{}
	if addr != subject.AnyPort {
		config.Control = kernel.SharePort
	}
	conn, err := config.ListenPacket(t.Context(), "udp", addr)
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.(*net.UDPConn)
}

// Expect wants the program's next datagram to be these bytes, or, where there are
// several right ones, one of these, and returns the address that it came from.
func (s *UDPPeer) Expect(want string, or ...string) netip.AddrPort {
	s.peer.T.Helper()
	got, from := s.expect(want)
	if string(got) != want && !slices.Contains(or, string(got)) {
		event := len(s.peer.Record.Events()) - 1
		s.peer.Program.Fail(&subject.Mismatch{Outcome: failure.Wrong, Want: want, Wanted: true, Got: got, Event: event, Offset: subject.FirstDifference(want, got), Peer: s.peer})
	}
	return from
}

// ExpectSome wants a datagram, whatever its bytes, and returns them, and the
// address that it came from.
func (s *UDPPeer) ExpectSome() (string, netip.AddrPort) {
	s.peer.T.Helper()
	got, from := s.expect("")
	return string(got), from
}

func (s *UDPPeer) expect(want string) ([]byte, netip.AddrPort) {
	s.peer.T.Helper()
	got, from, w := s.peer.Receive(wait.Deadline)
	if w.End != wait.Done {
		m := &subject.Mismatch{Outcome: failure.NeverSent, Want: want, Wanted: true, Wait: w, Peer: s.peer}
		if w.End == wait.Exited {
			m.Outcome = failure.Exited
		}
		s.peer.Program.Fail(m)
	}
	return got, from
}

// Say sends a datagram to the program, from the server's own address.
func (s *UDPPeer) Say(to netip.AddrPort, text string) {
	s.peer.T.Helper()
	s.peer.Send(s.peer.Conn, "", to, text)
}

// SayFrom sends a datagram to the program from a stranger, whom it has not asked:
// from "another port" of the server's address, or from "another host", which is the
// server's port at another address of this machine. Where there is no such
// address, nothing is sent.
func (s *UDPPeer) SayFrom(stranger string, to netip.AddrPort, text string) {
	s.peer.T.Helper()
	server := netip.MustParseAddrPort(s.Addr)
	var from netip.AddrPort
	switch stranger {
	case "another port":
		from = netip.AddrPortFrom(server.Addr(), 0)
	case "another host":
		from = netip.AddrPortFrom(netip.MustParseAddr("127.0.0.2"), server.Port())
	default:
		s.peer.T.Fatalf("lab: SayFrom(%q): neither \"another port\" nor \"another host\"", stranger)
	}
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(from))
	if err != nil && stranger == "another host" {
		return
	}
	if err != nil {
		s.peer.T.Fatalf("lab: %v", err)
	}
	defer conn.Close()
	s.peer.Send(conn, conn.LocalAddr().String(), to, text)
}

// ExpectNothing wants no datagram to be there, none to come any more, and the
// program not to give up, if it has not ended: it is seen asleep, with no timer
// that will ring soon, or it outlasts a few seconds of silence.
func (s *UDPPeer) ExpectNothing() {
	s.peer.T.Helper()
	ended := s.peer.Program.Waits.EndsIn(0)
	got, _, w := s.peer.Receive(wait.AWhile())
	switch {
	case w.End == wait.Done:
		event := len(s.peer.Record.Events()) - 1
		s.peer.Program.Fail(&subject.Mismatch{Outcome: failure.TooMuch, Got: got, Event: event, Peer: s.peer})
	case w.End == wait.Exited && !ended:
		s.peer.Program.Fail(&subject.Mismatch{Outcome: failure.Exited})
	}
}

// LargestDatagram is how many bytes a datagram from the lab can have: 65,507,
// which is all that there is room for (RFC 768, RFC 791), but 9,216 on macOS
// and its kin, which send no more unless they are told to
// (net.inet.udp.maxdgram).
func LargestDatagram() int {
	if runtime.GOOS == "linux" || runtime.GOOS == "windows" {
		return 65507
	}
	return 9216
}
