package lab

import (
	"fmt"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/quiet"
)

// ExpectDatagrams wants the clients to have sent these datagrams, in this order.
func (l *Link) ExpectDatagrams(want []string) {
	l.t.Helper()
	l.program.expectBegun()
	seen := l.network.Datagrams()
	for i, d := range seen {
		if i >= len(want) {
			l.program.fail(&mismatch{outcome: failure.TooMuch, got: d.Data, event: d.Event})
		}
		if string(d.Data) != want[i] {
			l.program.fail(&mismatch{outcome: failure.Wrong, want: want[i], wanted: true, got: d.Data, event: d.Event, offset: firstDifference(want[i], d.Data)})
		}
	}
	if len(seen) < len(want) {
		m := &mismatch{outcome: failure.NeverSent, want: want[len(seen)], wanted: true}
		m.sentence = fmt.Sprintf("%s sent %d of the %d datagrams that were wanted.", subject.name, len(seen), len(want))
		l.fail(m)
	}
}

// ExpectClients wants datagrams to have come from so many addresses: each client
// has a socket of its own.
func (l *Link) ExpectClients(n int) {
	l.t.Helper()
	l.program.expectBegun()
	seen := len(l.network.Clients)
	if seen == n {
		return
	}
	if again := l.program.patient(); again != nil { // it may be chance; see twins
		again.link.ExpectClients(n)
		return
	}
	l.fail(&mismatch{outcome: failure.TooFewSockets, facts: map[string]string{"addresses": itoa(seen)},
		sentence: fmt.Sprintf("%s has %d clients, and each sends from a socket of its own; addresses seen: %d.", subject.name, n, seen)})
}

// ExpectStreams wants the clients to have made so many connections, and each
// to have sent this, and then the end of its stream.
func (l *Link) ExpectStreams(want []string) {
	l.t.Helper()
	l.program.expectBegun()
	for i, text := range want {
		if i >= len(l.network.Streams) {
			m := &mismatch{outcome: failure.NeverConnected, want: text, wanted: true}
			m.sentence = fmt.Sprintf("%s made %d of the %d connections that were wanted.", subject.name, len(l.network.Streams), len(want))
			l.fail(m)
		}
		s := l.network.Streams[i]
		if s.Broke {
			l.fail(&mismatch{outcome: failure.Reset, sentence: subject.name + " reset its connection: what was on its way may be lost."})
		}
		if n := firstDifference(text, s.All); string(s.All) != text {
			m := &mismatch{outcome: failure.Wrong, want: text, wanted: true, got: s.All}
			m.event, m.offset = s.Locate(n)
			if len(s.All) == 0 {
				m.outcome, m.sentence = failure.NeverSent, subject.name+" connected, and never sent anything."
			}
			l.fail(m)
		}
		if !s.Ended {
			l.fail(&mismatch{outcome: failure.NeverClosed, sentence: subject.name + " never ended its stream: the server waits for that."})
		}
	}
	if len(l.network.Streams) > len(want) {
		m := &mismatch{outcome: failure.TooMuch, got: l.network.Streams[len(want)].All, event: -1}
		m.sentence = fmt.Sprintf("%s made %d connections through the link; wanted %d.", subject.name, len(l.network.Streams), len(want))
		l.fail(m)
	}
}

// fail has the program fail, also where it came to the TODO of a later step.
func (l *Link) fail(m *mismatch) {
	l.t.Helper()
	m.early = l.program.stopsLater()
	l.program.fail(m)
}

// ExpectClientsClosed wants the program, which is still there, to hold none of
// the sockets that have sent a datagram. Where the system does not show them,
// nothing is asked.
func (l *Link) ExpectClientsClosed() {
	l.t.Helper()
	list, _ := quiet.Listeners(l.program.pid())
	for _, socket := range list {
		for _, f := range l.network.Clients {
			if socket.Net == "udp" && socket.Local.Port() == f.Client.Port() && f.Client != l.udp {
				l.program.fail(&mismatch{outcome: failure.TooManySockets, sentence: subject.name + " still holds the socket of a UDP client that has sent all."})
			}
		}
	}
}

// ExpectClosed wants the program, which is still there, to hold none of the
// connections that are over. Where the system does not show them, nothing is asked.
func (l *Link) ExpectClosed() {
	l.t.Helper()
	held := l.network.Held()
	if held > 0 {
		m := &mismatch{outcome: failure.TooManySockets, sentence: subject.name + " still holds " + itoa(held) + " connections whose streams are over."}
		if held == 1 {
			m.sentence = subject.name + " still holds a connection whose stream is over."
		}
		l.program.fail(m)
	}
}
