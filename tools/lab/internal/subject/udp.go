package subject

import (
	"fmt"
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
	Name    string
	Program *Program
	Conn    *net.UDPConn
	To      netip.AddrPort // where the program was said to be

	said string // the last datagram
}

// OpenUDP opens the socket of a client that asks there, at an address of this
// machine's. It stays open until the program has ended: what a program says too
// late must not reach whoever gets the port next.
func (p *Program) OpenUDP(name, at string, to netip.AddrPort) *UDP {
	p.T.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(at)))
	if err != nil {
		p.T.Fatalf("lab: %v", err)
	}
	p.clients = append(p.clients, conn)
	p.Record.Join(name, conn.LocalAddr().String())
	return &UDP{Name: name, Program: p, Conn: conn, To: to}
}

// Near is any port of this machine, in the address's family.
func Near(to netip.AddrPort) string {
	if to.Addr().Is6() && !to.Addr().Is4In6() {
		return "[::1]:0"
	}
	return AnyPort
}

// Say sends one datagram.
func (u *UDP) Say(text string) {
	u.Program.T.Helper()
	u.said = text
	u.Program.Record.Add(wire.Event{Client: u.Name, Kind: wire.Bytes, ToServer: true, Data: []byte(text)})
	if _, err := u.Conn.WriteToUDPAddrPort([]byte(text), u.To); err != nil {
		u.Program.T.Fatalf("lab: %v", err)
	}
}

// other is the address a datagram came from, where that is not the one asked.
func (u *UDP) other(from netip.AddrPort) string {
	if from == u.To {
		return ""
	}
	return from.String()
}

// Leave closes the client's socket.
func (u *UDP) Leave() {
	u.Conn.Close()
	u.Program.Record.Add(wire.Event{Client: u.Name, Kind: wire.Close, ToServer: true})
}

// Receive takes the next datagram.
func (u *UDP) Receive() ([]byte, netip.AddrPort, wait.Result) { return u.ReceiveFor(wait.Deadline) }

// ReceiveFor is Receive with a limit of its own.
func (u *UDP) ReceiveFor(limit time.Duration) ([]byte, netip.AddrPort, wait.Result) {
	return receive(u.Program, u.Conn, limit)
}

// Note puts a datagram that has come into the record, and returns its event.
func (u *UDP) Note(got []byte, from netip.AddrPort) (event int) {
	return u.Program.Record.Add(wire.Event{Client: u.Name, Kind: wire.Bytes, Data: got, From: u.other(from)})
}

// receive takes the next datagram that the program, or anybody, sends to conn.
func receive(p *Program, conn *net.UDPConn, limit time.Duration) (got []byte, from netip.AddrPort, w wait.Result) {
	buf := make([]byte, 1<<16)
	w = p.Waits.AwaitFor(limit, func(step time.Duration) bool {
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

// Unanswered says what became of a question that got no answer.
func (u *UDP) Unanswered(want string, w wait.Result) *Mismatch {
	m := &Mismatch{Outcome: u.silence(w), Want: want, Wanted: true, UDP: u, Wait: w}
	if m.Outcome.Silent() && want != "" {
		for _, other := range u.Program.clients {
			if other != u.Conn && u.Program.gave(other, want) {
				m.Outcome = failure.WrongClient
			}
		}
	}
	if m.Outcome == failure.NotListening {
		m.Sentence = u.Program.NotListening()
	}
	if partner := u.partner(); m.Outcome.Silent() && partner != "" {
		m.Outcome = failure.NeverRead
		m.Sentence = fmt.Sprintf("%s's socket is connected to %s: it is given no datagram from anybody else.", Name(), partner)
		m.Facts = map[string]string{"socket": "connected to another"}
	}
	return m
}

// partner is whom the program's socket is connected to, if that is another than
// this client; "" if it is not connected.
func (u *UDP) partner() string {
	list, _ := quiet.Listeners(u.Program.Pid())
	for _, socket := range list {
		if socket.Net == "udp" && socket.Local.Port() == u.To.Port() && !isAlone(socket) && socket.Remote.String() != u.Conn.LocalAddr().String() {
			return socket.Remote.String()
		}
	}
	return ""
}

// gave reports whether a client that was not asked has this in its socket.
func (p *Program) gave(conn *net.UDPConn, text string) bool {
	buf := make([]byte, 1<<16)
	name := ""
	for _, c := range p.Record.Clients() {
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
		p.Record.Add(wire.Event{Client: name, Kind: wire.Bytes, Data: slices.Clone(buf[:n])})
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
	list, ok := quiet.Listeners(u.Program.Pid())
	if !ok {
		return u.refused()
	}
	for _, socket := range list {
		if socket.Net == "udp" && socket.Local.Port() == u.To.Port() {
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
	conn, err := net.Dial("udp", u.To.String())
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
