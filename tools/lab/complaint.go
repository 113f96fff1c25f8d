package lab

import (
	"fmt"
	"strings"
	"time"
)

const (
	Complains Outcome = "complains"       // it wrote to standard error where nothing was wrong
	Repeats   Outcome = "complains twice" // it wrote several lines there, where one was due
)

// ExpectComplaint wants the program to say on standard error, now or soon, what
// is wrong: in one line for all that went wrong since it was ready. Whether it
// goes on after that is for the next expectation.
func (p *Program) ExpectComplaint(causes ...Cause) {
	p.t.Helper()
	switch p.awaitComplaint(deadline) {
	case done:
		gone := p.endsWithin(200 * time.Millisecond) // it may say more
		if said := p.complaints(); len(said) > 1 && !gone {
			words := fmt.Sprintf("%s said what was wrong in %d lines on standard error, where one is wanted.", subject.name, len(said))
			p.fail(&finding{outcome: Repeats, words: words}, causes)
		}
	case exited:
		p.fail(&finding{outcome: Exited}, causes)
	default:
		p.fail(&finding{outcome: SaysNothing, words: subject.name + " said nothing on standard error of what was wrong."}, causes)
	}
}

// ExpectNoComplaint wants standard error to be empty once the program has come
// to rest. Where rest cannot be proven, only what is there soon counts.
func (p *Program) ExpectNoComplaint(causes ...Cause) {
	p.t.Helper()
	if p.awaitComplaint(min(p.patience(), 500*time.Millisecond)) == done {
		p.complained(causes)
	}
}

// ExpectNoComplaintYet wants standard error to be empty now: what the program
// wrote there before its last answer counts, and nothing is waited for.
func (p *Program) ExpectNoComplaintYet(causes ...Cause) {
	p.t.Helper()
	p.proc.Stderr().Flush()
	if len(p.complaints()) > 0 {
		p.complained(causes)
	}
}

func (p *Program) complained(causes []Cause) {
	p.t.Helper()
	words := "Nothing was wrong, and " + subject.name + " wrote to standard error."
	p.fail(&finding{outcome: Complains, words: words}, causes)
}

func (p *Program) awaitComplaint(limit time.Duration) ending {
	said := p.proc.Stderr()
	complains := func() bool { return len(p.complaints()) > 0 }
	return p.awaitOutput(said, limit, complains)
}

// complaints are the lines on standard error, but for what a runtime may have
// remarked before the program was ready.
func (p *Program) complaints() (lines []string) {
	for line := range strings.Lines(p.proc.Stderr().String()) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines[min(p.remarks, len(lines)):]
}

// SaidTwice is the sign of a program that gave one reason in several lines:
// they end alike behind their last colon.
var SaidTwice Sign = func(f *finding) bool {
	if f.outcome != Repeats {
		return false
	}
	said := f.program.complaints()
	for _, line := range said {
		if reason(line) != reason(said[0]) {
			return false
		}
	}
	return true
}

// reason is what an error says at last: "EOF" of "server: 127.0.0.1:80: EOF".
func reason(line string) string {
	return strings.TrimSpace(line[strings.LastIndex(line, ":")+1:])
}

// Printed is how many bytes the program has written to standard output by now.
func (p *Program) Printed() int {
	p.proc.Stdout().Flush()
	return p.proc.Stdout().Size()
}

// Mute is the sign of a program that says nothing of what is wrong on standard
// error, and has written nothing to standard output either, beyond so many
// bytes.
func Mute(printed int) Sign {
	return func(f *finding) bool {
		if f.outcome != SaysNothing {
			return false
		}
		if f.program.Printed() != printed {
			f.got = []byte(f.program.Output()) // to be shown
		}
		return f.got == nil
	}
}

// SaidOnOutput is the sign of a program that wrote this to standard output.
func SaidOnOutput(text string) Sign {
	return func(f *finding) bool { return f.program != nil && strings.Contains(f.program.Output(), text) }
}
