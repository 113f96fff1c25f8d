// Package wait waits for a program that is judged: until it has done something,
// or it is certain that it will not.
//
// Goals:
//
//   - a hang is proven, where the system shows it: every thread sleeps, and no
//     timer is set; so it is for a program that waits for others, if they do;
//   - a program that is awake has failed when it has had its chance, by its own
//     measures and not by the clock; see awake.go;
//   - a slow program, and a slow machine, never fail for being slow.
//
// Non-goals: knowing what is waited for, and what it means that it did not come.
package wait

import (
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/proc"
	"sockets.test/tools/internal/quiet"
)

// Deadline bounds a wait where no proof of silence can be had, and the bounds of
// awake.go are not reached. It is long, because a slow machine, or a slow
// program, must never fail for being slow.
const Deadline = 10 * time.Second

// A Process is a program that is waited for. Its methods are not safe for
// concurrent use.
type Process struct {
	*proc.Process
	Watch    *quiet.Watch
	Began    time.Time
	Timeout  time.Duration // for which it may wait without sleeping, because it was told to
	Partners []*Process    // that it may be waiting for

	Feed     func() bool // gives it more of what it is to be given; whether that was anything
	Progress func() int  // how many bytes have gone through it that no socket shows

	Judged  bool // the verdict is reached, and what is left is to describe it
	Overdue bool // it was reached because the deadline had passed

	acted bool // a wait has come to what it waited for
}

// New begins to watch a program that has just been started.
func New(p *proc.Process, began time.Time) *Process {
	return &Process{
		Process: p, Watch: quiet.New(p.Pid()), Began: began,
		Feed: func() bool { return false }, Progress: func() int { return 0 },
	}
}

// An Ending says why a wait Ended.
type Ending int

const (
	Done   Ending = iota // what was waited for is there
	Exited               // the program has gone
	Silent               // every thread of it sleeps, and nothing will wake it
	Late                 // it is awake, and has had its chance
)

// A Result is what came of waiting.
type Result struct {
	End     Ending
	Resting failure.Resting // how the program was seen to go on, if it did not do what was waited for
	Effort  quiet.Effort    // what it did meanwhile, if it was awake
}

// Awake reports whether the program was seen to be awake to the last.
func (w Result) Awake() bool { return w.Resting == failure.BusyLoop || w.Resting == failure.Polls }

// Observed says what a program did that was not proven to sleep.
func (w Result) Observed() string {
	switch w.Resting {
	case failure.BusyLoop:
		return failure.Since(w.Effort.CPU) + " of processor time"
	case failure.Polls:
		return "slept and woke for " + failure.Since(w.Effort.Own)
	case failure.Overdue:
		return "silent for " + failure.Since(Deadline)
	}
	return ""
}

// Await asks ready, which may block for a step, until it is true, or the
// program will never make it so. Where held is not nil, it reports whether the
// kernel holds something that ready has not seen yet.
func (p *Process) Await(ready func(step time.Duration) bool, held func() bool) Result {
	return p.AwaitFor(Deadline, ready, held)
}

// AwaitFor is Await with another limit. Whoever waits for less than the deadline
// wants to see what comes in that time, and sees all of it.
func (p *Process) AwaitFor(limit time.Duration, ready func(time.Duration) bool, held func() bool) Result {
	const step = 2 * time.Millisecond
	stall, bounded := p.stallWatch(), limit >= Deadline
	if p.Overdue {
		limit = min(limit, probed)
	}
	came := func() bool {
		return held == nil && ready(step) || held != nil && held() && ready(limit)
	}
	result := func(end Ending, resting failure.Resting) Result {
		p.acted = p.acted || end == Done
		return Result{end, resting, stall.effort}
	}
	next := time.Time{} // when to look again whether it sleeps
	for began := time.Now(); ; {
		p.Feed()
		if ready(step) {
			return result(Done, failure.Running)
		}
		select {
		case <-p.Done():
			// What it sent before it went is in our socket by now.
			if ready(step) || held != nil && held() && ready(limit) {
				return result(Done, failure.Running)
			}
			return result(Exited, failure.Running)
		default:
		}
		before := p.printedSoFar()
		switch look := time.Now(); {
		case look.Before(next):
		case p.asleepNow():
			if p.Collect() != before || p.Feed() {
				continue // it may have waited for us, to take what it prints, or to type on
			}
			// It may have answered between our last look and its falling asleep.
			if came() {
				return result(Done, failure.Running)
			}
			return result(Silent, failure.Asleep)
		default: // on a busy machine a look takes long; see pause
			next = time.Now().Add(3 * time.Since(look))
		}
		how := stall.look(p)
		if bounded {
			began = stall.since
		}
		over := stall.over(time.Since(began), limit)
		if over && how == failure.Running {
			how = stall.guess()
		}
		if over || how != failure.Running && bounded {
			if came() {
				return result(Done, failure.Running) // it has answered, and we have been slow
			}
			if how == failure.Running {
				how = failure.Overdue
			}
			return result(Late, how)
		}
	}
}

