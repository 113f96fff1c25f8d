package lab

import (
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/kernel"
	"sockets.test/tools/lab/internal/subject"
	"sockets.test/tools/lab/internal/wait"
)

// ExpectEndsWhile wants the program to end by itself while the lab goes on to
// say this one byte, each time that the program has read the one before. How
// it ends is for the next expectation. It was steady if the pauses were so short
// that a clock which begins anew with each byte, for as long as the program's
// -timeout, cannot have ended it: on a busy machine the lab itself is slow.
func (c *TCP) ExpectEndsWhile(one byte) (steady bool) {
	p := c.end.Program
	p.T.Helper()
	const pace, noted, looks = 20 * time.Millisecond, 4, 20 // it takes a while to see a timer: not each time
	began := time.Now()
	last, longest := began, time.Duration(0) // it may not have read the last yet, but the one before
	n := 0
	for ; !p.Waits.EndsWithin(pace); n++ {
		if c.end.Taken(); n%looks == noted && p.Waits.Timers() == failure.NoTimer || time.Since(began) > wait.Deadline {
			words := subject.Name() + " goes on for as long as something comes, and should have given up."
			p.Fail(&subject.Mismatch{Outcome: failure.KeepsRunning, Sentence: words})
		}
		longest, last = max(longest, time.Since(last)), time.Now()
		switch {
		case n < noted:
			c.end.Say([]byte{one})
			continue
		case n == noted:
			p.Record.Add(wire.Event{Client: c.end.Name, Kind: wire.Note, Text: "and so on, a byte at a time"})
		}
		kernel.SendNow(c.end.Conn, []byte{one})
	}
	return n > 1 && max(longest, time.Since(last)) < p.Timeout()/2
}

// ExpectHeard wants a client to have read what was said, and to wait for more,
// because the server has not ended its stream. One that has ended with an error,
// or at the TODO of a later step, fails; what one that ended well has printed is
// for the next expectation. Nobody is waited for here who is only slow.
func (c *TCP) ExpectHeard() {
	p := c.end.Program
	p.T.Helper()
	c.end.Taken()
	p.Waits.Settle()
	if !p.Waits.EndsIn(0) || p.Proc.Exit().Code == 0 {
		return
	}
	later := p.StopsLater()
	if later && c.end.Spoken == nil { // there was nothing to hear yet
		return
	}
	p.Fail(&subject.Mismatch{Outcome: failure.Exited, Early: later, Sentence: subject.Name() + " ended before the server had ended its stream."})
}

// ExpectNotAfter wants the program to have ended, or to be about to, because
// another has just ended that was to wait longer and began later: no clock is
// asked but theirs. A timer that has rung leaves nobody asleep, so one that is
// seen asleep, and not once only, goes by another clock. Where that is not
// shown, nothing is asked.
//
// It reports whether it is sure of a program that has ended: it was seen to have,
// in less than its -timeout since another clock could have begun. A busy machine
// may be slow to show that.
func (p *Program) ExpectNotAfter(other *Program, since time.Time) (sure bool) {
	p.subject.T.Helper()
	if p.subject.Waits.EndsIn(time.Millisecond) {
		return time.Since(since) < p.subject.Timeout()
	}
	const enough = 3
	for asleep, began := 0, time.Now(); !p.subject.Waits.EndsIn(time.Millisecond) && time.Since(began) < wait.Deadline; {
		p.subject.Waits.Collect()
		if p.subject.Waits.Watch.ProveFor(1) != quiet.Asleep {
			continue
		}
		if asleep++; asleep == enough {
			words := p.subject.Name() + " goes on, and " + other.subject.Name() + " has given up, which began later and had more time."
			p.subject.Fail(&subject.Mismatch{Outcome: failure.KeepsRunning, Sentence: words})
		}
	}
	return false
}
