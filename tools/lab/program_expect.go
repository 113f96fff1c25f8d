package lab

import (
	"strings"
	"syscall"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/lab/internal/wait"
)

// ExpectExit wants the program to end by itself, with this status, and, where
// that is not 0, with a reason on standard error.
func (p *Program) ExpectExit(status int) {
	p.t.Helper()
	p.expectExit("exit status "+itoa(status), func(code int) bool { return code == status })
}

// ExpectFailure wants the program to end with a reason on standard error, a
// status that is not 0, and nothing on standard output. An argument that makes
// no sense may as well be an error (1) as wrong usage (2).
func (p *Program) ExpectFailure() {
	p.t.Helper()
	p.expectExit("exit status 1", func(code int) bool { return code != 0 })
	p.expectPrinted("")
}

// ExpectError wants the program to end with status 1, a reason on standard
// error, and nothing on standard output: an error is no answer.
func (p *Program) ExpectError() {
	p.t.Helper()
	p.ExpectExit(1)
	p.expectPrinted("")
}

// ExpectOutput wants the program to end with status 0, and its standard output
// to be this, all in all.
func (p *Program) ExpectOutput(want string) {
	p.t.Helper()
	p.ExpectExit(0)
	p.expectPrinted(want)
}

func (p *Program) expectPrinted(want string) {
	p.t.Helper()
	out := p.proc.Stdout()
	if !out.Is(want) {
		m := &mismatch{outcome: failure.WrongOutput, want: want, wanted: true}
		m.got, m.unkept = out.Beginning()
		p.fail(m)
	}
}

func (p *Program) expectExit(want string, right func(code int) bool) {
	p.t.Helper()
	if w := p.waits.AwaitEnd(wait.Deadline); w.End != wait.Exited {
		m := &mismatch{outcome: failure.KeepsRunning, wait: w}
		if right(0) {
			m.sentence = subject.name + " goes on, where it should have ended."
		} else {
			m.sentence = subject.name + " goes on, where it should have ended with an error."
		}
		if w.Awake() {
			m.sentence = ""
		}
		p.fail(m)
	}
	code := p.proc.Exit().Code
	if !right(0) && p.unbegun() {
		p.fail(&mismatch{outcome: failure.NotBegun}) // which is not the error that was wanted
	}
	if !right(code) {
		p.fail(&mismatch{outcome: failure.WrongStatus, want: want})
	}
	if code != 0 && strings.TrimSpace(p.proc.Stderr().String()) == "" {
		p.fail(&mismatch{outcome: failure.SaysNothing})
	}
}

// unbegun reports whether the program has said that it is at a TODO.
func (p *Program) unbegun() bool {
	return todo.MatchString(p.proc.Stderr().String() + p.Output())
}

// Stop asks the program to end, as a terminal's Ctrl-C and an init system's
// stop do, and wants it to.
func (p *Program) Stop() {
	p.t.Helper()
	if err := p.proc.Signal(syscall.SIGTERM); err != nil {
		p.proc.Kill() // where there is no such signal
	}
	if w := p.waits.AwaitEnd(wait.Deadline); w.End != wait.Exited {
		p.fail(&mismatch{outcome: failure.WontStop, wait: w})
	}
}

// ExpectStillRunning wants the program not to end: it is seen asleep, with no
// timer that will ring soon, or it outlasts some seconds of silence.
func (p *Program) ExpectStillRunning() {
	p.t.Helper()
	if p.waits.EndsWithin(wait.AWhile()) {
		p.fail(&mismatch{outcome: failure.Exited, early: p.stopsLater()})
	}
}
