package lab

import (
	"strconv"
	"time"

	"sockets.test/tools/internal/quiet"
)

// deadline bounds a wait where no proof of silence can be had. It is long,
// because a slow machine, or a slow program, must never fail for being slow.
const deadline = 10 * time.Second

// An ending says why a wait ended.
type ending int

const (
	done   ending = iota // what was waited for is there
	exited               // the program has gone
	silent               // every thread of it sleeps, and nothing will wake it
	late                 // the deadline passed
)

// await asks ready, which may block for a step, until it is true, or the
// program will never make it so. Where held is not nil, it tells whether the
// kernel holds something that ready has not seen yet.
func (p *Program) await(ready func(step time.Duration) bool, held func() bool) ending {
	return p.awaitFor(deadline, ready, held)
}

func (p *Program) awaitFor(limit time.Duration, ready func(time.Duration) bool, held func() bool) ending {
	const step = 2 * time.Millisecond
	p.late = false
	for began := time.Now(); ; {
		if ready(step) {
			return done
		}
		select {
		case <-p.proc.Done():
			// What it sent before it went is in our socket by now.
			if ready(step) || held != nil && held() && ready(limit) {
				return done
			}
			return exited
		default:
		}
		before := p.printedSoFar()
		if p.asleepNow() {
			if p.collect() != before {
				continue // it may have waited for us, to take what it prints
			}
			// It may have answered between our last look and its falling asleep.
			if held == nil && ready(step) || held != nil && held() && ready(limit) {
				return done
			}
			return silent
		}
		if time.Since(began) > limit {
			p.late = true
			return late
		}
	}
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

// far is a time-out that no wait of the lab's outlasts. It is well below the
// minute for which crypto/rand sets an alarm when it is first used: that is
// stopped at once, but the runtime's poller shows it until the minute is over.
const far = 40 * time.Second

// asleepNow is the proof of silence. While a program is young, a timer that it
// set for far or longer will not ring before the deadline of any wait.
func (p *Program) asleepNow() bool {
	if time.Since(p.began) > far-2*deadline {
		return p.watch.Prove() == quiet.Asleep
	}
	return p.watch.ProveFor(far) == quiet.Asleep
}

func itoa(n int) string { return strconv.Itoa(n) }
