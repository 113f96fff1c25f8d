package lab

import (
	"fmt"
)

// ExpectDatagrams wants the clients to have sent these datagrams, in this order.
func (l *Link) ExpectDatagrams(want []string, causes ...Cause) {
	l.t.Helper()
	l.program.expectBegun(causes)
	seen := l.there.seen
	for i, d := range seen {
		if i >= len(want) {
			l.program.fail(&finding{outcome: TooMuch, got: d.data, event: d.event}, causes)
		}
		if string(d.data) != want[i] {
			l.program.fail(&finding{outcome: Wrong, want: want[i], wanted: true, got: d.data, event: d.event, offset: firstDifference(want[i], d.data)}, causes)
		}
	}
	if len(seen) < len(want) {
		f := &finding{outcome: NeverSent, want: want[len(seen)], wanted: true}
		f.words = fmt.Sprintf("%s sent %d datagrams through the link; wanted %d.", subject.name, len(seen), len(want))
		l.program.fail(f, causes)
	}
}

// ExpectStreams wants the clients to have made so many connections, and each
// to have sent this, and then the end of its stream.
func (l *Link) ExpectStreams(want []string, causes ...Cause) {
	l.t.Helper()
	l.program.expectBegun(causes)
	for i, text := range want {
		if i >= len(l.streams) {
			f := &finding{outcome: NeverConnected, want: text, wanted: true}
			f.words = fmt.Sprintf("%s made %d connections through the link; wanted %d.", subject.name, len(l.streams), len(want))
			l.program.fail(f, causes)
		}
		s := l.streams[i]
		if s.broke {
			l.program.fail(&finding{outcome: Reset, words: subject.name + " reset its connection: what was on its way may be lost."}, causes)
		}
		if n := firstDifference(text, s.all); string(s.all) != text {
			f := &finding{outcome: Wrong, want: text, wanted: true, got: s.all}
			f.event, f.offset = s.locate(n)
			if len(s.all) == 0 {
				f.outcome, f.words = NeverSent, subject.name+" connected, and never sent anything."
			}
			l.program.fail(f, causes)
		}
		if !s.ended {
			l.program.fail(&finding{outcome: NeverClosed, words: subject.name + " never ended its stream: the server waits for that."}, causes)
		}
	}
	if len(l.streams) > len(want) {
		f := &finding{outcome: TooMuch, got: l.streams[len(want)].all, event: -1}
		f.words = fmt.Sprintf("%s made %d connections through the link; wanted %d.", subject.name, len(l.streams), len(want))
		l.program.fail(f, causes)
	}
}

// locate finds the event that holds byte n, and where in it that byte stands.
func (s *stream) locate(n int) (event, offset int) {
	for _, p := range s.pieces {
		if n < p.size || p == s.pieces[len(s.pieces)-1] {
			return p.event, min(n, p.size)
		}
		n -= p.size
	}
	return -1, -1
}
