package subject

import (
	"strings"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/dump"
	"sockets.test/tools/lab/internal/kernel"
	"sockets.test/tools/lab/internal/wait"
)

// state is where the program stands, as far as that is seen without disturbing
// it.
func (p *Program) state(m *Mismatch) failure.State {
	s := failure.State{
		Name:    Name(),
		Command: p.commandLine(),
		Client:  p.Record.OnLeft,
		Waited:  m.Wait.Observed(),
		Typed:   clipped(p.Typed),
		Stdout:  clipped(p.Proc.Stdout().String()),
		Stderr:  clipped(p.Proc.Stderr().String()),
		Printed: p.Proc.Stdout().Size(),
	}
	if p.Waits.EndsIn(0) {
		s.Exit = &failure.Exit{Code: p.Proc.Exit().Code, Text: p.Proc.Exit().String()}
		if message, at, ok := (dump.Reader{Package: program.pkg}).Panic(p.Proc.Stderr().String()); ok {
			s.Panic = &failure.Panic{Message: message, Place: at.Place}
		}
		return s
	}
	if m.Outcome.Silent() {
		s.Resting = m.Wait.Resting
		if !m.Wait.Awake() && m.Facts["limit"] == "" { // which says more of its timer
			s.Timers = p.Waits.Timers()
		}
	}
	list, shown := quiet.Sockets(p.Pid())
	if !shown && !p.Waits.EndsIn(0) {
		s.Unjudged = "this system does not show the program's sockets"
	}
	for _, socket := range list {
		seen := failure.Socket{Net: socket.Net, State: socket.State, Local: socket.Local.String(), Unread: socket.RecvQ}
		if !isAlone(socket) {
			seen.Remote = socket.Remote.String()
		}
		s.Sockets = append(s.Sockets, seen)
	}
	return s
}

func isAlone(s quiet.Socket) bool { return s.Remote.Port() == 0 }

// clipped keeps the beginning and the end of a long text.
func clipped(text string) string {
	const most = failure.Longest / 2
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most/2], "") + "\n...\n" + strings.ToValidUTF8(text[len(text)-most/2:], "")
}

// calls ends a program that goes on with SIGQUIT, whereupon a Go program writes
// the stack of every goroutine to standard error (package runtime), and says
// where its own code stands.
func (p *Program) calls(w wait.Result) []failure.Call {
	before := len(p.Proc.Stderr().String())
	busy := w.End == wait.Late && w.Resting != failure.Polls // of one that polls, where it sleeps tells more
	if kernel.Quit(p.Proc, busy) != nil || !p.Waits.EndsWithin(wait.Deadline) {
		return nil
	}
	text := p.Proc.Stderr().String()
	if i := strings.LastIndex(text, "SIGQUIT: quit"); i >= 0 { // of much, the middle is not kept
		before = i
	}
	if before > len(text) {
		return nil
	}
	reader := dump.Reader{Package: program.pkg}
	if w.Resting == failure.BusyLoop {
		return reader.Busy(text[before:])
	}
	calls := reader.Calls(text[before:])
	for i := range calls {
		if w.Resting == failure.Polls { // that it was caught awake is luck
			calls[i].Runs = false
		}
	}
	return calls
}

// hasMet reports whether anything passed between the program and the lab.
func (p *Program) hasMet() bool { return len(p.Record.Events()) > 0 }

// about is the part of the record that a mismatch is about.
func (p *Program) about(m *Mismatch) *wire.Record {
	if m.Only == nil {
		return p.Record
	}
	return p.Record.Only(m.Only)
}

// raced reports whether the program has said that two of its goroutines met.
func (p *Program) raced() bool { return dump.Raced(p.Proc.Stderr().String()) }
