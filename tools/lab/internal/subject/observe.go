package subject

import (
	"bytes"
	"cmp"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/dump"
	"sockets.test/tools/lab/internal/wait"
)

// observe makes the failure: everything that can be seen of the program, in the
// order in which seeing it disturbs the program least.
func (p *Program) observe(m *Mismatch) *failure.Failure {
	f := &failure.Failure{Test: p.T.Name(), Outcome: m.Outcome, Sentence: m.Sentence, Got: m.Got, Facts: m.Facts}
	f.File, f.Line, f.Expect = testLine(p.T)
	f.Step = sectionOf(f.File, f.Line)
	if m.Wanted {
		f.Want = []byte(m.Want)
	} else {
		f.Wanted = m.Want
	}
	p.Waits.Collect()
	p.Waits.Judged, p.Waits.Overdue = true, m.Wait.End == wait.Late && m.Wait.Resting == failure.Overdue
	f.Program = p.state(m)
	p.notBegun(m, f)
	for _, c := range p.streams {
		c.NoteUnsent()
	}
	if f.Outcome.Silent() && p.hasMet() {
		p.Record.Add(wire.Event{Kind: wire.Silence, Text: cmp.Or(m.Wait.Observed(), string(failure.Asleep))})
	}
	if f.Outcome.Silent() {
		f.Answers = p.ask(m)
	}
	if f.Program.Exit != nil && p.hasMet() && !p.raced() {
		p.Record.Add(wire.Event{Kind: wire.Exit, Text: f.Program.Exit.Text})
	}
	if f.Program.Exit == nil && f.Outcome.Silent() && !f.Answering() { // or it stands elsewhere now
		if len(f.Answers) > 0 {
			p.Waits.Settle() // it may be about to wait again
		}
		f.Program.Calls = p.calls(m.Wait)
	}
	p.race(f)
	if m.Got != nil || m.Wanted && !f.Outcome.Silent() {
		f.Difference = p.difference(m)
	}
	f.Mark = p.mark(m, f)
	if m.Unkept > 0 {
		f.Cut = &failure.Cut{GotAfter: m.Unkept}
	}
	f.Shorten()
	f.Conversation, f.Mark = p.about(m).Conversation().Brief(f.Mark)
	return f
}

// notBegun makes of the failure what it is, if the program stopped at a TODO.
func (p *Program) notBegun(m *Mismatch, f *failure.Failure) {
	unfinished := todo.FindStringSubmatch(p.Said())
	if unfinished == nil || m.Early || m.contradicts() {
		return
	}
	f.Outcome, f.Sentence, f.Step = failure.NotBegun, unfinished[0], unfinished[1]
	f.Want, f.Wanted, f.Got = nil, "", nil
	m.Outcome, m.Got, m.Wanted = failure.NotBegun, nil, false
}

// race puts a data race in the place of whatever else came of it.
func (p *Program) race(f *failure.Failure) {
	said := p.Proc.Stderr().String()
	if !dump.Raced(said) {
		return
	}
	f.Outcome, f.Sentence = failure.DataRace, ""
	if dump.MapsMet(said) {
		f.Sentence = Name() + " had two goroutines in one map at the same moment, and Go ended it."
	}
	f.Program.Races = dump.Reader{Package: program.pkg}.Races(said)
	f.Program.Resting, f.Program.Calls, f.Answers = failure.Running, nil, nil
}

// difference compares what came with what was wanted.
func (p *Program) difference(m *Mismatch) *failure.Difference {
	if len(m.Got) == 0 && (m.Want == "" || m.Outcome == failure.Exited) || m.Wanted && m.Want == string(m.Got) {
		return nil
	}
	want, got := []byte(m.Want), m.Got
	if m.Unkept > 0 { // what is known of the end is worth something
		got = p.Proc.Stdout().Bytes()
	}
	if !m.Wanted { // it is words
		want = nil
	}
	if m.Outcome == failure.TooMuch && m.TCP != nil { // behind what was right
		want = []byte(m.TCP.Heard)
		got = append(want[:len(want):len(want)], m.Got...)
	}
	if m.Outcome == failure.WrongOutput && bytes.HasSuffix(want, []byte("\n")) && bytes.HasSuffix(got, []byte("\n")) {
		want, got = want[:len(want)-1], got[:len(got)-1] // what the line says, without its end
	}
	d := failure.Compare(want, got, p.before(m))
	if m.UDP != nil && d.Has(failure.CutShort) && m.UDP.restComes(m.Want, m.Got) {
		d.Kinds = append(d.Kinds, failure.InPieces)
	}
	return d
}

// before is what passed before the bytes of a mismatch came.
func (p *Program) before(m *Mismatch) (c failure.Context) {
	const most, longest = 400, 1 << 16
	name := p.lifeline(m)
	events := p.Record.Events()
	if m.Event > 0 || m.Offset > 0 { // what came is none of it
		events = events[:min(m.Event, len(events))]
	}
	for _, e := range events[max(0, len(events)-most):] {
		if e.Kind != wire.Bytes || len(e.Data) == 0 || len(e.Data) > longest {
			continue
		}
		switch {
		case e.Client != name && name != "":
			c.Others = append(c.Others, e.Data)
		case e.ToServer != p.Record.OnLeft: // to the program
			c.Earlier = append(c.Earlier, e.Data)
			c.Sent = e.Data
		default:
			c.Earlier = append(c.Earlier, e.Data)
		}
	}
	if p.Record.OnLeft && m.Outcome != failure.WrongOutput {
		c.Sent = []byte(p.Typed)
	}
	return c
}

// lifeline is the name of the client that a mismatch is about.
func (p *Program) lifeline(m *Mismatch) string {
	switch {
	case m.TCP != nil:
		return m.TCP.Name
	case m.UDP != nil:
		return m.UDP.Name
	case p.Record.OnLeft:
		return p.Name()
	}
	return ""
}

// mark points at what is wrong in the record.
func (p *Program) mark(m *Mismatch, f *failure.Failure) wire.Mark {
	mark := wire.Mark{Event: -1, Offset: -1}
	switch f.Outcome {
	case failure.Wrong, failure.TooMuch:
		mark.Event, mark.Offset = m.Event, m.Offset
	case failure.WrongAddress:
		mark.Words = "wanted it from " + p.Record.Address
	}
	return mark
}
