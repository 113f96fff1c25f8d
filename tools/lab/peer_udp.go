package lab

import (
	"net"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/kernel"
	"sockets.test/tools/lab/internal/wait"
)

// A UDPPeer is the lab's own server, for a program that is a client.
type UDPPeer struct {
	peer
	conn  *net.UDPConn // nil until it is open
	holds *net.UDPConn // the port, until then
}

// ListenUDP opens a server that answers only as the test says.
func ListenUDP(t testing.TB) *UDPPeer {
	t.Helper()
	conn := listenUDP(t, AnyPort)
	return &UDPPeer{peer: newPeer(t, conn.LocalAddr().String()), conn: conn}
}

// ReserveUDP gives a server that has its port, and no socket there that would
// take a client's datagram: the port is closed until Open.
func ReserveUDP(t testing.TB) *UDPPeer {
	t.Helper()
	// A connected socket takes datagrams from its partner only. It shares a port
	// that the kernel chose for one that did not: else it might choose the same
	// for two that would share it.
	partner, first := listenUDP(t, AnyPort), listenUDP(t, AnyPort)
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
	return &UDPPeer{peer: newPeer(t, conn.LocalAddr().String()), holds: conn.(*net.UDPConn)}
}

// Open begins to receive.
func (s *UDPPeer) Open() {
	s.t.Helper()
	if !kernel.PortsAreShared { // then another program could take it now, if it had the luck
		s.holds.Close()
	}
	s.conn = listenUDP(s.t, s.Addr)
	s.holds.Close()
}

func listenUDP(t testing.TB, addr string) *net.UDPConn {
	t.Helper()
	config := net.ListenConfig{}
	if addr != AnyPort {
		config.Control = kernel.SharePort
	}
	conn, err := config.ListenPacket(t.Context(), "udp", addr)
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.(*net.UDPConn)
}

// Expect wants the program's next datagram to be these bytes, and returns the
// address that it came from.
func (s *UDPPeer) Expect(want string) netip.AddrPort {
	s.t.Helper()
	got, from := s.expect(want)
	if string(got) != want {
		event := len(s.record.Events()) - 1
		s.program.fail(&mismatch{outcome: failure.Wrong, want: want, wanted: true, got: got, event: event, offset: firstDifference(want, got), peer: s})
	}
	return from
}

// ExpectSome wants a datagram, whatever its bytes, and returns them, and the
// address that it came from.
func (s *UDPPeer) ExpectSome() (string, netip.AddrPort) {
	s.t.Helper()
	got, from := s.expect("")
	return string(got), from
}

func (s *UDPPeer) expect(want string) ([]byte, netip.AddrPort) {
	s.t.Helper()
	got, from, w := s.receive(wait.Deadline)
	if w.End != wait.Done {
		m := &mismatch{outcome: failure.NeverSent, want: want, wanted: true, wait: w, peer: s}
		if w.End == wait.Exited {
			m.outcome = failure.Exited
		}
		s.program.fail(m)
	}
	return got, from
}

// receive takes and notes the next datagram of the client that was started last.
func (s *UDPPeer) receive(limit time.Duration) ([]byte, netip.AddrPort, wait.Result) {
	got, from, w := receive(s.program, s.conn, limit)
	if w.End == wait.Done {
		s.meet(from.String())
		s.record.Add(wire.Event{Client: s.program.name(), Kind: wire.Bytes, ToServer: true, Data: got})
	}
	return got, from, w
}

// Say sends a datagram to the program, from the server's own address.
func (s *UDPPeer) Say(to netip.AddrPort, text string) {
	s.t.Helper()
	s.send(s.conn, "", to, text)
}

// SayFromElsewhere sends a datagram to the program from an address that it has
// not asked.
func (s *UDPPeer) SayFromElsewhere(to netip.AddrPort, text string) {
	s.t.Helper()
	stranger := listenUDP(s.t, AnyPort)
	defer stranger.Close()
	s.send(stranger, stranger.LocalAddr().String(), to, text)
}

// SayFromAnotherHost sends a datagram to the program from the server's port at
// another address of this machine. Where there is none, nothing is sent.
func (s *UDPPeer) SayFromAnotherHost(to netip.AddrPort, text string) {
	s.t.Helper()
	neighbour := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.2"), netip.MustParseAddrPort(s.Addr).Port())
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(neighbour))
	if err != nil {
		return
	}
	defer conn.Close()
	s.send(conn, neighbour.String(), to, text)
}

func (s *UDPPeer) send(conn *net.UDPConn, from string, to netip.AddrPort, text string) {
	s.t.Helper()
	s.record.Add(wire.Event{Client: s.nameOf(to), Kind: wire.Bytes, Data: []byte(text), From: from})
	if _, err := conn.WriteToUDPAddrPort([]byte(text), to); err != nil {
		s.t.Fatalf("lab: %v", err)
	}
}

func (s *UDPPeer) nameOf(addr netip.AddrPort) string {
	for _, c := range s.record.Clients() {
		if c.Address == addr.String() {
			return c.Name
		}
	}
	return s.program.name()
}

// ExpectNothing wants no datagram to be there, none to come any more, and the
// program not to give up, if it has not ended: it is seen asleep, with no timer
// that will ring soon, or it outlasts a few seconds of silence.
func (s *UDPPeer) ExpectNothing() {
	s.t.Helper()
	ended := s.program.waits.EndsIn(0)
	got, _, w := s.receive(wait.AWhile())
	switch {
	case w.End == wait.Done:
		event := len(s.record.Events()) - 1
		s.program.fail(&mismatch{outcome: failure.TooMuch, got: got, event: event, peer: s})
	case w.End == wait.Exited && !ended:
		s.program.fail(&mismatch{outcome: failure.Exited})
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
