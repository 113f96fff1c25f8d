package lab

import (
	"fmt"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/lab/internal/subject"
	"sockets.test/tools/lab/internal/wait"
)

// A Limit is the moment at which a program that waits will have given up, as far
// as its own timer shows.
type Limit struct {
	program *subject.Program
	timeout time.Duration
	end     time.Time     // by which its timer has rung; the zero time if that is not shown
	last    time.Time     // when the lab last did something
	longest time.Duration // that it did nothing
}

// ExpectLimit wants the program to wait with a limit: with a timer that rings no
// later than its -timeout says, and no earlier. The timer is read, and nobody waits
// for it: the kernel shows for how long a thread has gone to sleep (proc(5),
// syscall). Of a program that naps, or polls, and where timers are not shown,
// nothing is asked.
func (p *Program) ExpectLimit() *Limit {
	s := p.subject
	s.T.Helper()
	limit := &Limit{program: s, timeout: s.Timeout(), last: time.Now()}
	longest := limit.timeout + max(2*time.Second, limit.timeout/10) // a slow program may nap
	for began := time.Now(); !s.Waits.EndsIn(time.Millisecond) && time.Since(began) < wait.Moment; {
		s.Waits.Collect()
		set, ok := s.Waits.Watch.TimeOut()
		switch {
		case !ok:
		case set == 0 && s.Waits.Watch.Prove() == quiet.Asleep:
			s.Fail(&subject.Mismatch{Outcome: failure.KeepsRunning, Wait: waitsForEver,
				Sentence: fmt.Sprintf("%s waits, and has set no timer: without an answer it waits for ever.", s.Name()),
				Facts:    map[string]string{"limit": "none"}})
		case set > longest:
			s.Fail(&subject.Mismatch{Outcome: failure.KeepsRunning, Facts: map[string]string{"limit": "longer than the -timeout"},
				Sentence: fmt.Sprintf("%s waits for up to %v, and its -timeout is %v.", s.Name(), set.Round(time.Millisecond), limit.timeout)})
		case set <= limit.timeout+slack && set >= limit.timeout*9/10: // else it naps, or polls
			if set < limit.timeout-time.Since(s.Waits.Began)-slack {
				s.Fail(&subject.Mismatch{Outcome: failure.KeepsRunning, Facts: map[string]string{"limit": "shorter than the -timeout"},
					Sentence: fmt.Sprintf("%s waits for no more than %v, and its -timeout is %v.", s.Name(), set.Round(time.Millisecond), limit.timeout)})
			}
			limit.end = time.Now().Add(set)
			return limit
		}
	}
	return limit
}

// waitsForEver is what is seen of a program that sleeps, and has set no timer.
var waitsForEver = wait.Result{End: wait.Silent, Resting: failure.Asleep}

// certain is a limit of which one that was begun anew can be told from a nap: one
// that is as long as a shorter limit is too short for this one.
const certain = 400 * time.Millisecond

// slack is how much a timer may be off that a program has set right: kernels
// round it up.
const slack = 10 * time.Millisecond

// Near lets a moment pass, and reports whether most of the limit has. Between two
// calls the test does what must not begin the limit anew.
func (l *Limit) Near() bool {
	l.program.Waits.EndsIn(l.timeout / 15)
	l.acted()
	return l.program.Waits.EndsIn(0) || time.Now().After(l.end.Add(-l.timeout/4))
}

func (l *Limit) acted() {
	now := time.Now()
	l.longest, l.last = max(l.longest, now.Sub(l.last)), now
}

// ExpectKept wants the program to give up when the limit is there: no earlier,
// and not to be asleep any more afterwards. How it ends is for the next
// expectation. It reports whether it is sure, and else is to be asked again with a
// limit twice as long: on a busy machine the lab itself may have been so slow that a
// second limit, begun anew, would be over as well; and a program may nap before it
// ends.
func (l *Limit) ExpectKept() (sure bool) {
	p := l.program
	p.T.Helper()
	l.acted()
	sure = l.longest < l.timeout/2 && l.last.Before(l.end)
	if l.end.IsZero() { // it was not there to be read, or it was over before it could be
		sure = !quiet.Shown() || !p.Waits.EndsIn(0)
	}
	if l.end.IsZero() {
		p.Waits.AwaitEnd(wait.Deadline)
	}
	const enough = 3 // a timer that has rung leaves nobody asleep
	for asleep := 0; !p.Waits.EndsIn(time.Millisecond) && !l.end.IsZero() && time.Since(l.end) < wait.Deadline; {
		p.Waits.Collect()
		set, ok := p.Waits.Watch.TimeOut()
		if !ok || time.Since(l.end) < slack || set > 0 && (set < l.timeout/2 || set > l.timeout+slack) {
			continue // it stirs, or naps before it ends
		}
		if asleep++; asleep < enough {
			continue
		}
		if set > 0 && l.timeout < certain {
			return false
		}
		m := &subject.Mismatch{Outcome: failure.KeepsRunning, Wait: waitsForEver, Facts: map[string]string{"limit": "none"},
			Sentence: fmt.Sprintf("A timer of %v, the -timeout, has rung, and %s still waits.", l.timeout, p.Name())}
		if set > 0 {
			m.Wait, m.Facts["limit"] = wait.Result{}, "begun anew"
			m.Sentence = fmt.Sprintf("%s was to give up after %v, its -timeout, and has begun to wait anew.", p.Name(), l.timeout)
		}
		p.Fail(m)
	}
	if p.Waits.EndsIn(0) && time.Since(p.Waits.Began) < l.timeout {
		p.Fail(&subject.Mismatch{Outcome: failure.Exited, Facts: map[string]string{"limit": "shorter than the -timeout"},
			Sentence: fmt.Sprintf("%s gave up after %v, and its -timeout is %v.", p.Name(), time.Since(p.Waits.Began).Round(time.Millisecond), l.timeout)})
	}
	return sure
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
