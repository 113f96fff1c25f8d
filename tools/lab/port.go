package lab

import (
	"fmt"
	"regexp"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/lab/internal/subject"
	"sockets.test/tools/lab/internal/wait"
)

// taken is how systems and languages say EADDRINUSE.
var taken = regexp.MustCompile(`(?i)\bin use\b|EADDRINUSE|only one usage`)

var saysReady = regexp.MustCompile(`(?m)\bready on \S+\s*$`)

// ExpectPortTaken wants the program to end with status 1, and a reason on
// standard error, because holder has the address that it was given. One that
// goes on sees the holder end: if it takes the port then, it has tried again.
func (p *Program) ExpectPortTaken(holder *Server) {
	p.subject.T.Helper()
	tried := max(time.Second, 3*holder.took) // by then, if it is no slower than the other
	p.subject.Waits.AwaitFor(wait.Deadline, func(step time.Duration) bool {
		if p.subject.Waits.EndsIn(step) || taken.MatchString(p.subject.Said()) {
			return true
		}
		set, asleep := p.subject.Waits.Watch.TimeOut() // until it tries again
		return time.Since(p.subject.Waits.Began) > tried && asleep && set > 0
	}, nil)
	w := p.subject.Waits.AwaitEnd(wait.Moment)
	if w.End == wait.Exited {
		p.ExpectExit(1)
		return
	}
	ready := func() bool { return saysReady.MatchString(p.Output()) }
	if w.End == wait.Late && !ready() {
		holder.subject.Proc.Kill()
		w = p.subject.Waits.AwaitFor(wait.Deadline, func(step time.Duration) bool { return p.subject.Waits.EndsIn(step) || ready() }, nil)
		if p.subject.Waits.EndsIn(0) {
			p.ExpectExit(1)
			return
		}
		if ready() {
			p.subject.Fail(&subject.Mismatch{Outcome: failure.TriesAgain})
		}
	}
	m := &subject.Mismatch{Outcome: failure.KeepsRunning, Wait: w, Facts: map[string]string{"listens": "nowhere"}}
	switch at := p.subject.Listens(); at {
	case holder.Addr:
		m.Facts["listens"] = "on the same port"
		m.Sentence = fmt.Sprintf("%s listens on %s, as another program does already.", subject.Name(), at)
	case "":
		if ready() {
			m.Facts["listens"] = "nowhere, and says that it is ready"
			m.Sentence = fmt.Sprintf("%s says that it is ready on %s, which another program has, and holds no socket there.", subject.Name(), holder.Addr)
		}
	default:
		m.Facts["listens"] = "elsewhere"
		m.Sentence = fmt.Sprintf("%s was asked for %s, which is taken, and listens on %s.", subject.Name(), holder.Addr, at)
	}
	p.subject.Fail(m)
}
