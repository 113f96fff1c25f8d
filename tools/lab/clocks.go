package lab

import (
	"fmt"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/lab/internal/wait"
)

// A Limit is the moment at which a program that waits will have given up, as far
// as its own timer shows.
type Limit struct {
	program *Program
	timeout time.Duration
	end     time.Time     // by which its timer has rung; the zero time if that is not shown
	last    time.Time     // when the lab last did something
	longest time.Duration // that it did nothing
}

// ExpectLimit wants the program to wait with a limit: with a timer that rings no
// later than its -timeout says. Its timer is read, and nobody waits for it: the
// kernel shows for how long a thread has gone to sleep (proc(5), syscall). Of a
// program that naps, or polls, and where timers are not shown, nothing is asked.
func (p *Program) ExpectLimit() *Limit {
	p.t.Helper()
	limit := &Limit{program: p, timeout: p.timeout(), last: time.Now()}
	longest := limit.timeout + max(2*time.Second, limit.timeout/10) // a slow program may nap
	for began := time.Now(); !p.waits.EndsIn(time.Millisecond) && time.Since(began) < wait.Moment; {
		p.waits.Collect()
		set, ok := p.waits.Watch.TimeOut()
		switch {
		case !ok:
		case set == 0 && p.waits.Watch.Prove() == quiet.Asleep:
			p.fail(&mismatch{outcome: failure.KeepsRunning, wait: wait.Result{End: wait.Silent, Resting: failure.Asleep},
				sentence: fmt.Sprintf("%s waits, and has set no timer: without an answer it waits for ever.", p.name()),
				facts:    map[string]string{"limit": "none"}})
		case set > longest:
			p.fail(&mismatch{outcome: failure.KeepsRunning, facts: map[string]string{"limit": "longer than the -timeout"},
				sentence: fmt.Sprintf("%s waits for up to %v, and its -timeout is %v.", p.name(), set.Round(time.Millisecond), limit.timeout)})
		case set <= limit.timeout+slack && set >= limit.timeout*9/10: // else it naps, or polls
			limit.end = time.Now().Add(set)
			return limit
		}
	}
	return limit
}

// slack is how much a timer may be off that a program has set right: kernels
// round it up.
const slack = 10 * time.Millisecond

// Near lets a moment pass, and reports whether most of the limit has. Between two
// calls the test does what must not begin the limit anew.
func (l *Limit) Near() bool {
	l.program.waits.EndsIn(l.timeout / 15)
	l.acted()
	return l.program.waits.EndsIn(0) || time.Now().After(l.end.Add(-l.timeout/4))
}

func (l *Limit) acted() {
	now := time.Now()
	l.longest, l.last = max(l.longest, now.Sub(l.last)), now
}

// ExpectKept wants the program to give up when the limit is there: no earlier,
// and not to be asleep any more afterwards. How it ends is for the next
// expectation. It reports whether it is sure: on a busy machine the lab itself may
// have been so slow that a second limit, begun anew, would be over as well.
func (l *Limit) ExpectKept() (sure bool) {
	p := l.program
	p.t.Helper()
	l.acted()
	sure = l.longest < l.timeout/2 && l.last.Before(l.end)
	if l.end.IsZero() { // it was not there to be read, or it was over before it could be
		sure = !quiet.Shown() || !p.waits.EndsIn(0)
	}
	const enough = 3 // a timer that has rung leaves nobody asleep
	for asleep := 0; !p.waits.EndsIn(time.Millisecond) && !l.end.IsZero() && time.Since(l.end) < wait.Deadline; {
		p.waits.Collect()
		set, ok := p.waits.Watch.TimeOut()
		if !ok || time.Since(l.end) < slack {
			continue
		}
		if asleep++; asleep < enough {
			continue
		}
		m := &mismatch{outcome: failure.KeepsRunning, facts: map[string]string{"limit": "over, and none follows"},
			sentence: fmt.Sprintf("A timer of %v, the -timeout, has rung, and %s still waits.", l.timeout, p.name())}
		if set > 0 {
			m.facts["limit"] = "over, and another has begun"
			m.sentence = fmt.Sprintf("%s had %v, its -timeout, and has begun to wait anew.", p.name(), l.timeout)
		}
		p.fail(m)
	}
	if p.waits.AwaitEnd(wait.Deadline); p.waits.EndsIn(0) && time.Since(p.waits.Began) < l.timeout {
		p.fail(&mismatch{outcome: failure.Exited, facts: map[string]string{"limit": "shorter than the -timeout"},
			sentence: fmt.Sprintf("%s gave up after %v, and its -timeout is %v.", p.name(), time.Since(p.waits.Began).Round(time.Millisecond), l.timeout)})
	}
	return sure
}

// ExpectHeard wants a client to have read what was said, and to wait for more,
// because the server has not ended its stream. One that has ended with an error,
// or at the TODO of a later step, fails; what one that ended well has printed is
// for the next expectation. Nobody is waited for here who is only slow.
func (c *TCP) ExpectHeard() {
	p := c.program
	p.t.Helper()
	c.taken()
	p.Settle()
	if !p.waits.EndsIn(0) || p.proc.Exit().Code == 0 {
		return
	}
	later := p.stopsLater()
	if later && c.spoken == nil { // there was nothing to hear yet
		return
	}
	p.fail(&mismatch{outcome: failure.Exited, early: later, sentence: subject.name + " ended before the server had ended its stream."})
}
