package lab

import (
	"maps"
	"net"
	"net/netip"
	"slices"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/lab/internal/subject"
	"sockets.test/tools/lab/internal/wait"
)

// A UDP is a client's socket: not connected, so that it sees every datagram
// that comes to its port, from whatever address.
type UDP struct{ client *subject.UDP }

// UDP opens a client's socket. It stays open until the program has ended: what
// a program says too late must not reach whoever gets the port next.
func (s *Server) UDP(name string) *UDP {
	s.subject.T.Helper()
	return s.openUDP(name, subject.Near(s.at()))
}

// PassingUDP opens the socket of a client that will Leave. It has another address
// of this machine's, where there is one, because its port may be somebody's
// before the answer comes.
func (s *Server) PassingUDP(name string) *UDP {
	s.subject.T.Helper()
	const elsewhere = "127.0.0.3:0"
	if conn, err := net.ListenPacket("udp4", elsewhere); err == nil {
		conn.Close()
		return s.openUDP(name, elsewhere)
	}
	return s.UDP(name)
}

func (s *Server) openUDP(name, at string) *UDP {
	s.subject.T.Helper()
	return &UDP{client: s.subject.OpenUDP(name, at, s.at())}
}

func (s *Server) at() netip.AddrPort { return netip.MustParseAddrPort(s.Addr) }

// Say sends one datagram.
func (u *UDP) Say(text string) {
	u.client.Program.T.Helper()
	u.client.Say(text)
}

// Expect wants the next datagram to be these bytes, or, where there are several
// right answers, one of these, from the address that Say sends to.
func (u *UDP) Expect(want string, or ...string) {
	u.client.Program.T.Helper()
	right := append([]string{want}, or...)
	got, from, w := u.client.Receive()
	if w.End != wait.Done {
		u.client.Program.Fail(u.client.Unanswered(want, w))
	}
	event := u.client.Note(got, from)
	m := &subject.Mismatch{Want: want, Wanted: true, Got: got, UDP: u.client, Event: event, Offset: subject.FirstDifference(want, got)}
	if from != u.client.To {
		m.Outcome = failure.WrongAddress
	} else if !slices.Contains(right, string(got)) {
		m.Outcome = failure.Wrong
	}
	if m.Outcome != "" {
		u.client.Program.Fail(m)
	}
}

// ExpectSome wants a datagram, whatever its bytes, and returns them.
func (u *UDP) ExpectSome() string {
	u.client.Program.T.Helper()
	got, from, w := u.client.Receive()
	if w.End != wait.Done {
		u.client.Program.Fail(u.client.Unanswered("", w))
	}
	event := u.client.Note(got, from)
	if from != u.client.To {
		u.client.Program.Fail(&subject.Mismatch{Outcome: failure.WrongAddress, UDP: u.client, Event: event, Offset: -1})
	}
	return string(got)
}

// ExpectAll wants these datagrams to come next, in any order.
func (u *UDP) ExpectAll(want []string) {
	u.client.Program.T.Helper()
	missing := map[string]int{}
	for _, text := range want {
		missing[text]++
	}
	for range want {
		got, from, w := u.client.Receive()
		if w.End != wait.Done {
			u.client.Program.Fail(u.client.Unanswered(anyOf(missing), w))
		}
		event := u.client.Note(got, from)
		if missing[string(got)] == 0 {
			want := anyOf(missing)
			u.client.Program.Fail(&subject.Mismatch{Outcome: failure.Wrong, Want: want, Wanted: true, Got: got, UDP: u.client, Event: event, Offset: subject.FirstDifference(want, got)})
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
	u.client.Program.T.Helper()
	got, from, w := u.client.ReceiveFor(min(wait.Patience(), time.Second))
	if w.End != wait.Done {
		return
	}
	event := u.client.Note(got, from)
	u.client.Program.Fail(&subject.Mismatch{Outcome: failure.TooMuch, Got: got, UDP: u.client, Event: event})
}

// Leave closes the client's socket: whatever still comes for it cannot be
// delivered, and the sender's system learns that from ICMP.
func (u *UDP) Leave() { u.client.Leave() }
