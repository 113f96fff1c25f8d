package lab

import "strings"

// SayAndReset sends bytes and resets the connection before the program can
// answer: the process stands still for so long. It reads the bytes, and its
// write fails. Where it cannot be made to stand still, it may answer in between.
func (c *TCP) SayAndReset(text string) {
	c.program.t.Helper()
	c.program.standStill(func() {
		c.say([]byte(text))
		c.Reset()
	})
}

// ExpectEndOrAnswer says more, and wants an answer to it, or the end, which may
// have come before: a server may do either. It is not to wait for the client's
// own end.
func (c *TCP) ExpectEndOrAnswer(text, answer string, causes ...Cause) {
	c.program.t.Helper()
	c.say([]byte(text))
	end := done
	for len(c.in) < len(answer) && c.over == "" && end == done {
		end = c.read()
	}
	switch {
	case c.over != "" && !c.program.ended():
		return
	case c.over == "" && strings.HasPrefix(string(c.in), answer):
		c.consume(len(answer))
		return
	}
	f := &finding{tcp: c, outcome: NeverClosed, want: "the end of the stream, or an answer"}
	switch {
	case c.over != "" || end == exited:
		f.outcome = Exited
	case len(c.in) > 0:
		f.outcome, f.got, f.want, f.wanted = Wrong, c.in, answer, true
		f.event, f.offset = c.locate(firstDifference(answer, c.in))
	}
	c.program.fail(f, causes)
}
