package lab

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/kernel"
	"sockets.test/tools/lab/internal/wait"
)

// A UDP is a client's socket: not connected, so that it sees every datagram
// that comes to its port, from whatever address.
type UDP struct {
	name   string
	server *Server
	conn   *net.UDPConn
	to     netip.AddrPort

	said     string // the last datagram
	unjudged int    // answers that Expect passes over
}

// UDP opens a client's socket. It stays open until the program has ended: what
// a program says too late must not reach whoever gets the port next.
func (s *Server) UDP(name string) *UDP {
	s.t.Helper()
	return s.openUDP(name, loopback(s.Addr))
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
	return s.UDP(name)
}

func (s *Server) openUDP(name, at string) *UDP {
	s.t.Helper()
	conn, err := net.ListenUDP("udp", udpAddr(at))
	if err != nil {
		s.t.Fatalf("lab: %v", err)
	}
	s.clients = append(s.clients, conn)
	s.record.Join(name, conn.LocalAddr().String())
	return &UDP{name: name, server: s, conn: conn, to: netip.MustParseAddrPort(s.Addr)}
}

// loopback is any port of this machine, in the address's family.
func loopback(addr string) string {
	if at, err := netip.ParseAddrPort(addr); err == nil && at.Addr().Is6() && !at.Addr().Is4In6() {
		return "[::1]:0"
	}
	return AnyPort
}

