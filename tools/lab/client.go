package lab

import (
	"os"
	"strings"
	"time"

	"sockets.test/tools/internal/quiet"
)

// EndInput ends the program's standard input, as Ctrl-D does at a terminal.
func (p *Program) EndInput() { p.endInput() }

// endInput tells whether that changed anything.
func (p *Program) endInput() bool {
	before := p.typedAll
	p.typedAll = true
	p.proc.Stdin().Close()
	return !before
}

// ExpectOutput wants the program to end with status 0, and its standard output
// to be this, all in all.
func (p *Program) ExpectOutput(want string, causes ...Cause) {
	p.t.Helper()
	p.ExpectExit(0, causes...)
	if !p.proc.Stdout().Is(want) {
		p.fail(&finding{outcome: WrongOutput, want: want, got: p.proc.Stdout().Bytes()}, causes)
	}
}

// ExpectError wants the program to end with status 1, a reason on standard
// error, and nothing on standard output: an error is no answer.
func (p *Program) ExpectError(causes ...Cause) {
	p.t.Helper()
	p.ExpectExit(1, causes...)
	if got := p.Output(); got != "" {
		p.fail(&finding{outcome: WrongOutput, got: []byte(got)}, causes)
	}
}

// ExpectPatience wants the program not to give up: it is seen asleep, with no
// timer that will ring soon, or it outlasts a few seconds of silence.
func (p *Program) ExpectPatience(causes ...Cause) {
	p.t.Helper()
	if p.endsWithin(aWhile()) {
		p.fail(&finding{outcome: Exited}, causes)
	}
}

// Settle waits until the program does nothing any more by itself, and no timer
// of it is set that would ring soon, or a few seconds have passed.
func (p *Program) Settle() { p.endsWithin(aWhile()) }

// aWhile is how long to look whether a program does anything, at most: nobody
// waits for so long where silence can be proven, and it is short where it
// cannot.
func aWhile() time.Duration {
	if _, ok := quiet.Sockets(os.Getpid()); !ok {
		return 50 * time.Millisecond
	}
	return 6 * time.Second
}

// ReadsOn is the sign of a program that waits for more on its standard input:
// once that ends, it goes on.
var ReadsOn Sign = func(f *finding) bool {
	if f.probe != nil && !f.woken {
		f.woken = f.probe()
	}
	return f.woken
}

// PrintedPadded is the sign of the right line with zero bytes in it behind the
// answer.
var PrintedPadded Sign = func(f *finding) bool {
	rest, ok := strings.CutPrefix(string(f.got), strings.TrimSuffix(f.want, "\n"))
	return f.outcome == WrongOutput && ok && strings.Contains(rest, "\x00") && strings.Trim(rest, "\x00\n") == ""
}

// PrintedPart is the sign of a line that is right as far as it goes.
var PrintedPart Sign = func(f *finding) bool {
	part, whole := strings.TrimSuffix(string(f.got), "\n"), strings.TrimSuffix(f.want, "\n")
	return f.outcome == WrongOutput && part != "" && part != whole && strings.HasPrefix(whole, part)
}

// PrintedJust is the sign of exactly this on standard output.
func PrintedJust(text string) Sign {
	return func(f *finding) bool { return f.outcome == WrongOutput && string(f.got) == text }
}

// PrintedMore is the sign of the right line, and something else before it.
var PrintedMore Sign = func(f *finding) bool {
	before, ok := strings.CutSuffix(string(f.got), f.want)
	return f.outcome == WrongOutput && f.want != "" && ok && !strings.Contains(before, strings.TrimSpace(f.want))
}

// SaidOnStdout is the sign of an error that is told on standard output only.
var SaidOnStdout Sign = func(f *finding) bool {
	return f.outcome == SaysNothing && f.program.Output() != ""
}

// EndedWell is the sign of a program that ended as if nothing had been wrong.
var EndedWell = Exits(0)

// Exits is the sign of a program that ended with this status.
func Exits(status int) Sign {
	return func(f *finding) bool {
		return (f.outcome == WrongStatus || f.outcome == Exited) && f.program.proc.Exit().Code == status
	}
}

// endsAfterInput tells whether the program ends once its input does.
func (p *Program) endsAfterInput() bool { return p.endInput() && p.endsWithin(deadline) }

// NoTimer is the sign of a program that waits, and has set no deadline to end
// that.
var NoTimer Sign = func(f *finding) bool {
	return (f.outcome == Tolerates || f.program.asleep(f)) && f.program.hasNoTimer()
}
