package lab

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/subject"
	"sockets.test/tools/lab/internal/wait"
)

// Expect wants these bytes to come next, in however many pieces, or, where there
// are several right answers, one of these.
func (c *TCP) Expect(want string, or ...string) {
	c.end.Program.T.Helper()
	want = c.choose(want, or)
	var w wait.Result
	for good := 0; len(c.end.In) < len(want) && want[good:len(c.end.In)] == string(c.end.In[good:]) && w.End == wait.Done && c.end.Over == ""; {
		good = len(c.end.In)
		w = c.end.Read()
	}
	if strings.HasPrefix(string(c.end.In), want) {
		c.end.Consume(len(want))
		c.end.Heard = want
		return
	}
	m := &subject.Mismatch{Want: want, Wanted: true, TCP: c.end, Wait: w}
	switch {
	case !strings.HasPrefix(want, string(c.end.In)):
		c.end.DrainUpTo(1 << 20) // the whole wrong answer tells more than its beginning
		m.Outcome = failure.Wrong
	case c.end.Over != "":
		m.Outcome = c.end.Over
		if c.end.Program.Waits.Ended(w) {
			m.Outcome = failure.Exited
		}
	default:
		m.Outcome, m.Sentence = c.silent(w)
	}
	m.Got = slices.Clone(c.end.In)
	m.Event, m.Offset = c.end.Locate(subject.FirstDifference(want, c.end.In))
	c.end.Program.Fail(m)
}

// choose is the one of several right answers that is coming, as far as its
// beginning tells.
func (c *TCP) choose(want string, or []string) string {
	for right := append([]string{want}, or...); len(right) > 1; {
		in := string(c.end.In)
		right = slices.DeleteFunc(right, func(text string) bool {
			return !strings.HasPrefix(text, in) && !strings.HasPrefix(in, text)
		})
		if len(right) == 0 {
			return want
		}
		if want = right[0]; len(right) > 1 && (c.end.Over != "" || c.end.Read().End != wait.Done) {
			return want
		}
	}
	return want
}

// ExpectAll wants these lines to come next, each of which ends in a newline, in
// any order.
func (c *TCP) ExpectAll(lines ...string) {
	c.end.Program.T.Helper()
	missing := slices.Clone(lines)
	for len(missing) > 0 {
		var w wait.Result
		for !slices.Contains(c.end.In, '\n') && w.End == wait.Done && c.end.Over == "" {
			w = c.end.Read()
		}
		line, _, whole := strings.Cut(string(c.end.In), "\n")
		at := slices.Index(missing, line+"\n")
		if whole && at >= 0 {
			c.end.Consume(len(line) + 1)
			c.end.Heard = line + "\n"
			missing = slices.Delete(missing, at, at+1)
			continue
		}
		if whole {
			line += "\n"
		}
		m := &subject.Mismatch{Want: nearest(missing, line), Wanted: true, TCP: c.end, Wait: w, Got: []byte(line)}
		switch {
		case line != "" && (whole || c.end.Over == ""):
			m.Outcome = failure.Wrong
		case c.end.Over != "":
			m.Outcome = c.end.Over
			if c.end.Program.Waits.Ended(w) {
				m.Outcome = failure.Exited
			}
		default:
			m.Outcome, m.Sentence = c.silent(w)
		}
		m.Event, m.Offset = c.end.Locate(subject.FirstDifference(m.Want, m.Got))
		c.end.Program.Fail(m)
	}
}

// nearest is the one of several texts that begins most like another.
func nearest(texts []string, other string) string {
	return slices.MaxFunc(texts, func(a, b string) int {
		return subject.FirstDifference(a, []byte(other)) - subject.FirstDifference(b, []byte(other))
	})
}

// ExpectSome wants this many bytes to come next, whatever they are, and returns
// them.
func (c *TCP) ExpectSome(n int) string {
	c.end.Program.T.Helper()
	var w wait.Result
	for len(c.end.In) < n && w.End == wait.Done && c.end.Over == "" {
		w = c.end.Read()
	}
	if len(c.end.In) < n {
		m := &subject.Mismatch{Want: count(n), TCP: c.end, Got: slices.Clone(c.end.In), Outcome: c.end.Over, Wait: w}
		if c.end.Over == "" {
			m.Outcome, m.Sentence = c.silent(w)
		} else if c.end.Program.Waits.Ended(w) {
			m.Outcome = failure.Exited
		}
		c.end.Program.Fail(m)
	}
	some := string(c.end.In[:n])
	c.end.Consume(n)
	return some
}