// Say sends one datagram.
func (u *UDP) Say(text string) {
	u.server.t.Helper()
	u.said = text
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

// Expect wants the next datagram to be these bytes, or, where there are several
// right answers, one of these, from the address that Say sends to.
func (u *UDP) Expect(want string, or ...string) {
	u.server.t.Helper()
	right := append([]string{want}, or...)
	got, from, w := u.receive()
	for w.End == wait.Done && from == u.to && !slices.Contains(right, string(got)) && u.unjudged > 0 {
		u.unjudged--
		u.server.record.Add(wire.Event{Client: u.name, Kind: wire.Bytes, Data: got})
		got, from, w = u.receive()
	}
	if w.End != wait.Done {
		u.server.fail(u.unanswered(want, w))
	}
	event := u.server.record.Add(wire.Event{Client: u.name, Kind: wire.Bytes, Data: got, From: u.other(from)})
	m := &mismatch{want: want, wanted: true, got: got, udp: u, event: event, offset: firstDifference(want, got)}
	if from != u.to {
		m.outcome = failure.WrongAddress
	} else if !slices.Contains(right, string(got)) {
		m.outcome = failure.Wrong
	}
	if m.outcome != "" {
		u.server.fail(m)
	}
}

// ExpectSome wants a datagram, whatever its bytes, and returns them.
func (u *UDP) ExpectSome() string {
	u.server.t.Helper()
	got, from, w := u.receive()
	if w.End != wait.Done {
		u.server.fail(u.unanswered("", w))
	}
	event := u.server.record.Add(wire.Event{Client: u.name, Kind: wire.Bytes, Data: got, From: u.other(from)})
	if from != u.to {
		u.server.fail(&mismatch{outcome: failure.WrongAddress, udp: u, event: event, offset: -1})
	}
	return string(got)
}

// ExpectAll wants these datagrams to come next, in any order.
func (u *UDP) ExpectAll(want []string) {
	u.server.t.Helper()
	missing := map[string]int{}
	for _, text := range want {
		missing[text]++
	}
	for range want {
		got, from, w := u.receive()
		if w.End != wait.Done {
			u.server.fail(u.unanswered(anyOf(missing), w))
		}
		event := u.server.record.Add(wire.Event{Client: u.name, Kind: wire.Bytes, Data: got, From: u.other(from)})
		if missing[string(got)] == 0 {
			want := anyOf(missing)
			u.server.fail(&mismatch{outcome: failure.Wrong, want: want, wanted: true, got: got, udp: u, event: event, offset: firstDifference(want, got)})
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

// ExpectNothing wants no datagram to be there, and none to come any more. A
// program that wakes by itself has a second to send one. Where silence cannot
// be proven, only what is there already counts.
func (u *UDP) ExpectNothing() {
	u.server.t.Helper()
	got, from, w := u.receiveFor(min(wait.Patience(), time.Second))
	if w.End != wait.Done {
		return
	}
	event := u.server.record.Add(wire.Event{Client: u.name, Kind: wire.Bytes, Data: got, From: u.other(from)})
	u.server.fail(&mismatch{outcome: failure.TooMuch, got: got, udp: u, event: event})
}

// Leave closes the client's socket: whatever still comes for it cannot be
// delivered, and the sender's system learns that from ICMP.
func (u *UDP) Leave() {
	u.conn.Close()
	u.server.record.Add(wire.Event{Client: u.name, Kind: wire.Close, ToServer: true})
}

// other is the address a datagram came from, where that is not the one asked.
func (u *UDP) other(from netip.AddrPort) string {
	if from == u.to {
		return ""
	}
	return from.String()
}

// receive takes the next datagram.
func (u *UDP) receive() ([]byte, netip.AddrPort, wait.Result) { return u.receiveFor(wait.Deadline) }

func (u *UDP) receiveFor(limit time.Duration) ([]byte, netip.AddrPort, wait.Result) {
	return receive(u.server.Program, u.conn, limit)
}

// receive takes the next datagram that the program, or anybody, sends to conn.
func receive(p *Program, conn *net.UDPConn, limit time.Duration) (got []byte, from netip.AddrPort, w wait.Result) {
	buf := make([]byte, 1<<16)
	w = p.waits.AwaitFor(limit, func(step time.Duration) bool {
		conn.SetReadDeadline(time.Now().Add(step))
		n, addr, err := conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return false
		}
		got, from = buf[:n], netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())
		return true
	}, func() bool { return kernel.Holds(conn) })
	return got, from, w
}

// unanswered says what became of a question that got no answer.
func (u *UDP) unanswered(want string, w wait.Result) *mismatch {
	m := &mismatch{outcome: u.silence(w), want: want, wanted: true, udp: u, wait: w}
	if m.outcome.Silent() && want != "" {
		for _, other := range u.server.clients {
			if other != u.conn && u.server.gave(other, want) {
				m.outcome = failure.WrongClient
			}
		}
	}
	if m.outcome == failure.NotListening {
		m.sentence = u.server.notListening()
	}
	if partner := u.partner(); m.outcome.Silent() && partner != "" {
		m.outcome = failure.NeverRead
		m.sentence = fmt.Sprintf("%s's socket is connected to %s: it is given no datagram from anybody else.", subject.name, partner)
		m.facts = map[string]string{"socket": "connected to another"}
	}
	return m
}

// partner is whom the program's socket is connected to, if that is another than
// this client; "" if it is not connected.
func (u *UDP) partner() string {
	list, _ := quiet.Listeners(u.server.pid())
	for _, socket := range list {
		if socket.Net == "udp" && socket.Local.Port() == u.to.Port() && !isAlone(socket) && socket.Remote.String() != u.conn.LocalAddr().String() {
			return socket.Remote.String()
		}
	}
	return ""
}

// gave reports whether a client that was not asked has this in its socket.
func (s *Server) gave(conn *net.UDPConn, text string) bool {
	buf := make([]byte, 1<<16)
	name := ""
	for _, c := range s.record.Clients() {
		if c.Address == conn.LocalAddr().String() {
			name = c.Name
		}
	}
	for kernel.Holds(conn) {
		conn.SetReadDeadline(time.Now().Add(wait.Deadline))
		n, _, err := conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return false
		}
		s.record.Add(wire.Event{Client: name, Kind: wire.Bytes, Data: slices.Clone(buf[:n])})
		if string(buf[:n]) == text {
			return true
		}
	}
	return false
}

// silence says what kind of silence it is.
func (u *UDP) silence(w wait.Result) failure.Outcome {
	if w.End == wait.Exited {
		return failure.Exited
	}
	list, ok := quiet.Listeners(u.server.pid())
	if !ok {
		return u.refused()
	}
	for _, socket := range list {
		if socket.Net == "udp" && socket.Local.Port() == u.to.Port() {
			if socket.RecvQ > 0 {
				return failure.NeverRead
			}
			return failure.NeverAnswered
		}
	}
	return failure.NotListening
}

// refused asks once more from a connected socket, which learns of a closed
// port (ICMP, RFC 1122 section 4.1.3.3).
func (u *UDP) refused() failure.Outcome {
	conn, err := net.Dial("udp", u.server.Addr)
	if err != nil {
		return failure.NeverAnswered
	}
	defer conn.Close()
	conn.Write(nil)
	conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if _, err := conn.Read(make([]byte, 1)); kernel.IsRefused(err) {
		return failure.NotListening
	}
	return failure.NeverAnswered
}

func udpAddr(addr string) *net.UDPAddr {
	return net.UDPAddrFromAddrPort(netip.MustParseAddrPort(addr))
}
