package lab

import (
	"bytes"
	"maps"
	"net"
	"net/netip"
	"slices"
	"time"

	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/internal/wire"
)

// A UDP is a client's socket: not connected, so that it sees every datagram
// that comes to its port, from whatever address.
type UDP struct {
	name   string
	server *Server
	conn   *net.UDPConn
	to     netip.AddrPort

	unjudged int // answers that Expect passes over
}

// UDP opens a client's socket. It stays open until the program has ended: what
// a program says too late must not reach whoever gets the port next.
func (s *Server) UDP(name string) *UDP {
	s.t.Helper()
	return s.openUDP(name, AnyPort)
}

// PassingUDP opens the socket of a client that will Leave. It has another address
// of this machine's, where there is one, because its port may be somebody's
// before the answer comes.
func (s *Server) PassingUDP(name string) *UDP {
	s.t.Helper()
	const elsewhere = "127.0.0.3:0"
	if conn, err := net.ListenPacket("udp4", elsewhere); err == nil {
		conn.Close()
		return s.openUDP(name, elsewhere)
	}
	return s.openUDP(name, AnyPort)
}

func (s *Server) openUDP(name, at string) *UDP {
	s.t.Helper()
	to := netip.MustParseAddrPort(s.Addr)
	conn, err := net.ListenUDP("udp4", udpAddr(at))
	if err != nil {
		s.t.Fatalf("lab: %v", err)
	}
	s.clients = append(s.clients, conn)
	s.record.Join(name, conn.LocalAddr().String())
	return &UDP{name: name, server: s, conn: conn, to: to}
}

// Say sends one datagram.
func (u *UDP) Say(text string) {
	u.server.t.Helper()
	u.server.record.Add(wire.Event{Client: u.name, Kind: wire.Bytes, ToServer: true, Data: []byte(text)})
	if _, err := u.conn.WriteToUDPAddrPort([]byte(text), u.to); err != nil {
		u.server.t.Fatalf("lab: %v", err)
	}
}

// SayUnjudged sends one datagram whose answer is nobody's concern: the next
// Expect passes over one datagram that it does not want.
func (u *UDP) SayUnjudged(text string) {
	u.server.t.Helper()
	u.Say(text)
	u.unjudged++
}

// Expect wants the next datagram to be these bytes, from the address that Say
// sends to.
func (u *UDP) Expect(want string, causes ...Cause) {
	u.server.t.Helper()
	got, from, end := u.receive()
	for end == done && from == u.to && string(got) != want && u.unjudged > 0 {
		u.unjudged--
		u.server.record.Add(wire.Event{Client: u.name, Kind: wire.Bytes, Data: got})
		got, from, end = u.receive()
	}
	if end != done {
		u.server.fail(&finding{outcome: u.silence(end), want: want, wanted: true}, causes)
	}
	event := wire.Event{Client: u.name, Kind: wire.Bytes, Data: got}
	f := &finding{want: want, wanted: true, got: got, udp: u}
	if from != u.to {
		event.From = from.String()
		f.outcome = Stranger
	} else if string(got) != want {
		f.outcome = Wrong
	}
	f.event = u.server.record.Add(event)
	if f.outcome != "" {
		f.offset = firstDifference(want, got)
		u.server.fail(f, causes)
	}
}

// ExpectSome wants a datagram, whatever its bytes.
func (u *UDP) ExpectSome(causes ...Cause) {
	u.server.t.Helper()
	got, from, end := u.receive()
	if end != done {
		u.server.fail(&finding{outcome: u.silence(end)}, causes)
	}
	event := wire.Event{Client: u.name, Kind: wire.Bytes, Data: got}
	if from != u.to {
		event.From = from.String()
	}
	i := u.server.record.Add(event)
	if from != u.to {
		u.server.fail(&finding{outcome: Stranger, event: i, offset: -1}, causes)
	}
}

