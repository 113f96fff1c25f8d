package lab

import (
	"fmt"
	"strings"
	"time"
)

// Complains is the outcome of a program that wrote to standard error where
// nothing was wrong.
const Complains Outcome = "complains"

// ExpectComplaint wants the program to say on standard error, now or soon, that
// something is wrong.
func (p *Program) ExpectComplaint(causes ...Cause) {
	p.t.Helper()
	switch p.awaitComplaint(deadline) {
	case done:
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
	if p.awaitComplaint(p.patience()) == done {
		said := ends(p.proc.Stderr().String(), 1)[0]
		p.fail(&finding{outcome: Complains, words: fmt.Sprintf("Nothing was wrong, and %s said on standard error: %s", subject.name, said)}, causes)
	}
}

func (p *Program) awaitComplaint(limit time.Duration) ending {
	said := p.proc.Stderr()
	complains := func() bool { return strings.TrimSpace(said.String()) != "" }
	return p.awaitFor(limit, func(step time.Duration) bool {
		changed := said.Changed()
		if complains() {
			return true
		}
		select {
		case <-changed:
		case <-time.After(step):
		}
		return complains()
	}, func() bool {
		said.Flush()
		return complains()
	})
}

// SaidOnOutput is the sign of a program that wrote this to standard output.
func SaidOnOutput(text string) Sign {
	return func(f *finding) bool { return f.program != nil && strings.Contains(f.program.Output(), text) }
}