// ExpectEnd wants the end of the stream, and no byte before it.
func (c *TCP) ExpectEnd() {
	c.end.Program.T.Helper()
	w := c.end.ReadFirst()
	m := &subject.Mismatch{TCP: c.end, Want: "the end of the stream", Wait: w}
	switch {
	case len(c.end.In) > 0:
		c.end.DrainUpTo(1 << 16) // it may never stop
		m.Outcome, m.Got = failure.TooMuch, slices.Clone(c.end.In)
		m.Event, m.Offset = c.end.Locate(0)
	case c.end.Over == failure.HungUp:
		return
	case c.end.Over == failure.Reset:
		m.Outcome = failure.Reset
		if c.end.Program.Waits.Ended(w) {
			m.Outcome = failure.Exited
		}
	case w.End == wait.Exited:
		m.Outcome = failure.Exited
	default:
		m.Outcome = failure.NeverClosed
		if c.silence(w) == failure.NeverAccepted {
			m.Outcome = failure.NeverAccepted
		}
	}
	c.end.Program.Fail(m)
}

// ExpectOver wants the connection to be over, and no byte before that. A
// program that closes before it has read all that was sent resets the
// connection (RFC 9293, 3.6.1), so a reset will do as well as the end of the
// stream. Whether the program goes on is for the next expectation.
func (c *TCP) ExpectOver() {
	c.end.Program.T.Helper()
	if c.end.ReadFirst(); len(c.end.In) == 0 && c.end.Over == failure.Reset {
		return
	}
	c.ExpectEnd()
}

// ExpectNothing wants no byte and no end: the program waits for more.
func (c *TCP) ExpectNothing() {
	c.end.Program.T.Helper()
	if len(c.end.In) == 0 && c.end.Over == "" {
		c.end.ReadFor(wait.Patience())
	}
	c.expectNothing()
}

func (c *TCP) expectNothing() {
	c.end.Program.T.Helper()
	if len(c.end.In) == 0 && c.end.Over == "" {
		return
	}
	m := &subject.Mismatch{TCP: c.end, Outcome: failure.TooMuch, Got: slices.Clone(c.end.In), Want: "silence"}
	if len(c.end.In) == 0 {
		m.Outcome, m.Sentence = c.end.Over, subject.Name()+" ended the connection, where silence was wanted."
		if c.end.Program.Waits.Ended(wait.Result{}) {
			m.Outcome, m.Sentence = failure.Exited, ""
		}
	} else {
		m.Event, m.Offset = c.end.Locate(0)
	}
	c.end.Program.Fail(m)
}

// ExpectEndOr says more, and wants an answer to it, or the end of the stream,
// which may have come before: a server may do either, but is not to wait for
// the client's own end. It reports whether the stream has ended.
func (c *TCP) ExpectEndOr(more, answer string) (ended bool) {
	c.end.Program.T.Helper()
	if len(c.end.In) == 0 && c.end.Over == "" {
		c.end.ReadFor(min(wait.Patience(), 2*time.Second))
	}
	if len(c.end.In) > 0 {
		c.ExpectEnd() // which says that this is too much
	}
	if c.end.Over == "" {
		c.end.Program.Record.Add(wire.Event{Client: c.end.Name, Kind: wire.Note, Text: "no end yet: and what if the client says more?"})
		c.end.Say([]byte(more))
	}
	var w wait.Result
	for len(c.end.In) < len(answer) && c.end.Over == "" && w.End == wait.Done {
		w = c.end.Read()
	}
	switch {
	case len(c.end.In) > 0:
		c.Expect(answer)
		return false
	case c.end.Over != "" && !c.end.Program.Waits.EndsWithin(wait.Moment): // Ended would wait for its timers
		return true
	}
	m := &subject.Mismatch{Outcome: c.silence(w), TCP: c.end, Wait: w, Want: "an answer, or the end of the stream"}
	if c.end.Over != "" {
		m.Outcome = failure.Exited
	} else if w.End != wait.Exited {
		m.Sentence = subject.Name() + " does not end the stream, and does not answer any more either."
	}
	c.end.Program.Fail(m)
	return false
}

func count(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}

// silent says what kind of silence it is, and words for it if it follows
// something that was said unasked.
func (c *TCP) silent(w wait.Result) (failure.Outcome, string) {
	outcome := c.silence(w)
	if outcome == failure.NeverSaid && c.end.Heard != "" && !w.Awake() {
		return outcome, subject.Name() + " said no more."
	}
	return outcome, ""
}

// silence says what kind of silence it is.
func (c *TCP) silence(w wait.Result) failure.Outcome {
	if w.End == wait.Exited {
		return failure.Exited
	}
	if c.end.Serves && c.end.Spoken == nil {
		return failure.NeverSent
	}
	if peer, ok := c.end.Peer(); ok {
		if peer.Inode == 0 && !c.end.Serves {
			return failure.NeverAccepted
		}
		if peer.RecvQ > 0 {
			return failure.NeverRead
		}
	}
	if !c.end.Program.Record.Asked() {
		return failure.NeverSaid
	}
	return failure.NeverAnswered
}
