package subject

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
func (p *Program) ask(m *Mismatch) (answers []failure.Answer) {
	if m.Wait.Resting != failure.Asleep {
		return nil
	}
	before, met := p.Record, p.hasMet()
	p.goOnIn(before.Copy())
	for _, q := range p.questions(m) {
		if q.open != nil && !q.open() {
			continue
		}
		note := p.Record.Add(wire.Event{Kind: wire.Note, Text: "and what if " + string(q.question) + "?"})
		got, yes := q.try()
		answers = append(answers, failure.Answer{Question: q.question, Yes: yes, Got: clip(got)})
		if yes && (met || len(p.Record.Events()) > note+1) {
			if p.Waits.EndsIn(0) {
				p.Record.Add(wire.Event{Kind: wire.Exit, Text: p.Proc.Exit().String()})
			}
			return answers
		}
		if yes || p.Waits.EndsIn(0) {
			break
		}
	}
	p.goOnIn(before)
	return answers
}

// goOnIn has what follows noted in another record.
func (p *Program) goOnIn(record *wire.Record) {
	p.Record = record
	if p.peer != nil {
		p.peer.Record = record
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
func (p *Program) questions(m *Mismatch) []question {
	switch {
	case p.Record.OnLeft && m.Outcome != failure.NotReady:
		return []question{{failure.WhenInput, p.hasInput, func() ([]byte, bool) { return nil, p.goesOnWithoutInput(m) }}}
	case m.TCP != nil && !m.TCP.Serves && m.Outcome == failure.NeverAccepted:
		others := p.othersThan(m.TCP)
		return []question{
			{failure.WhenLeft, func() bool { return len(others) > 0 }, func() ([]byte, bool) { return m.TCP.answersWithout(others) }},
		}
	case m.Outcome == failure.NotLogged: // nothing that a client says is owed a line
		return nil
	case m.TCP != nil && !m.TCP.Serves:
		c, spoken := m.TCP, m.TCP.Spoken
		return []question{
			{failure.WhenByte, c.canSay, func() ([]byte, bool) { return c.answers(m, func() { c.Say([]byte(".")) }) }},
			{failure.WhenNewline, c.canSay, func() ([]byte, bool) { return c.answers(m, func() { c.Say([]byte("\r\n")) }) }},
			{failure.WhenMore, c.canSay, func() ([]byte, bool) { return c.answers(m, func() { c.Say([]byte(strings.Repeat(".", 1<<16))) }) }},
			{failure.WhenEnd, c.canSay, func() ([]byte, bool) { return c.answers(m, c.End) }},
			{failure.WhenAnother, c.stands, func() ([]byte, bool) { return p.answersAnother(c, spoken) }},
			{failure.WhenGone, nil, func() ([]byte, bool) { c.Close(); return p.answersAnother(c, spoken) }},
		}
	case m.UDP != nil:
		u, said := m.UDP, m.UDP.said
		return []question{
			{failure.WhenNewline, nil, func() ([]byte, bool) {
				got, _ := u.answers("\r\n")
				return got, strings.TrimSpace(string(got)) != "" // or it is the answer to this alone
			}},
			{failure.WhenAgain, nil, func() ([]byte, bool) { return u.answers(said) }},
			{failure.WhenAnother, nil, func() ([]byte, bool) { return p.OpenUDP("another", Near(u.To), u.To).answers(said) }},
		}
	}
	return nil
}

// hasInput reports whether the program's standard input is still open.
func (p *Program) hasInput() bool { return !p.typedAll }

// canSay reports whether more said would reach the program, which has taken what
// was said before.
func (c *TCP) canSay() bool { return c.Over == "" && !c.closed && !c.ended && len(c.Unsaid) == 0 }

// stands reports whether the connection is not over, as far as the program is
// concerned.
func (c *TCP) stands() bool { return c.Over == "" }

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
func (c *TCP) answers(m *Mismatch, more func()) ([]byte, bool) {
	had := len(c.In)
	more()
	c.ReadFor(wait.Patience())
	if m.Outcome == failure.NeverClosed && c.Over != "" {
		return nil, true
	}
	if len(c.In) > had {
		c.DrainUpTo(had + 1<<17)
	}
	return c.In[had:], len(c.In) > had
}

// answersAnother reports whether another client is answered, which says what
// this one has said in the test.
func (p *Program) answersAnother(c *TCP, spoken []byte) ([]byte, bool) {
	conn, err := net.DialTimeout("tcp", c.Conn.RemoteAddr().String(), wait.Deadline)
	if err != nil {
		return nil, false
	}
	another := p.Join("another", conn.(*net.TCPConn))
	another.Say(spoken)
	another.ReadFor(wait.Patience())
	return another.In, len(another.In) > 0
}

// answersWithout reports whether a client that was never accepted is answered
// when all others have left.
func (c *TCP) answersWithout(others []*TCP) ([]byte, bool) {
	for _, other := range others {
		other.Close()
	}
	c.ReadFor(wait.Patience())
	return c.In, len(c.In) > 0
}

// answers asks, and reports whether any answer comes.
func (u *UDP) answers(text string) ([]byte, bool) {
	u.Say(text)
	got, from, w := u.ReceiveFor(wait.Deadline)
	if w.End != wait.Done {
		return nil, false
	}
	u.Program.Record.Add(wire.Event{Client: u.Name, Kind: wire.Bytes, Data: got, From: u.other(from)})
	return got, true
}

// goesOnWithoutInput reports whether a client does what it owes when its input
// ends.
func (p *Program) goesOnWithoutInput(m *Mismatch) bool {
	p.EndInput()
	switch {
	case m.Peer != nil && m.Outcome == failure.NeverSent:
		_, _, w := m.Peer.Receive(wait.Deadline)
		return w.End == wait.Done
	case m.TCP != nil:
		had := len(m.TCP.In)
		m.TCP.ReadFor(wait.Deadline)
		return len(m.TCP.In) > had || m.TCP.Over != ""
	case p.tcpPeer != nil && m.Outcome == failure.NeverConnected:
		return p.tcpPeer.someoneConnects(p)
	}
	return p.Waits.EndsWithin(wait.Deadline)
}

// restComes reports whether the rest of a datagram's text comes in further
// datagrams.
func (u *UDP) restComes(want string, got []byte) bool {
	whole := string(got)
	for began := time.Now(); len(whole) < len(want) && time.Since(began) < wait.Deadline; {
		more, from, w := u.Receive()
		if w.End != wait.Done {
			return false
		}
		u.Program.Record.Add(wire.Event{Client: u.Name, Kind: wire.Bytes, Data: more, From: u.other(from)})
		whole += string(more)
	}
	return whole == want
}
