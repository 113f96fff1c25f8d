package lab

import (
	"fmt"
	"regexp"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/lab/internal/wait"
)

// taken is how systems and languages say EADDRINUSE.
var taken = regexp.MustCompile(`(?i)\bin use\b|EADDRINUSE|only one usage`)

var saysReady = regexp.MustCompile(`(?m)\bready on \S+\s*$`)

// ExpectPortTaken wants the program to end with status 1, and a reason on
// standard error, because holder has the address that it was given. One that
// goes on sees the holder end: if it takes the port then, it has tried again.
func (p *Program) ExpectPortTaken(holder *Server) {
	p.t.Helper()
	p.waits.AwaitFor(wait.Deadline, func(step time.Duration) bool {
		return p.waits.EndsIn(step) || taken.MatchString(p.proc.Stderr().String()+p.Output())
	}, nil)
	w := p.waits.AwaitEnd(wait.Moment)
	if w.End == wait.Exited {
		p.ExpectExit(1)
		return
	}
	ready := func() bool { return saysReady.MatchString(p.Output()) }
	if w.End == wait.Late && !ready() {
		holder.proc.Kill()
		w = p.waits.AwaitFor(wait.Deadline, func(step time.Duration) bool { return p.waits.EndsIn(step) || ready() }, nil)
		if p.waits.EndsIn(0) {
			p.ExpectExit(1)
			return
		}
		if ready() {
			p.fail(&mismatch{outcome: failure.TriesAgain})
		}
	}
	m := &mismatch{outcome: failure.KeepsRunning, wait: w, facts: map[string]string{"listens": "nowhere"}}
	switch at := p.listens(); at {
	case holder.Addr:
		m.facts["listens"] = "on the same port"
		m.sentence = fmt.Sprintf("%s listens on %s, as another program does already.", subject.name, at)
	case "":
		if ready() {
			m.facts["listens"] = "nowhere, and says that it is ready"
			m.sentence = fmt.Sprintf("%s says that it is ready on %s, which another program has, and holds no socket there.", subject.name, holder.Addr)
		}
	default:
		m.facts["listens"] = "elsewhere"
		m.sentence = fmt.Sprintf("%s was asked for %s, which is taken, and listens on %s.", subject.name, holder.Addr, at)
	}
	p.fail(m)
}
