package lab

import (
	"slices"
	"strings"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/wait"
)

// Expect wants these bytes to come next, in however many pieces.
func (c *TCP) Expect(want string) {
	c.program.t.Helper()
	var w wait.Result
	for good := 0; len(c.in) < len(want) && want[good:len(c.in)] == string(c.in[good:]) && w.End == wait.Done && c.over == ""; {
		good = len(c.in)
		w = c.read()
	}
	if strings.HasPrefix(string(c.in), want) {
		c.consume(len(want))
		c.heard = want
		return
	}
	m := &mismatch{want: want, wanted: true, tcp: c, wait: w}
	switch {
	case !strings.HasPrefix(want, string(c.in)):
		c.drainUpTo(1 << 20) // the whole wrong answer tells more than its beginning
		m.outcome = failure.Wrong
	case c.over != "":
		m.outcome = c.over
		if c.program.waits.Ended(w) {
			m.outcome = failure.Exited
		}
	default:
		m.outcome, m.sentence = c.silent(w)
	}
	m.got = slices.Clone(c.in)
	m.event, m.offset = c.locate(firstDifference(want, c.in))
	c.program.fail(m)
}

// ExpectAll wants these lines to come next, each of which ends in a newline, in
// any order.
func (c *TCP) ExpectAll(lines ...string) {
	c.program.t.Helper()
	missing := slices.Clone(lines)
	for len(missing) > 0 {
		var w wait.Result
		for !slices.Contains(c.in, '\n') && w.End == wait.Done && c.over == "" {
			w = c.read()
		}
		line, _, whole := strings.Cut(string(c.in), "\n")
		at := slices.Index(missing, line+"\n")
		if whole && at >= 0 {
			c.consume(len(line) + 1)
			c.heard = line + "\n"
			missing = slices.Delete(missing, at, at+1)
			continue
		}
		if whole {
			line += "\n"
		}
		m := &mismatch{want: nearest(missing, line), wanted: true, tcp: c, wait: w, got: []byte(line)}
		switch {
		case line != "" && (whole || c.over == ""):
			m.outcome = failure.Wrong
		case c.over != "":
			m.outcome = c.over
			if c.program.waits.Ended(w) {
				m.outcome = failure.Exited
			}
		default:
			m.outcome, m.sentence = c.silent(w)
		}
		m.event, m.offset = c.locate(firstDifference(m.want, m.got))
		c.program.fail(m)
	}
}

// nearest is the one of several texts that begins most like another.
func nearest(texts []string, other string) string {
	return slices.MaxFunc(texts, func(a, b string) int {
		return firstDifference(a, []byte(other)) - firstDifference(b, []byte(other))
	})
}

// ExpectSome wants this many bytes to come next, whatever they are, and returns
// them.
func (c *TCP) ExpectSome(n int) string {
	c.program.t.Helper()
	var w wait.Result
	for len(c.in) < n && w.End == wait.Done && c.over == "" {
		w = c.read()
	}
	if len(c.in) < n {
		m := &mismatch{want: count(n), tcp: c, got: slices.Clone(c.in), outcome: c.over, wait: w}
		if c.over == "" {
			m.outcome, m.sentence = c.silent(w)
		} else if c.program.waits.Ended(w) {
			m.outcome = failure.Exited
		}
		c.program.fail(m)
	}
	some := string(c.in[:n])
	c.consume(n)
	return some
}

// ExpectEnd wants the end of the stream, and no byte before it.
func (c *TCP) ExpectEnd() {
	c.program.t.Helper()
	w := c.readFirst()
	m := &mismatch{tcp: c, want: "the end of the stream", wait: w}
	switch {
	case len(c.in) > 0:
		c.drainUpTo(1 << 16) // it may never stop
		m.outcome, m.got = failure.TooMuch, slices.Clone(c.in)
		m.event, m.offset = c.locate(0)
	case c.over == failure.HungUp:
		return
	case c.over == failure.Reset:
		m.outcome = failure.Reset
		if c.program.waits.Ended(w) {
			m.outcome = failure.Exited
		}
	case w.End == wait.Exited:
		m.outcome = failure.Exited
	default:
		m.outcome = failure.NeverClosed
		if c.silence(w) == failure.NeverAccepted {
			m.outcome = failure.NeverAccepted
		}
	}
	c.program.fail(m)
}

