package lab

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
func (p *Program) observe(m *mismatch) *failure.Failure {
	f := &failure.Failure{Test: p.t.Name(), Outcome: m.outcome, Sentence: m.sentence, Got: m.got, Facts: m.facts}
	f.File, f.Line, f.Expect = testLine(p.t)
	f.Step = sectionOf(f.File, f.Line)
	if m.wanted {
		f.Want = []byte(m.want)
	} else {
		f.Wanted = m.want
	}
	p.waits.Collect()
	p.waits.Judged, p.waits.Overdue = true, m.wait.End == wait.Late && m.wait.Resting == failure.Overdue
	f.Program = p.state(m)
	p.notBegun(m, f)
	for _, c := range p.streams {
		c.noteUnsent()
	}
	if f.Outcome.Silent() && p.hasMet() {
		p.record.Add(wire.Event{Kind: wire.Silence, Text: cmp.Or(m.wait.Observed(), string(failure.Asleep))})
	}
	if f.Outcome.Silent() {
		f.Answers = p.ask(m)
	}
	if f.Program.Exit != nil && p.hasMet() && !p.raced() {
		p.record.Add(wire.Event{Kind: wire.Exit, Text: f.Program.Exit.Text})
	}
	if f.Program.Exit == nil && f.Outcome.Silent() && !f.Answering() { // or it stands elsewhere now
		if len(f.Answers) > 0 {
			p.waits.Settle() // it may be about to wait again
		}
		f.Program.Calls = p.calls(m.wait)
	}
	p.race(f)
	if m.got != nil || m.wanted && !f.Outcome.Silent() {
		f.Difference = p.difference(m)
	}
	f.Mark = p.mark(m, f)
	if m.unkept > 0 {
		f.Cut = &failure.Cut{GotAfter: m.unkept}
	}
	f.Shorten()
	f.Conversation, f.Mark = p.about(m).Conversation().Brief(f.Mark)
	return f
}

// notBegun makes of the failure what it is, if the program stopped at a TODO.
func (p *Program) notBegun(m *mismatch, f *failure.Failure) {
	unfinished := todo.FindStringSubmatch(p.proc.Stderr().String() + p.Output())
	if unfinished == nil || m.early || m.contradicts() {
		return
	}
	f.Outcome, f.Sentence, f.Step = failure.NotBegun, unfinished[0], unfinished[1]
	f.Want, f.Wanted, f.Got = nil, "", nil
	m.outcome, m.got, m.wanted = failure.NotBegun, nil, false
}

// race puts a data race in the place of whatever else came of it.
func (p *Program) race(f *failure.Failure) {
	said := p.proc.Stderr().String()
	if !dump.Raced(said) {
		return
	}
	f.Outcome, f.Sentence = failure.DataRace, ""
	if dump.MapsMet(said) {
		f.Sentence = subject.name + " had two goroutines in one map at the same moment, and Go ended it."
	}
	f.Program.Races = dump.Reader{Package: subject.pkg}.Races(said)
	f.Program.Resting, f.Program.Calls, f.Answers = failure.Running, nil, nil
}

// difference compares what came with what was wanted.
func (p *Program) difference(m *mismatch) *failure.Difference {
	if len(m.got) == 0 && (m.want == "" || m.outcome == failure.Exited) || m.wanted && m.want == string(m.got) {
		return nil
	}
	want, got := []byte(m.want), m.got
	if m.unkept > 0 { // what is known of the end is worth something
		got = p.proc.Stdout().Bytes()
	}
	if !m.wanted { // it is words
		want = nil
	}
	if m.outcome == failure.TooMuch && m.tcp != nil { // behind what was right
		want = []byte(m.tcp.heard)
		got = append(want[:len(want):len(want)], m.got...)
	}
	if m.outcome == failure.WrongOutput && bytes.HasSuffix(want, []byte("\n")) && bytes.HasSuffix(got, []byte("\n")) {
		want, got = want[:len(want)-1], got[:len(got)-1] // what the line says, without its end
	}
	d := failure.Compare(want, got, p.before(m))
	if m.udp != nil && d.Has(failure.CutShort) && m.udp.restComes(m.want, m.got) {
		d.Kinds = append(d.Kinds, failure.InPieces)
	}
	return d
}

// before is what passed before the bytes of a mismatch came.
func (p *Program) before(m *mismatch) (c failure.Context) {
	const most, longest = 400, 1 << 16
	name := p.lifeline(m)
	events := p.record.Events()
	if m.event > 0 || m.offset > 0 { // what came is none of it
		events = events[:min(m.event, len(events))]
	}
	for _, e := range events[max(0, len(events)-most):] {
		if e.Kind != wire.Bytes || len(e.Data) == 0 || len(e.Data) > longest {
			continue
		}
		switch {
		case e.Client != name && name != "":
			c.Others = append(c.Others, e.Data)
		case e.ToServer != p.record.OnLeft: // to the program
			c.Earlier = append(c.Earlier, e.Data)
			c.Sent = e.Data
		default:
			c.Earlier = append(c.Earlier, e.Data)
		}
	}
	if p.record.OnLeft && m.outcome != failure.WrongOutput {
		c.Sent = []byte(p.typed)
	}
	return c
}

// lifeline is the name of the client that a mismatch is about.
func (p *Program) lifeline(m *mismatch) string {
	switch {
	case m.tcp != nil:
		return m.tcp.name
	case m.udp != nil:
		return m.udp.name
	case p.record.OnLeft:
		return p.name()
	}
	return ""
}

// mark points at what is wrong in the record.
func (p *Program) mark(m *mismatch, f *failure.Failure) wire.Mark {
	mark := wire.Mark{Event: -1, Offset: -1}
	switch f.Outcome {
	case failure.Wrong, failure.TooMuch:
		mark.Event, mark.Offset = m.event, m.offset
	case failure.WrongAddress:
		mark.Words = "wanted it from " + p.record.Address
	}
	return mark
}
