package lab

import (
	"strconv"
	"time"

	"sockets.test/tools/internal/proc"
	"sockets.test/tools/internal/quiet"
)

// deadline bounds a wait where no proof of silence can be had, and the bounds of
// awake.go are not reached. It is long, because a slow machine, or a slow
// program, must never fail for being slow.
const deadline = 10 * time.Second

// An ending says why a wait ended.
type ending int

const (
	done   ending = iota // what was waited for is there
	exited               // the program has gone
	silent               // every thread of it sleeps, and nothing will wake it
	late                 // it is awake, and has had its chance
)

// await asks ready, which may block for a step, until it is true, or the
// program will never make it so. Where held is not nil, it tells whether the
// kernel holds something that ready has not seen yet.
func (p *Program) await(ready func(step time.Duration) bool, held func() bool) ending {
	return p.awaitFor(deadline, ready, held)
}

func (p *Program) awaitFor(limit time.Duration, ready func(time.Duration) bool, held func() bool) ending {
	vigil := p.vigil()
	end, how := p.watchFor(limit, vigil, ready, held)
	if p.failing {
		return end // what came before is what is to be told
	}
	p.late = end == late
	if limit >= deadline || !p.late { // a moment more of the same changes nothing
		p.manner, p.effort = how, vigil.effort
	}
	p.acted = p.acted || end == done
	return end
}

// watchFor is awaitFor. If the program was awake to the last, it tells in which
// manner. Who waits for less than the deadline wants to see what comes in that
// time, and sees all of it.
func (p *Program) watchFor(limit time.Duration, vigil *vigil, ready func(time.Duration) bool, held func() bool) (ending, Outcome) {
	const step = 2 * time.Millisecond
	bounded := limit >= deadline
	if p.failing && p.late && !p.dumped {
		limit = min(limit, probed)
	}
	next := time.Time{} // when to look again whether it sleeps
	for began := time.Now(); ; {
		p.feed()
		if ready(step) {
			return done, ""
		}
		select {
		case <-p.proc.Done():
			// What it sent before it went is in our socket by now.
			if ready(step) || held != nil && held() && ready(limit) {
				return done, ""
			}
			return exited, ""
		default:
		}
		before := p.printedSoFar()
		switch look := time.Now(); {
		case look.Before(next):
		case p.asleepNow():
			if p.collect() != before || p.feed() {
				continue // it may have waited for us, to take what it prints, or to type on
			}
			// It may have answered between our last look and its falling asleep.
			if held == nil && ready(step) || held != nil && held() && ready(limit) {
				return done, ""
			}
			return silent, ""
		default: // on a busy machine a look takes long; see pause
			next = time.Now().Add(3 * time.Since(look))
		}
		how := vigil.look(p)
		if bounded {
			began = vigil.since
		}
		over := vigil.over(time.Since(began), limit)
		if over && how == "" {
			how = vigil.guess()
		}
		if over || how != "" && bounded {
			if held == nil && ready(step) || held != nil && held() && ready(limit) {
				return done, "" // it has answered, and we have been slow
			}
			return late, how
		}
	}
}

// awaitOutput waits until one of the program's outputs is as wanted.
func (p *Program) awaitOutput(out *proc.Output, limit time.Duration, wanted func() bool) ending {
	return p.awaitFor(limit, func(step time.Duration) bool {
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

// printedSoFar counts the bytes on both outputs that have been collected.
func (p *Program) printedSoFar() int { return p.proc.Stdout().Size() + p.proc.Stderr().Size() }

// collect takes what is in the pipes. A program that prints more than a pipe
// holds sleeps until somebody does.
func (p *Program) collect() int {
	p.proc.Stdout().Flush()
	p.proc.Stderr().Flush()
	return p.printedSoFar()
}

// far is how long a timer must be set for not to matter to any wait, by a
// program that began just now. It leaves a little for the look itself, and is
// well below the minute for which crypto/rand sets an alarm when it is first
// used: that is stopped at once, but the runtime's poller shows it until the
// minute is over.
const far = deadline + 2*time.Second

// asleepNow is the proof of silence. The kernel shows for how long a timer was
// set, and it was set no earlier than the program began: what is older may
// ring so much sooner.
func (p *Program) asleepNow() bool {
	return p.watch.ProveFor(time.Since(p.began)+far) == quiet.Asleep
}

func itoa(n int) string { return strconv.Itoa(n) }
