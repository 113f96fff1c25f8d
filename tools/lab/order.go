package lab

import (
	"strings"
	"time"

	"sockets.test/tools/internal/quiet"
)

// TakeAll reads what comes, however much, until the stream is over or the
// program silent, and returns how many bytes that was. None of it is judged, and
// neither is how the stream ends.
func (c *TCP) TakeAll() (n int) {
	buf := make([]byte, 1<<20)
	take := func(step time.Duration) bool { return c.take(buf, step) }
	for c.over == "" && c.program.await(take, func() bool { return holds(c.conn) }) == done {
		n += len(c.in)
		c.consume(len(c.in))
	}
	return n
}

// Holds tells whether the kernels keep all of these n bytes, of which none was
// read: then the program's Write has returned. Else it waits there. Where that
// is not shown, it is taken to wait.
func (c *TCP) Holds(n int) bool {
	here, there := c.addresses()
	ours, ok := quiet.Connection(c.program.PID(), here, there)
	return ok && ours.RecvQ+c.connection().SendQ >= n
}

// Halt waits until the program sleeps, whatever timer it has set before: what
// it had to do first is done then. Where that is not shown, a moment must do.
func (p *Program) Halt() {
	p.awaitFor(aMoment, func(step time.Duration) bool {
		return p.endsIn(step) || p.watch.ProveFor(1) == quiet.Asleep
	}, nil)
}

// ExpectNotAfter wants the program to have ended, or to be about to, because
// another has just ended that was to wait longer and began later: no clock is
// asked but theirs. A timer that has rung leaves nobody asleep, so one that is
// seen asleep, and not once only, goes by another clock. Where that is not
// shown, nothing is asked.
//
// It tells whether it is sure of a program that has ended: it was seen to have,
// in less than its -timeout since another clock could have begun. A busy machine
// may be slow to show that.
func (p *Program) ExpectNotAfter(other *Program, since time.Time, causes ...Cause) (sure bool) {
	p.t.Helper()
	if p.endsIn(time.Millisecond) {
		return time.Since(since) < p.timeout()
	}
	const enough = 3
	for asleep, began := 0, time.Now(); !p.endsIn(time.Millisecond) && time.Since(began) < deadline; {
		p.collect()
		if p.watch.ProveFor(1) != quiet.Asleep {
			continue
		}
		if asleep++; asleep == enough {
			words := p.name() + " goes on, and " + other.name() + " has given up, which began later and had more time."
			p.fail(&finding{outcome: Tolerates, words: words}, causes)
		}
	}
	return false
}

// ConnectsAgain is the sign of a client that has brought nothing over the
// connection that it made first, and makes another.
func (s *TCPServer) ConnectsAgain() Sign {
	return func(f *finding) bool {
		if len(f.got) > 0 {
			return false
		}
		return s.program.await(func(step time.Duration) bool {
			s.welcome.SetDeadline(time.Now().Add(step))
			conn, err := s.welcome.AcceptTCP()
			if err == nil {
				conn.Close()
				f.words = subject.name + " made a second connection, and the first one carried nothing."
			}
			return err == nil
		}, nil) == done
	}
}

// ConnectsIfTypedAtOnce is the sign of a client that connects if it is run once
// more, and need not wait for its input.
func (s *TCPServer) ConnectsIfTypedAtOnce() Sign {
	return func(f *finding) bool {
		return f.program.again("", "").await(func(step time.Duration) bool {
			s.welcome.SetDeadline(time.Now().Add(step))
			conn, err := s.welcome.AcceptTCP()
			if err == nil {
				conn.Close()
			}
			return err == nil
		}, nil) == done
	}
}

// SentPart is the sign of a client that has read all that was typed, and ended
// its stream when a part of it was sent.
var SentPart Sign = func(f *finding) bool {
	return f.outcome == HungUp && CutShort(f) && len(f.program.untyped) == 0
}

// PrintedTrimmed is the sign of the line that was wanted, but for the white
// space at its ends.
var PrintedTrimmed Sign = func(f *finding) bool {
	text := strings.TrimSpace(f.want)
	return f.outcome == WrongOutput && text != "" && strings.TrimSpace(string(f.got)) == text
}
