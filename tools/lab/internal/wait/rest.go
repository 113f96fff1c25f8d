package wait

import (
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/quiet"
)

// Moment is time enough for a program that will do something to have done it,
// where no verdict depends on that.
const Moment = 500 * time.Millisecond

// Patience is how long to wait for what should not come: it is cut short by the
// proof of silence, or else short.
func Patience() time.Duration {
	if !quiet.Shown() {
		return 50 * time.Millisecond
	}
	return Deadline
}

// AWhile is how long to look whether a program does anything, at most: nobody
// waits for so long where silence can be proven, and it is short where it
// cannot.
func AWhile() time.Duration { return min(6*time.Second, Patience()) }

// Settle waits until the program sleeps, whatever timer it has set, or for a
// moment where that cannot be seen.
func (p *Process) Settle() {
	p.AwaitFor(Moment, func(step time.Duration) bool {
		for began := time.Now(); ; {
			if p.EndsIn(0) || p.Watch.Sleeps() {
				return true
			}
			if time.Since(began) > step {
				return false
			}
			time.Sleep(100 * time.Microsecond)
		}
	}, nil)
}

// Rest lets so much time pass, unless the program will do nothing by itself in
// that time.
func (p *Process) Rest(d time.Duration) {
	rest := min(d, Patience())
	for began := time.Now(); time.Since(began) < rest; {
		p.Collect()
		if p.EndsIn(time.Millisecond) || p.Watch.ProveFor(time.Since(p.Began)+rest) == quiet.Asleep {
			return
		}
	}
}

// Timers says whether a program that sleeps has set a timer. A runtime may stir
// in its sleep, and a busy machine be slow to let it rest, so one look is not
// enough: there are a hundred at least, and for a moment at least, unless twenty
// have found it asleep but for a timer.
func (p *Process) Timers() failure.Timers {
	const some, many = 20, 100
	began := time.Now()
	timers := 0
	for looks := 0; timers < some && (looks < many || time.Since(began) < Moment); looks++ {
		if p.Watch.Prove() == quiet.Asleep {
			return failure.NoTimer
		}
		if p.Watch.ProveFor(1) == quiet.Asleep {
			timers++
		}
		time.Sleep(time.Millisecond)
	}
	if timers == 0 {
		return ""
	}
	return failure.SomeTimer
}
