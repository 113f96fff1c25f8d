package lab

import (
	"net"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"sockets.test/tools/internal/wire"
)

// A UDPServer is the lab's own server, for a program that is a client.
type UDPServer struct {
	host
	conn  *net.UDPConn // nil until it is open
	holds *net.UDPConn // the port, until then
}

// ListenUDP opens a server that answers only as the test says.
func ListenUDP(t testing.TB) *UDPServer {
	t.Helper()
	conn := listenUDP(t, AnyPort)
	return &UDPServer{host: newHost(t, conn.LocalAddr().String()), conn: conn}
}

// ReserveUDP gives a server that has its port, and no socket there that would
// take a client's datagram: the port is closed until Open.
func ReserveUDP(t testing.TB) *UDPServer {
	t.Helper()
	// A connected socket takes datagrams from its partner only.
	partner := listenUDP(t, AnyPort)
	dialer := net.Dialer{LocalAddr: udpAddr(AnyPort), Control: sharePort}
	conn, err := dialer.Dial("udp4", partner.LocalAddr().String())
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	return &UDPServer{host: newHost(t, conn.LocalAddr().String()), holds: conn.(*net.UDPConn)}
}

// Open begins to receive.
func (s *UDPServer) Open() {
	s.t.Helper()
	if !portsAreShared { // then another program could take it now, if it had the luck
		s.holds.Close()
	}
	s.conn = listenUDP(s.t, s.Addr)
	s.holds.Close()
}

func listenUDP(t testing.TB, addr string) *net.UDPConn {
	t.Helper()
	config := net.ListenConfig{}
	if addr != AnyPort {
		config.Control = sharePort
	}
	conn, err := config.ListenPacket(t.Context(), "udp4", addr)
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.(*net.UDPConn)
}

func udpAddr(addr string) *net.UDPAddr {
	return net.UDPAddrFromAddrPort(netip.MustParseAddrPort(addr))
}

// Expect wants the program's next datagram to be these bytes, and returns the
// address that it came from.
func (s *UDPServer) Expect(want string, causes ...Cause) netip.AddrPort {
	s.t.Helper()
	p := s.program
	got, from, end := s.receive(deadline)
	if end != done {
		f := &finding{outcome: NeverSent, want: want, wanted: true, probe: s.sendsAfterInput}
		if end == exited {
			f.outcome = Exited
		}
		p.fail(f, causes)
	}
	if string(got) != want {
		event := len(s.record.Events()) - 1
		p.fail(&finding{outcome: Wrong, want: want, wanted: true, got: got, event: event, offset: firstDifference(want, got), serves: s}, causes)
	}
	return from
}

// receive takes and notes the next datagram of the client that was started last.
func (s *UDPServer) receive(limit time.Duration) ([]byte, netip.AddrPort, ending) {
	got, from, end := receive(s.program, s.conn, limit)
	if end == done {
		s.meet(from.String())
		s.record.Add(wire.Event{Client: s.program.name(), Kind: wire.Bytes, ToServer: true, Data: got})
	}
	return got, from, end
}

// sendsAfterInput tells whether a silent client sends something once its input
// ends.
func (s *UDPServer) sendsAfterInput() bool {
	if !s.program.endInput() {
		return false
	}
	s.record.Add(wire.Event{Kind: wire.Note, Text: "and what if the input ends?"})
	_, _, end := s.receive(deadline)
	return end == done
}

// Say sends a datagram to the program, from the server's own address.
func (s *UDPServer) Say(to netip.AddrPort, text string) {
	s.t.Helper()
	s.record.Add(wire.Event{Client: s.nameOf(to), Kind: wire.Bytes, Data: []byte(text)})
	if _, err := s.conn.WriteToUDPAddrPort([]byte(text), to); err != nil {
		s.t.Fatalf("lab: %v", err)
	}
}

// SayFromElsewhere sends a datagram to the program from an address that it has
// not asked.
func (s *UDPServer) SayFromElsewhere(to netip.AddrPort, text string) {
	s.t.Helper()
	stranger := listenUDP(s.t, AnyPort)
	defer stranger.Close()
	s.record.Add(wire.Event{Client: s.nameOf(to), Kind: wire.Bytes, Data: []byte(text), From: stranger.LocalAddr().String()})
	if _, err := stranger.WriteToUDPAddrPort([]byte(text), to); err != nil {
		s.t.Fatalf("lab: %v", err)
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

func (s *UDPServer) nameOf(addr netip.AddrPort) string {
	for _, c := range s.record.Clients() {
		if c.Address == addr.String() {
			return c.Name
		}
	}
	return s.program.name()
}

// ExpectPatience wants the program to ask nothing more, and not to give up: it
// is seen asleep, with no timer that will ring soon, or it outlasts a few
// seconds of silence.
func (s *UDPServer) ExpectPatience(causes ...Cause) {
	s.t.Helper()
	got, _, end := s.receive(aWhile())
	switch end {
	case done:
		event := len(s.record.Events()) - 1
		s.program.fail(&finding{outcome: TooMuch, got: got, event: event, offset: 0}, causes)
	case exited:
		s.program.fail(&finding{outcome: Exited}, causes)
	}
}

// ExpectNothing wants no datagram to be there, and none to come any more.
func (s *UDPServer) ExpectNothing(causes ...Cause) {
	s.t.Helper()
	got, _, end := s.receive(s.program.patience())
	if end == done {
		event := len(s.record.Events()) - 1
		s.program.fail(&finding{outcome: TooMuch, got: got, event: event, offset: 0}, causes)
	}
}

// FollowedBy is the sign of a client whose next datagram is this one.
func FollowedBy(text string) Sign {
	return func(f *finding) bool {
		if f.serves == nil {
			return false
		}
		got, _, end := f.serves.receive(f.serves.program.patience())
		return end == done && string(got) == text
	}
}
