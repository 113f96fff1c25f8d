package lab

import (
	"os"
	"time"
)

// Type writes to the program's standard input. A line may be longer than a
// pipe: a program that takes no more of it for now, because it is busy saying
// what it has, gets the rest while the lab waits for something else.
func (p *Program) Type(text string) {
	p.t.Helper()
	if p.host != nil {
		p.host.program = p
	}
	p.typed += text
	p.untyped = append(p.untyped, text...)
	p.feed()
	if len(p.untyped) == 0 {
		return
	}
	p.await(func(step time.Duration) bool {
		for began := time.Now(); len(p.untyped) > 0 && time.Since(began) < step; {
			if !p.feed() {
				time.Sleep(50 * time.Microsecond)
			}
		}
		return len(p.untyped) == 0
	}, nil)
}

// feed types as much as the pipe has room for, and tells whether that was
// anything.
func (p *Program) feed() bool {
	if len(p.untyped) == 0 {
		return false
	}
	n := writeNow(p.proc.Stdin().(*os.File), p.untyped)
	p.untyped = p.untyped[n:]
	return n > 0
}
