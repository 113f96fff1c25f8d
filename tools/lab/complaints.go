package lab

import (
	"fmt"
	"runtime"
	"strings"
	"time"
)

// ExpectComplaints wants one line on standard error for each of n things that
// went wrong, and no more.
func (p *Program) ExpectComplaints(n int, causes ...Cause) {
	p.t.Helper()
	said := p.proc.Stderr()
	all := func() bool { return len(p.complaints()) >= n && strings.HasSuffix(said.String(), "\n") }
	end := p.awaitOutput(said, deadline, all)
	if end == done {
		p.endsWithin(200 * time.Millisecond) // it may say more
	}
	have := len(p.complaints())
	f := &finding{words: fmt.Sprintf("%s said what was wrong in %d lines on standard error; %d are wanted.", subject.name, have, n)}
	switch {
	case end == exited:
		f.outcome, f.words = Exited, ""
	case have > n:
		f.outcome = Repeats
	case end != done:
		f.outcome = SaysNothing
	default:
		return
	}
	p.fail(f, causes)
}

// ExpectComplaintOfBacklog is ExpectComplaint for a client whose connection was
// reset before it was accepted. Linux gives that connection to accept(2) all the
// same, with the bytes that had come, and it fails then. Another system may take
// it away, so that no program hears of it; there nothing is asked.
func (s *Server) ExpectComplaintOfBacklog(causes ...Cause) {
	s.t.Helper()
	if runtime.GOOS == "linux" {
		s.ExpectComplaint(causes...)
	}
}

// Unended is the sign of a program that has written to standard error, and not
// ended its line.
var Unended Sign = func(f *finding) bool { return f.said != "" && !strings.HasSuffix(f.said, "\n") }

// SaysLess is the sign of a program that has complained, but not of everything.
var SaysLess Sign = func(f *finding) bool {
	return f.outcome == SaysNothing && len(f.program.complaints()) > 0
}

// ExpectNothingYet wants no byte to have come by now, and no end. Nothing is
// waited for.
func (c *TCP) ExpectNothingYet(causes ...Cause) {
	c.program.t.Helper()
	c.readFor(time.Millisecond)
	if len(c.in) > 0 || c.over != "" {
		c.ExpectNothing(causes...)
	}
}