// ExpectOver wants the connection to be over, and no byte before that. A
// program that closes before it has read all that was sent resets the
// connection (RFC 9293, 3.6.1), so a reset will do as well as the end of the
// stream. Whether the program goes on is for the next expectation.
func (c *TCP) ExpectOver() {
	c.program.t.Helper()
	if c.readFirst(); len(c.in) == 0 && c.over == failure.Reset {
		return
	}
	c.ExpectEnd()
}

// ExpectNothing wants no byte and no end: the program waits for more.
func (c *TCP) ExpectNothing() {
	c.program.t.Helper()
	if len(c.in) == 0 && c.over == "" {
		c.readFor(wait.Patience())
	}
	c.expectNothing()
}

func (c *TCP) expectNothing() {
	c.program.t.Helper()
	if len(c.in) == 0 && c.over == "" {
		return
	}
	m := &mismatch{tcp: c, outcome: failure.TooMuch, got: slices.Clone(c.in), want: "silence"}
	if len(c.in) == 0 {
		m.outcome, m.sentence = c.over, subject.name+" ended the connection, where silence was wanted."
		if c.program.waits.Ended(wait.Result{}) {
			m.outcome, m.sentence = failure.Exited, ""
		}
	} else {
		m.event, m.offset = c.locate(0)
	}
	c.program.fail(m)
}

// ExpectEndOr says more, and wants an answer to it, or the end of the stream,
// which may have come before: a server may do either, but is not to wait for
// the client's own end. It reports whether the stream has ended.
func (c *TCP) ExpectEndOr(more, answer string) (ended bool) {
	c.program.t.Helper()
	if len(c.in) == 0 && c.over == "" {
		c.readFor(min(wait.Patience(), 2*time.Second))
	}
	if len(c.in) > 0 {
		c.ExpectEnd() // which says that this is too much
	}
	if c.over == "" {
		c.program.record.Add(wire.Event{Client: c.name, Kind: wire.Note, Text: "no end yet: and what if the client says more?"})
		c.say([]byte(more))
	}
	var w wait.Result
	for len(c.in) < len(answer) && c.over == "" && w.End == wait.Done {
		w = c.read()
	}
	switch {
	case len(c.in) > 0:
		c.Expect(answer)
		return false
	case c.over != "" && !c.program.waits.Ended(w):
		return true
	}
	m := &mismatch{outcome: c.silence(w), tcp: c, wait: w, want: "an answer, or the end of the stream"}
	if c.over != "" {
		m.outcome = failure.Exited
	} else if w.End != wait.Exited {
		m.sentence = subject.name + " does not end the stream, and does not answer any more either."
	}
	c.program.fail(m)
	return false
}

// silent says what kind of silence it is, and words for it if it follows
// something that was said unasked.
func (c *TCP) silent(w wait.Result) (failure.Outcome, string) {
	outcome := c.silence(w)
	if outcome == failure.NeverSaid && c.heard != "" && !w.Awake() {
		return outcome, subject.name + " said no more."
	}
	return outcome, ""
}

// silence says what kind of silence it is.
func (c *TCP) silence(w wait.Result) failure.Outcome {
	if w.End == wait.Exited {
		return failure.Exited
	}
	if c.serves && c.spoken == nil {
		return failure.NeverSent
	}
	if peer, ok := c.peer(); ok {
		if peer.Inode == 0 && !c.serves {
			return failure.NeverAccepted
		}
		if peer.RecvQ > 0 {
			return failure.NeverRead
		}
	}
	if !c.program.record.Asked() {
		return failure.NeverSaid
	}
	return failure.NeverAnswered
}
