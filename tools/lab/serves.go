package lab

import (
	"fmt"
	"slices"
	"time"

	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/internal/wire"
)

// The signs of this file tell why a server of datagrams is silent, or gone.

// Serves is the sign of a program that owes an answer, rests, and gives exactly
// this answer to what the other client asks next.
func Serves(other *UDP, question, answer string) Sign {
	return func(f *finding) bool {
		if !Silent(f) {
			return false
		}
		other.Say(question)
		return other.holdsSoon(answer)
	}
}

// holdsSoon tells whether this comes, whatever comes before it.
func (u *UDP) holdsSoon(text string) bool {
	for {
		got, from, end := u.receive()
		if end != done {
			return false
		}
		if from == u.to && string(got) == text {
			return true
		}
	}
}

// HasPartner is the sign of a server that owes an answer, and whose own socket
// is connected: it takes datagrams from one address only.
var HasPartner Sign = func(f *finding) bool {
	list, _ := quiet.Sockets(f.program.PID())
	return f.owes() && slices.ContainsFunc(list, func(s quiet.Socket) bool {
		return s.Net == "udp" && s.Local.String() == f.program.record.Address && !isAlone(s)
	})
}

// RestsUntyped is the sign of a program that has gone, and that, run once more
// and left alone, sleeps with no timer set.
var RestsUntyped Sign = func(f *finding) bool {
	if !Gone(f) {
		return false
	}
	next := Start(f.program.t, f.program.args...)
	return !next.endsWithin(2*time.Second) && next.hasNoTimer()
}

// WentToOneOf is the sign of an answer that came to a client which did not ask.
// Of these it is.
func WentToOneOf(clients []*UDP) Sign {
	return func(f *finding) bool {
		return slices.ContainsFunc(clients, func(c *UDP) bool { return c != f.udp && WentTo(c)(f) })
	}
}

// Leave closes the client's socket: whatever still comes for it cannot be
// delivered, and the sender's system learns that from ICMP.
func (u *UDP) Leave() {
	u.conn.Close()
	u.server.record.Add(wire.Event{Client: u.name, Kind: wire.Close, ToServer: true})
}

// Descriptors counts what the program has open: files, pipes and sockets. It is
// 0 where the system does not show that.
func (p *Program) Descriptors() int {
	n, _ := quiet.Descriptors(p.PID())
	return n
}

// ExpectDescriptors wants the program to have this many descriptors, at most,
// when it has come to rest. Whether they are of sockets or of files is the same.
func (p *Program) ExpectDescriptors(most int, causes ...Cause) {
	p.t.Helper()
	end := p.await(func(step time.Duration) bool {
		if p.Descriptors() <= most {
			return true
		}
		time.Sleep(step)
		return p.Descriptors() <= most
	}, nil)
	if end == silent || end == late {
		words := fmt.Sprintf("%s has %d descriptors open, of files or sockets; %d should be enough.", subject.name, p.Descriptors(), most)
		p.fail(&finding{outcome: Leaks, words: words}, causes)
	}
}

// ExpectOneOf wants the next datagram to be one of these, of which the first is
// shown where another comes.
func (u *UDP) ExpectOneOf(wants []string, causes ...Cause) {
	u.server.t.Helper()
	got, from, end := u.receive()
	if end != done {
		u.server.fail(&finding{outcome: u.silence(end), want: wants[0], wanted: true}, causes)
	}
	event := u.server.record.Add(wire.Event{Client: u.name, Kind: wire.Bytes, Data: got, From: u.other(from)})
	f := &finding{want: wants[0], wanted: true, got: got, udp: u, event: event, offset: firstDifference(wants[0], got)}
	if from != u.to {
		f.outcome = Stranger
	} else if !slices.Contains(wants, string(got)) {
		f.outcome = Wrong
	}
	if f.outcome != "" {
		u.server.fail(f, causes)
	}
}
