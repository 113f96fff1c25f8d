package lab

import (
	"slices"
	"testing"
	"time"

	"sockets.test/tools/lab/internal/subject"
)

// A Program is a process under test. It ends with the test that started it.
type Program struct {
	subject *subject.Program
	remarks int // lines on standard error before it was ready
}

// Start runs the program with these arguments and waits for nothing.
func Start(t testing.TB, args ...string) *Program {
	t.Helper()
	return &Program{subject: subject.Start(t, args...)}
}

// Subject is the program as what judges it sees it, for packages beside this one.
func (p *Program) Subject() *subject.Program { return p.subject }

// Together has programs wait for each other: none of them is taken to be silent
// while another, which may be about to speak to it, is at work.
func Together(programs ...*Program) {
	for _, p := range programs {
		waits := p.subject.Waits
		for _, other := range programs {
			if other != p && !slices.Contains(waits.Partners, other.subject.Waits) {
				waits.Partners = append(waits.Partners, other.subject.Waits)
			}
		}
	}
}

// Type writes to the program's standard input, as somebody does at a terminal.
// Of a line that is longer than a pipe the program gets the rest while the lab
// waits for something else.
func (p *Program) Type(text string) {
	p.subject.T.Helper()
	p.subject.Type(text)
}

// EndInput ends the program's standard input, as Ctrl-D does at a terminal.
func (p *Program) EndInput() { p.subject.EndInput() }

// Output is what the program has written to its standard output so far. A very
// long output lacks its middle.
func (p *Program) Output() string { return p.subject.Output() }

// Settle lets the program do what it has to do by itself, such as to accept a
// client: until it sleeps, whatever timer it has set, or for a moment where that
// cannot be seen. It makes what comes next more certain; nothing right may
// depend on it.
func (p *Program) Settle() { p.subject.Waits.Settle() }

// Rest lets so much time pass. A program that will do nothing by itself in that
// time is not waited for.
func (p *Program) Rest(d time.Duration) { p.subject.Waits.Rest(d) }
