package network

import (
	"fmt"
	"strconv"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/lab/internal/subject"
	"sockets.test/tools/lab/internal/wait"
)

// ExpectDatagrams wants the clients to have sent these datagrams, in this order.
func (l *Link) ExpectDatagrams(want []string) {
	l.t.Helper()
	l.expectBegun()
	seen := l.relay.Datagrams()
	for i, d := range seen {
		if i >= len(want) {
			l.program.Fail(&subject.Mismatch{Outcome: failure.TooMuch, Got: d.Data, Event: d.Event})
		}
		if string(d.Data) != want[i] {
			l.program.Fail(&subject.Mismatch{Outcome: failure.Wrong, Want: want[i], Wanted: true, Got: d.Data, Event: d.Event, Offset: subject.FirstDifference(want[i], d.Data)})
		}
	}
	if len(seen) < len(want) {
		m := &subject.Mismatch{Outcome: failure.NeverSent, Want: want[len(seen)], Wanted: true}
		m.Sentence = fmt.Sprintf("%s sent %d of the %d datagrams that were wanted.", subject.Name(), len(seen), len(want))
		l.fail(m)
	}
}

// ExpectClients wants datagrams to have come from so many addresses: each client
// has a socket of its own.
func (l *Link) ExpectClients(n int) {
	l.t.Helper()
	l.expectBegun()
	seen := len(l.relay.Clients)
	if seen == n {
		return
	}
	if again := l.patiently(); again != nil { // it may be chance; see twins
		again.link.ExpectClients(n)
		return
	}
	l.fail(&subject.Mismatch{Outcome: failure.TooFewSockets, Facts: map[string]string{"addresses": strconv.Itoa(seen)},
		Sentence: fmt.Sprintf("%s has %d clients, and each sends from a socket of its own; addresses seen: %d.", subject.Name(), n, seen)})
}

// ExpectStreams wants the clients to have made so many connections, and each
// to have sent this, and then the end of its stream.
func (l *Link) ExpectStreams(want []string) {
	l.t.Helper()
	l.expectBegun()
	for i, text := range want {
		if i >= len(l.relay.Streams) {
			m := &subject.Mismatch{Outcome: failure.NeverConnected, Want: text, Wanted: true}
			m.Sentence = fmt.Sprintf("%s made %d of the %d connections that were wanted.", subject.Name(), len(l.relay.Streams), len(want))
			l.fail(m)
		}
		s := l.relay.Streams[i]
		if s.Broke {
			l.fail(&subject.Mismatch{Outcome: failure.Reset, Sentence: subject.Name() + " reset its connection: what was on its way may be lost."})
		}
		if n := subject.FirstDifference(text, s.All); string(s.All) != text {
			m := &subject.Mismatch{Outcome: failure.Wrong, Want: text, Wanted: true, Got: s.All}
			m.Event, m.Offset = s.Locate(n)
			if len(s.All) == 0 {
				m.Outcome, m.Sentence = failure.NeverSent, subject.Name()+" connected, and never sent anything."
			}
			l.fail(m)
		}
		if !s.Ended {
			l.fail(&subject.Mismatch{Outcome: failure.NeverClosed, Sentence: subject.Name() + " never ended its stream: the server waits for that."})
		}
	}
	if len(l.relay.Streams) > len(want) {
		m := &subject.Mismatch{Outcome: failure.TooMuch, Got: l.relay.Streams[len(want)].All, Event: -1}
		m.Sentence = fmt.Sprintf("%s made %d connections through the link; wanted %d.", subject.Name(), len(l.relay.Streams), len(want))
		l.fail(m)
	}
}

// fail has the program fail, also where it came to the TODO of a later step.
func (l *Link) fail(m *subject.Mismatch) {
	l.t.Helper()
	m.Early = l.program.StopsLater()
	l.program.Fail(m)
}

// ExpectClientsClosed wants the program, which is still there, to hold none of
// the sockets that have sent a datagram. Where the system does not show them,
// nothing is asked.
func (l *Link) ExpectClientsClosed() {
	l.t.Helper()
	list, _ := quiet.Listeners(l.program.Pid())
	for _, socket := range list {
		for _, f := range l.relay.Clients {
			if socket.Net == "udp" && socket.Local.Port() == f.Client.Port() && f.Client != l.udp {
				l.program.Fail(&subject.Mismatch{Outcome: failure.TooManySockets, Sentence: subject.Name() + " still holds the socket of a UDP client that has sent all."})
			}
		}
	}
}

// ExpectClosed wants the program, which is still there, to hold none of the
// connections that are over. Where the system does not show them, nothing is asked.
func (l *Link) ExpectClosed() {
	l.t.Helper()
	held := l.relay.Held()
	if held > 0 {
		m := &subject.Mismatch{Outcome: failure.TooManySockets, Sentence: subject.Name() + " still holds " + strconv.Itoa(held) + " connections whose streams are over."}
		if held == 1 {
			m.Sentence = subject.Name() + " still holds a connection whose stream is over."
		}
		l.program.Fail(m)
	}
}

// expectBegun wants the program not to have ended at the TODO of this step, or of
// one before, when no client was seen.
func (l *Link) expectBegun() {
	l.t.Helper()
	p := l.program
	if len(p.Record.Events()) == 0 && p.Waits.Ended(wait.Result{}) && p.Unbegun() && !p.StopsLater() {
		p.Fail(&subject.Mismatch{Outcome: failure.NotBegun})
	}
}
