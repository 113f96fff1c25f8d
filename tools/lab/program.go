package lab

import (
	"io"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"sockets.test/tools/internal/proc"
	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/internal/wire"
)

// A Program is a process under test. It ends with the test that started it.
type Program struct {
	t      testing.TB
	args   []string
	proc   *proc.Process
	watch  *quiet.Watch
	record *wire.Record
	began  time.Time
	label  string // its name beside others of its kind

	typed    string // on its standard input, by Type
	untyped  []byte // of that, what the pipe had no room for yet
	typedAll bool   // the input has ended

	shares   string   // see SuspectRaces
	suspects []Cause  // the same
	dumped   bool     // where has ended it
	spoken   string   // what it had said on standard error by itself
	stood    []string // and seen where it stood

	late bool // the last wait ended at its deadline, with no proof of anything

	manner  Outcome      // of the last wait, if the program was awake: NeverRests, WakesInVain
	effort  quiet.Effort // and what it had done meanwhile
	acted   bool         // a wait has come to what it waited for
	failing bool         // the verdict is reached, and what is left is to name it

	remarks int // lines on standard error before it was ready

	clients []*net.UDPConn // to be closed when the program has ended

	host    *host           // that it was started for, as a client
	link    *Link           // that it stands at both ends of
	patient func() *Program // plays the same again, with less haste; its nil: needless
}

// Start runs the program with these arguments and waits for nothing.
func Start(t testing.TB, args ...string) *Program {
	t.Helper()
	began := time.Now()
	p, err := proc.Start(proc.Command{
		Path: subject.command[0],
		Args: append(append([]string{}, subject.command[1:]...), args...),
		Env:  subject.env,
	})
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	started := &Program{t: t, args: args, began: began, proc: p, watch: quiet.New(p.Pid()), record: wire.New(subject.name)}
	t.Cleanup(started.end)
	return started
}

// Stdin is the program's standard input.
func (p *Program) Stdin() io.WriteCloser { return p.proc.Stdin() }

// Output is what the program has written to its standard output so far. A very
// long output lacks its middle.
func (p *Program) Output() string { return p.proc.Stdout().String() }

// ExpectExit wants the program to end by itself, with this status, and, where
// that is not 0, with a reason on standard error.
func (p *Program) ExpectExit(status int, causes ...Cause) {
	p.t.Helper()
	if !p.endsWithin(deadline) {
		p.fail(&finding{outcome: Tolerates, words: p.overdue(status), probe: p.endsAfterInput}, causes)
	}
	if status != 0 && todo.MatchString(p.proc.Stderr().String()) {
		p.fail(&finding{outcome: NotBegun}, causes) // which is not the error that was wanted
	}
	if p.proc.Exit().Code != status {
		p.fail(&finding{outcome: WrongStatus, want: "exit status " + itoa(status)}, causes)
	}
	if status != 0 && strings.TrimSpace(p.proc.Stderr().String()) == "" {
		p.fail(&finding{outcome: SaysNothing}, causes)
	}
}

// overdue says that a program goes on which should have ended.
func (p *Program) overdue(status int) string {
	if status == 0 {
		return subject.name + " goes on, where it should have ended."
	}
	return "" // the outcome's own words
}

// Stop asks the program to end, as a terminal's Ctrl-C and an init system's
// stop do, and wants it to.
func (p *Program) Stop(causes ...Cause) {
	p.t.Helper()
	if err := p.proc.Signal(syscall.SIGTERM); err != nil {
		p.proc.Kill() // where there is no such signal
	}
	if !p.endsWithin(deadline) {
		p.fail(&finding{outcome: WontStop}, causes)
	}
}

// argument is the one that follows flag.
func (p *Program) argument(flag string) string {
	if i := slices.Index(p.args, flag); i >= 0 && i+1 < len(p.args) {
		return p.args[i+1]
	}
	return AnyPort
}

// firstLine waits for the first line on standard output.
func (p *Program) firstLine() (string, bool) {
	out := p.proc.Stdout()
	find := func() (string, bool) {
		line, _, whole := strings.Cut(out.String(), "\n")
		return strings.TrimSuffix(line, "\r"), whole
	}
	p.awaitOutput(out, deadline, func() bool { _, ok := find(); return ok })
	return find()
}

// ended tells whether the program has exited, or is about to.
func (p *Program) ended() bool {
	if p.manner != "" { // it has just been seen to go on
		return p.endsIn(0)
	}
	return p.endsWithin(deadline)
}

// endsWithin waits until the program has exited, or shows that it goes on.
func (p *Program) endsWithin(limit time.Duration) bool {
	end := p.awaitFor(limit, func(step time.Duration) bool {
		select {
		case <-p.proc.Done():
			return true
		case <-time.After(step):
			return false
		}
	}, nil)
	return end == done || end == exited
}

// PID is the program's process ID, for tests that ask the system about it.
func (p *Program) PID() int { return p.proc.Pid() }

// commandLine is what a terminal would show.
func (p *Program) commandLine() string {
	words := []string{subject.name}
	if len(subject.command) > 1 { // in another language
		words = nil
		for _, word := range subject.command {
			words = append(words, filepath.Base(word))
		}
	}
	return "$ " + strings.Join(append(words, p.args...), " ")
}
