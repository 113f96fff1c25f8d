package lab

import (
	"strconv"
	"strings"
	"syscall"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/lab/internal/subject"
	"sockets.test/tools/lab/internal/wait"
)

// ExpectExit wants the program to end by itself, with this status, and, where
// that is not 0, with a reason on standard error.
func (p *Program) ExpectExit(status int) {
	p.subject.T.Helper()
	p.expectExit("exit status "+strconv.Itoa(status), func(code int) bool { return code == status })
}

// ExpectFailure wants the program to end with a reason on standard error, a
// status that is not 0, and nothing on standard output. An argument that makes
// no sense may as well be an error (1) as wrong usage (2).
func (p *Program) ExpectFailure() {
	p.subject.T.Helper()
	p.expectExit("exit status 1", func(code int) bool { return code != 0 })
	p.expectPrinted("")
}

// ExpectError wants the program to end with status 1, a reason on standard
// error, and nothing on standard output: an error is no answer.
func (p *Program) ExpectError() {
	p.subject.T.Helper()
	p.ExpectExit(1)
	p.expectPrinted("")
}

// ExpectOutput wants the program to end with status 0, and its standard output
// to be this, all in all.
func (p *Program) ExpectOutput(want string) {
	p.subject.T.Helper()
	p.ExpectExit(0)
	p.expectPrinted(want)
}

func (p *Program) expectPrinted(want string) {
	p.subject.T.Helper()
	out := p.subject.Proc.Stdout()
	if !out.Is(want) {
		m := &subject.Mismatch{Outcome: failure.WrongOutput, Want: want, Wanted: true}
		m.Got, m.Unkept = out.Beginning()
		p.subject.Fail(m)
	}
}

func (p *Program) expectExit(want string, right func(code int) bool) {
	p.subject.T.Helper()
	if w := p.subject.Waits.AwaitEnd(wait.Deadline); w.End != wait.Exited {
		m := &subject.Mismatch{Outcome: failure.KeepsRunning, Wait: w}
		if right(0) {
			m.Sentence = subject.Name() + " goes on, where it should have ended."
		} else {
			m.Sentence = subject.Name() + " goes on, where it should have ended with an error."
		}
		if w.Awake() {
			m.Sentence = ""
		}
		p.subject.Fail(m)
	}
	code := p.subject.Proc.Exit().Code
	if !right(0) && p.subject.Unbegun() {
		p.subject.Fail(&subject.Mismatch{Outcome: failure.NotBegun}) // which is not the error that was wanted
	}
	if !right(code) {
		p.subject.Fail(&subject.Mismatch{Outcome: failure.WrongStatus, Want: want})
	}
	if code != 0 && strings.TrimSpace(p.subject.Proc.Stderr().String()) == "" {
		p.subject.Fail(&subject.Mismatch{Outcome: failure.SaysNothing})
	}
}

// Stop asks the program to end, as a terminal's Ctrl-C and an init system's
// stop do, and wants it to.
func (p *Program) Stop() {
	p.subject.T.Helper()
	if err := p.subject.Proc.Signal(syscall.SIGTERM); err != nil {
		p.subject.Proc.Kill() // where there is no such signal
	}
	if w := p.subject.Waits.AwaitEnd(wait.Deadline); w.End != wait.Exited {
		p.subject.Fail(&subject.Mismatch{Outcome: failure.WontStop, Wait: w})
	}
}

// ExpectStillRunning wants the program not to end: it is seen asleep, with no
// timer that will ring soon, or it outlasts some seconds of silence.
func (p *Program) ExpectStillRunning() {
	p.subject.T.Helper()
	if p.subject.Waits.EndsWithin(wait.AWhile()) {
		p.subject.Fail(&subject.Mismatch{Outcome: failure.Exited, Early: p.subject.StopsLater()})
	}
}