// ExpectNothing wants no datagram to be there, and none to come any more. A
// program that wakes by itself has a second to send one. Where silence cannot
// be proven, only what is there already counts.
func (u *UDP) ExpectNothing(causes ...Cause) {
	u.server.t.Helper()
	got, from, end := u.receiveFor(min(u.server.patience(), time.Second))
	if end != done {
		return
	}
	i := u.server.record.Add(wire.Event{Client: u.name, Kind: wire.Bytes, Data: got, From: u.other(from)})
	u.server.fail(&finding{outcome: TooMuch, got: got, event: i, offset: 0}, causes)
}

func (u *UDP) other(from netip.AddrPort) string {
	if from == u.to {
		return ""
	}
	return from.String()
}

// receive takes the next datagram.
func (u *UDP) receive() ([]byte, netip.AddrPort, ending) { return u.receiveFor(deadline) }

func (u *UDP) receiveFor(limit time.Duration) ([]byte, netip.AddrPort, ending) {
	return receive(u.server.Program, u.conn, limit)
}

// receive takes the next datagram that the program, or anybody, sends to conn.
func receive(p *Program, conn *net.UDPConn, limit time.Duration) (got []byte, from netip.AddrPort, end ending) {
	buf := make([]byte, 1<<16)
	end = p.awaitFor(limit, func(step time.Duration) bool {
		conn.SetReadDeadline(time.Now().Add(step))
		n, addr, err := conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return false
		}
		got, from = buf[:n], netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())
		return true
	}, func() bool { return holds(conn) })
	return got, from, end
}

// ExpectAll wants these datagrams to come next, in any order.
func (u *UDP) ExpectAll(want []string, causes ...Cause) {
	u.server.t.Helper()
	missing := map[string]int{}
	for _, text := range want {
		missing[text]++
	}
	for range want {
		got, from, end := u.receive()
		if end != done {
			u.server.fail(&finding{outcome: u.silence(end), want: anyOf(missing), wanted: true}, causes)
		}
		event := u.server.record.Add(wire.Event{Client: u.name, Kind: wire.Bytes, Data: got, From: u.other(from)})
		if missing[string(got)] == 0 {
			u.server.fail(&finding{outcome: Wrong, want: anyOf(missing), wanted: true, got: got, event: event}, causes)
		}
		missing[string(got)]--
	}
}

// anyOf is the first, by the alphabet, of the texts that are still missing.
func anyOf(missing map[string]int) string {
	for _, text := range slices.Sorted(maps.Keys(missing)) {
		if missing[text] > 0 {
			return text
		}
	}
	return ""
}

// holds tells whether the client has received exactly this, and has not been
// asked for it.
func (u *UDP) holds(text string) bool {
	buf := make([]byte, 1<<16)
	for holds(u.conn) {
		u.conn.SetReadDeadline(time.Now().Add(deadline))
		n, from, err := u.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return false
		}
		u.server.record.Add(wire.Event{Client: u.name, Kind: wire.Bytes, Data: bytes.Clone(buf[:n]), From: u.other(from)})
		if string(buf[:n]) == text {
			return true
		}
	}
	return false
}

// silence says what kind of silence it is.
func (u *UDP) silence(end ending) Outcome {
	if end == exited {
		return Exited
	}
	list, ok := quiet.Sockets(u.server.PID())
	if !ok {
		return u.refused()
	}
	for _, socket := range list {
		if socket.Net == "udp" && socket.Local.Port() == u.to.Port() {
			if socket.RecvQ > 0 {
				return NeverRead
			}
			return NeverAnswered
		}
	}
	return NotListening
}

// refused asks once more from a connected socket, which learns of a closed
// port (ICMP, RFC 1122 section 4.1.3.3).
func (u *UDP) refused() Outcome {
	conn, err := net.Dial("udp4", u.server.Addr)
	if err != nil {
		return NeverAnswered
	}
	defer conn.Close()
	conn.Write(nil)
	conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if _, err := conn.Read(make([]byte, 1)); isRefused(err) {
		return NotListening
	}
	return NeverAnswered
}

// firstDifference is the index of the first byte in which got is not want.
func firstDifference(want string, got []byte) int {
	for i := range got {
		if i >= len(want) || got[i] != want[i] {
			return i
		}
	}
	return len(got)
}
