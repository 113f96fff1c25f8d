package lab

import (
	"fmt"
	"strings"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/lab/internal/subject"
	"sockets.test/tools/lab/internal/wait"
)

// ExpectComplaints wants one line on standard error, now or soon, for each of n
// things that went wrong since the program was ready, and no more. Of none it
// wants no line once the program has come to rest; where rest cannot be proven,
// only what is there soon counts. Whether the program goes on after that is for
// the next expectation.
func (p *Program) ExpectComplaints(n int) {
	p.subject.T.Helper()
	if n == 0 {
		if p.awaitComplaints(1, min(wait.Patience(), wait.Moment)).End == wait.Done {
			p.subject.Fail(&subject.Mismatch{Outcome: failure.Complains})
		}
		return
	}
	w := p.awaitComplaints(n, wait.Deadline)
	ended := w.End == wait.Exited
	if w.End == wait.Done {
		ended = p.subject.Waits.EndsWithin(wait.Moment) // it may say more
	}
	have := len(p.complaints())
	switch {
	case w.End == wait.Exited:
		p.subject.Fail(&subject.Mismatch{Outcome: failure.Exited, Wait: w})
	case have > n && !ended:
		p.subject.Fail(&subject.Mismatch{Outcome: failure.ComplainsTwice, Sentence: p.counted(have, n)})
	case have < n:
		p.subject.Fail(&subject.Mismatch{Outcome: failure.SaysNothing, Sentence: p.counted(have, n), Wait: w})
	}
}

// counted says how many lines there are, and how many were wanted.
func (p *Program) counted(have, n int) string {
	if have == 0 {
		return subject.Name() + " said nothing on standard error of what was wrong."
	}
	return fmt.Sprintf("%s said what was wrong in %d lines on standard error; wanted %d.", subject.Name(), have, n)
}

func (p *Program) awaitComplaints(n int, limit time.Duration) wait.Result {
	said := p.subject.Proc.Stderr()
	return p.subject.Waits.AwaitOutput(said, limit, func() bool {
		return len(p.complaints()) >= n && strings.HasSuffix(said.String(), "\n")
	})
}

// complaints are the lines on standard error, but for what a runtime may have
// remarked before the program was ready.
func (p *Program) complaints() (lines []string) {
	for line := range strings.Lines(p.subject.Proc.Stderr().String()) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines[min(p.remarks, len(lines)):]
}
