package lab

import (
	"net"
	"time"

	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/internal/wire"
)

// ExpectEndsWhile wants the program to end by itself while the lab goes on to
// say this one byte, each time that the program has read the one before. How
// it ends is for the next expectation. It was steady if the pauses were so short
// that a clock which begins anew with each byte, for as long as the program's
// -timeout, cannot have ended it: on a busy machine the lab itself is slow.
func (c *TCP) ExpectEndsWhile(one byte, causes ...Cause) (steady bool) {
	p := c.program
	p.t.Helper()
	const pace, noted, looks = 20 * time.Millisecond, 4, 20 // it takes a while to see a timer: not each time
	began := time.Now()
	last, longest := began, time.Duration(0) // it may not have read the last yet, but the one before
	n := 0
	for ; !p.endsWithin(pace); n++ {
		if c.taken(); n%looks == noted && p.hasNoTimer() || time.Since(began) > deadline {
			words := subject.name + " goes on for as long as something comes, and should have given up."
			p.fail(&finding{outcome: Tolerates, words: words}, causes)
		}
		longest, last = max(longest, time.Since(last)), time.Now()
		switch {
		case n < noted:
			c.say([]byte{one})
			continue
		case n == noted:
			p.record.Add(wire.Event{Client: c.name, Kind: wire.Note, Text: "and so on, a byte at a time"})
		}
		c.conn.SetWriteDeadline(time.Now().Add(deadline))
		c.conn.Write([]byte{one})
	}
	return n > 1 && max(longest, time.Since(last)) < p.timeout()/2
}

// EndsInSilence is the sign of a program that goes on while something comes,
// and ends with an error once nothing does: its clock begins anew each time.
var EndsInSilence Sign = func(f *finding) bool {
	if f.outcome != Tolerates || NoTimer(f) || !f.program.endsWithin(deadline) {
		return false
	}
	return f.program.proc.Exit().Code == 1
}

// ExpectHeard wants a client to have read what was said, and to wait for more,
// because the server has not ended its stream. One that has ended with an error,
// or at the TODO of a later step, fails; what one that ended well has printed is
// for the next expectation. Nobody is waited for here who is only slow.
func (c *TCP) ExpectHeard(causes ...Cause) {
	p := c.program
	p.t.Helper()
	c.taken()
	p.awaitFor(aMoment, func(step time.Duration) bool {
		return p.endsIn(step) || p.watch.ProveFor(1) == quiet.Asleep
	}, nil)
	if !p.endsIn(0) || p.proc.Exit().Code == 0 {
		return
	}
	later := p.stopsLater()
	if later && !c.said { // there was nothing to hear yet
		return
	}
	p.fail(&finding{outcome: Exited, early: later, words: subject.name + " ended before the server had ended its stream."}, causes)
}

// HearsOn is the sign of a client that reads on when this piece has come, and
// then prints exactly this. It is run once more to see that.
func (s *TCPServer) HearsOn(piece, rest, printed string) Sign {
	return func(f *finding) bool {
		next := f.program.again("", "")
		var conn *net.TCPConn
		next.await(func(step time.Duration) bool {
			s.welcome.SetDeadline(time.Now().Add(step))
			c, err := s.welcome.AcceptTCP()
			conn = c
			return err == nil
		}, nil)
		if conn == nil {
			return false
		}
		defer conn.Close()
		c := &TCP{name: next.name(), program: next, conn: conn, serves: true}
		c.SayPieces(piece, rest)
		c.end()
		return next.endsWithin(deadline) && next.proc.Stdout().Is(printed)
	}
}
