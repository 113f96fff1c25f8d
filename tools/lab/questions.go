package lab

import (
	"net"
	"strings"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/wait"
)

// ask puts the standing questions to a program that sleeps and owes something,
// in their order, until one is answered with yes. What was done for them is in
// the record only then: all of it, because the answer may be one to all of it.
func (p *Program) ask(m *mismatch) (answers []failure.Answer) {
	if m.wait.Resting != failure.Asleep {
		return nil
	}
	before, met := p.record, p.hasMet()
	p.goOnIn(before.Copy())
	for _, q := range p.questions(m) {
		if q.open != nil && !q.open() {
			continue
		}
		note := p.record.Add(wire.Event{Kind: wire.Note, Text: "and what if " + string(q.question) + "?"})
		got, yes := q.try()
		answers = append(answers, failure.Answer{Question: q.question, Yes: yes, Got: clip(got)})
		if yes && (met || len(p.record.Events()) > note+1) {
			if p.waits.EndsIn(0) {
				p.record.Add(wire.Event{Kind: wire.Exit, Text: p.proc.Exit().String()})
			}
			return answers
		}
		if yes || p.waits.EndsIn(0) {
			break
		}
	}
	p.goOnIn(before)
	return answers
}

// goOnIn has what follows noted in another record.
func (p *Program) goOnIn(record *wire.Record) {
	p.record = record
	if p.toward != nil {
		p.toward.record = record
	}
}

// clip keeps the beginning of what came.
func clip(data []byte) []byte { return data[:min(len(data), failure.Longest)] }

// A question is one thing more that may happen.
type question struct {
	question failure.Question
	open     func() bool                   // whether it can happen yet; nil if it always can
	try      func() (got []byte, yes bool) // have it happen: does the program then do what it owes?
}

// questions are those that make sense for what was wanted.
func (p *Program) questions(m *mismatch) []question {
	switch {
	case p.record.OnLeft && m.outcome != failure.NotReady:
		return []question{{failure.WhenInput, p.hasInput, func() ([]byte, bool) { return nil, p.goesOnWithoutInput(m) }}}
	case m.tcp != nil && !m.tcp.serves && m.outcome == failure.NeverAccepted:
		others := p.othersThan(m.tcp)
		return []question{
			{failure.WhenLeft, func() bool { return len(others) > 0 }, func() ([]byte, bool) { return m.tcp.answersWithout(others) }},
		}
	case m.outcome == failure.NotLogged: // nothing that a client says is owed a line
		return nil
	case m.tcp != nil && !m.tcp.serves:
		c, spoken := m.tcp, m.tcp.spoken
		return []question{
			{failure.WhenByte, c.canSay, func() ([]byte, bool) { return c.answers(m, func() { c.say([]byte(".")) }) }},
			{failure.WhenNewline, c.canSay, func() ([]byte, bool) { return c.answers(m, func() { c.say([]byte("\r\n")) }) }},
			{failure.WhenMore, c.canSay, func() ([]byte, bool) { return c.answers(m, func() { c.say([]byte(strings.Repeat(".", 1<<16))) }) }},
			{failure.WhenEnd, c.canSay, func() ([]byte, bool) { return c.answers(m, c.end) }},
			{failure.WhenAnother, c.stands, func() ([]byte, bool) { return p.answersAnother(c, spoken) }},
			{failure.WhenGone, nil, func() ([]byte, bool) { c.close(); return p.answersAnother(c, spoken) }},
		}
	case m.udp != nil:
		u, said := m.udp, m.udp.said
		return []question{
			{failure.WhenNewline, nil, func() ([]byte, bool) {
				got, _ := u.answers("\r\n")
				return got, strings.TrimSpace(string(got)) != "" // or it is the answer to this alone
			}},
			{failure.WhenAgain, nil, func() ([]byte, bool) { return u.answers(said) }},
			{failure.WhenAnother, nil, func() ([]byte, bool) { return u.server.UDP("another").answers(said) }},
		}
	}
	return nil
}

// hasInput reports whether the program's standard input is still open.
func (p *Program) hasInput() bool { return !p.typedAll }

// canSay reports whether more said would reach the program, which has taken what
// was said before.
func (c *TCP) canSay() bool { return c.over == "" && !c.closed && !c.ended && len(c.unsaid) == 0 }

// stands reports whether the connection is not over, as far as the program is
// concerned.
func (c *TCP) stands() bool { return c.over == "" }

// othersThan are the connections that are open beside one.
func (p *Program) othersThan(c *TCP) (others []*TCP) {
	for _, other := range p.streams {
		if other != c && !other.closed {
			others = append(others, other)
		}
	}
	return others
}

// answers does something more on a silent connection, and reports whether what
// was owed comes of it: bytes, or the end of the stream where that was wanted.
func (c *TCP) answers(m *mismatch, more func()) ([]byte, bool) {
	had := len(c.in)
	more()
	c.readFor(wait.Patience())
	if m.outcome == failure.NeverClosed && c.over != "" {
		return nil, true
	}
	if len(c.in) > had {
		c.drainUpTo(had + 1<<17)
	}
	return c.in[had:], len(c.in) > had
}

// answersAnother reports whether another client is answered, which says what
// this one has said in the test.
func (p *Program) answersAnother(c *TCP, spoken []byte) ([]byte, bool) {
	conn, err := net.DialTimeout("tcp", c.conn.RemoteAddr().String(), wait.Deadline)
	if err != nil {
		return nil, false
	}
	another := p.join("another", conn.(*net.TCPConn))
	another.say(spoken)
	another.readFor(wait.Patience())
	return another.in, len(another.in) > 0
}

// answersWithout reports whether a client that was never accepted is answered
// when all others have left.
func (c *TCP) answersWithout(others []*TCP) ([]byte, bool) {
	for _, other := range others {
		other.close()
	}
	c.readFor(wait.Patience())
	return c.in, len(c.in) > 0
}

// answers asks, and reports whether any answer comes.
func (u *UDP) answers(text string) ([]byte, bool) {
	u.Say(text)
	got, from, w := u.receiveFor(wait.Deadline)
	if w.End != wait.Done {
		return nil, false
	}
	u.server.record.Add(wire.Event{Client: u.name, Kind: wire.Bytes, Data: got, From: u.other(from)})
	return got, true
}

// goesOnWithoutInput reports whether a client does what it owes when its input
// ends.
func (p *Program) goesOnWithoutInput(m *mismatch) bool {
	p.EndInput()
	switch {
	case m.peer != nil && m.outcome == failure.NeverSent:
		_, _, w := m.peer.receive(wait.Deadline)
		return w.End == wait.Done
	case m.tcp != nil:
		had := len(m.tcp.in)
		m.tcp.readFor(wait.Deadline)
		return len(m.tcp.in) > had || m.tcp.over != ""
	case p.peer != nil && m.outcome == failure.NeverConnected:
		return p.peer.someoneConnects(p)
	}
	return p.waits.EndsWithin(wait.Deadline)
}

// restComes reports whether the rest of a datagram's text comes in further
// datagrams.
func (u *UDP) restComes(want string, got []byte) bool {
	whole := string(got)
	for began := time.Now(); len(whole) < len(want) && time.Since(began) < wait.Deadline; {
		more, from, w := u.receive()
		if w.End != wait.Done {
			return false
		}
		u.server.record.Add(wire.Event{Client: u.name, Kind: wire.Bytes, Data: more, From: u.other(from)})
		whole += string(more)
	}
	return whole == want
}