// AwaitOutput waits until one of the program's outputs is as wanted.
func (p *Process) AwaitOutput(out *proc.Output, limit time.Duration, wanted func() bool) Result {
	return p.AwaitFor(limit, func(step time.Duration) bool {
		changed := out.Changed()
		if wanted() {
			return true
		}
		select {
		case <-changed:
		case <-time.After(step):
		}
		return wanted()
	}, func() bool {
		out.Flush()
		return wanted()
	})
}

// AwaitState waits until something is so that has to be looked at.
func (p *Process) AwaitState(so func() bool) Result {
	return p.Await(func(step time.Duration) bool {
		if so() {
			return true
		}
		time.Sleep(step)
		return so()
	}, nil)
}

// AwaitEnd waits until the program has exited, or shows that it goes on.
func (p *Process) AwaitEnd(limit time.Duration) Result {
	w := p.AwaitFor(limit, func(step time.Duration) bool { return p.EndsIn(step) }, nil)
	if w.End == Done {
		w.End = Exited
	}
	return w
}

// EndsWithin reports whether the program exits in that time.
func (p *Process) EndsWithin(limit time.Duration) bool { return p.AwaitEnd(limit).End == Exited }

// EndsIn waits for a step, at most, and reports whether the program has exited.
func (p *Process) EndsIn(step time.Duration) bool {
	select {
	case <-p.Done():
		return true
	case <-time.After(step):
	}
	select { // both may be true, and then the first select takes either
	case <-p.Done():
		return true
	default:
		return false
	}
}

// Ended reports whether the program has exited, or is about to. One that was
// just seen to be awake is not waited for again.
func (p *Process) Ended(w Result) bool {
	if w.Awake() {
		return p.EndsIn(0)
	}
	return p.EndsWithin(Deadline)
}

// printedSoFar counts the bytes on both outputs that have been collected.
func (p *Process) printedSoFar() int { return p.Stdout().Size() + p.Stderr().Size() }

// Collect takes what is in the pipes. A program that prints more than a pipe
// holds sleeps until somebody does.
func (p *Process) Collect() int {
	p.Stdout().Flush()
	p.Stderr().Flush()
	return p.printedSoFar()
}

// far is how long a timer must be set for not to matter to any wait, by a
// program that began just now. It leaves a little for the look itself, and is
// well below the minute for which crypto/rand sets an alarm when it is first
// used: that is stopped at once, but the runtime's poller shows it until the
// minute is over.
const far = Deadline + 2*time.Second

// asleepNow is the proof of silence: the program sleeps, and so does every
// program that it may be waiting for. The kernel shows for how long a timer was
// set, and it was set no earlier than the program began: what is older may
// ring so much sooner.
func (p *Process) asleepNow() bool {
	if p.Watch.ProveFor(time.Since(p.Began)+far) != quiet.Asleep {
		return false
	}
	for _, partner := range p.Partners {
		select {
		case <-partner.Done():
			continue
		default:
		}
		if partner.Watch.ProveFor(time.Since(partner.Began)+far) != quiet.Asleep {
			return false
		}
	}
	// A partner may have woken the program while we looked at the others.
	return len(p.Partners) == 0 || p.Watch.ProveFor(time.Since(p.Began)+far) == quiet.Asleep
}
