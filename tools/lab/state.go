package lab

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
func (p *Program) state(m *mismatch) failure.State {
	s := failure.State{
		Name:    subject.name,
		Command: p.commandLine(),
		Client:  p.record.OnLeft,
		Waited:  m.wait.Observed(),
		Typed:   clipped(p.typed),
		Stdout:  clipped(p.proc.Stdout().String()),
		Stderr:  clipped(p.proc.Stderr().String()),
		Printed: p.proc.Stdout().Size(),
	}
	if p.waits.EndsIn(0) {
		s.Exit = &failure.Exit{Code: p.proc.Exit().Code, Text: p.proc.Exit().String()}
		if message, at, ok := (dump.Reader{Package: subject.pkg}).Panic(p.proc.Stderr().String()); ok {
			s.Panic = &failure.Panic{Message: message, Place: at.Place}
		}
		return s
	}
	if m.outcome.Silent() {
		s.Resting = m.wait.Resting
		if !m.wait.Awake() {
			s.Timers = p.waits.Timers()
		}
	}
	list, shown := quiet.Sockets(p.pid())
	if !shown && !p.waits.EndsIn(0) {
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
	before := len(p.proc.Stderr().String())
	busy := w.End == wait.Late && w.Resting != failure.Polls // of one that polls, where it sleeps tells more
	if kernel.Quit(p.proc, busy) != nil || !p.waits.EndsWithin(wait.Deadline) {
		return nil
	}
	text := p.proc.Stderr().String()
	if i := strings.LastIndex(text, "SIGQUIT: quit"); i >= 0 { // of much, the middle is not kept
		before = i
	}
	if before > len(text) {
		return nil
	}
	reader := dump.Reader{Package: subject.pkg}
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
func (p *Program) hasMet() bool { return len(p.record.Events()) > 0 }

// about is the part of the record that a mismatch is about. Where one column of
// a table is wrong it is that of UDP or of TCP.
func (p *Program) about(m *mismatch) *wire.Record {
	if len(m.columns) != 1 || p.link == nil {
		return p.record
	}
	column := []string{"", "UDP", "TCP"}[m.columns[0]]
	return p.record.Only(func(client string) bool { return strings.HasPrefix(client, column) })
}

// raced reports whether the program has said that two of its goroutines met.
func (p *Program) raced() bool { return dump.Raced(p.proc.Stderr().String()) }
