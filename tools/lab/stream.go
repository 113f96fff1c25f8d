package lab

import (
	"net"
	"slices"

	"sockets.test/tools/internal/wire"
)

// ExpectSome wants this many bytes to come next, whatever they are.
func (c *TCP) ExpectSome(n int, causes ...Cause) string {
	c.program.t.Helper()
	end := done
	for len(c.in) < n && end == done && c.over == "" {
		end = c.read()
	}
	if len(c.in) < n {
		f := &finding{want: count(n), tcp: c, got: c.in, outcome: c.over}
		if c.over == "" {
			f.outcome = c.silence(end)
		} else if c.program.ended() {
			f.outcome = Exited
		}
		c.program.fail(f, causes)
	}
	some := string(c.in[:n])
	c.consume(n)
	return some
}

// ExpectOver wants the connection to be over, and no byte before that. A
// program that closes before it has read all that was sent resets the
// connection (RFC 9293, 3.6.1), so a reset will do as well as the end of the
// stream. Whether the program goes on is for the next expectation.
func (c *TCP) ExpectOver(causes ...Cause) {
	c.program.t.Helper()
	end := done
	for len(c.in) == 0 && end == done && c.over == "" {
		end = c.read()
	}
	if len(c.in) == 0 && c.over == Reset {
		return
	}
	c.ExpectEnd(causes...)
}

// Understands is the sign of a program that speaks another protocol than the
// one that was wanted: on a new connection it is asked in that one, and gives
// one of these answers. The question stands above the attempt in the picture.
func Understands(question, say string, answers ...string) Sign {
	return func(f *finding) bool {
		c := f.anew(question)
		if c == nil {
			return false
		}
		c.say([]byte(say))
		for !slices.Contains(answers, string(c.in)) {
			if c.over != "" || c.read() != done {
				return false
			}
		}
		f.woken = true // what it waits for now is another matter
		return true
	}
}

// AnswersBeforeEnd is the sign of a program that answers exactly this on a new
// connection when the client says more, and ends its stream. It must do so five
// times: a program that loses what it has not sent yet may be lucky.
func AnswersBeforeEnd(question, more, answer string) Sign {
	return func(f *finding) bool {
		for range 5 {
			c := f.anew(question)
			if c == nil {
				return false
			}
			c.say([]byte(more))
			c.end()
			for c.over == "" && c.read() == done {
			}
			if c.over != HungUp || string(c.in) != answer {
				return false
			}
		}
		return true
	}
}

// StopsOneByOne is the sign of a program that also ends a new connection if the
// client says each message when the one before is answered, and has answered
// something like this until then.
func StopsOneByOne(question string, says []string, answer func(said string) string, like func(answers string) bool) Sign {
	return func(f *finding) bool {
		c := f.anew(question)
		if c == nil {
			return false
		}
		all := 0
		for _, text := range says {
			c.say([]byte(text))
			for all += len(answer(text)); len(c.in) < all; {
				if c.over != "" || c.read() != done {
					return c.over != "" && like(string(c.in))
				}
			}
		}
		return false
	}
}

// anew closes the connection, so that a server of one client at a time is free,
// and connects once more. Another sign goes on from there. It returns nil for a
// program that is no server, has ended, or cannot be reached any more.
func (f *finding) anew(question string) *TCP {
	if f.tcp == nil || f.tcp.serves || f.outcome == Exited {
		return nil
	}
	old, p := f.tcp, f.tcp.program
	p.record.Add(wire.Event{Client: old.name, Kind: wire.Close, ToServer: true})
	old.conn.Close()
	p.record.Add(wire.Event{Client: old.name, Kind: wire.Note, Text: question})
	dialer := net.Dialer{Timeout: deadline}
	conn, err := dialer.Dial("tcp4", old.conn.RemoteAddr().String())
	if err != nil {
		return nil
	}
	p.t.Cleanup(func() { conn.Close() })
	p.record.Add(wire.Event{Client: old.name, Kind: wire.Connect, ToServer: true})
	f.tcp = &TCP{name: old.name, program: p, conn: conn.(*net.TCPConn)}
	return f.tcp
}

// Wordless is the sign of a connection that was over before a byte of the
// answer had come.
var Wordless Sign = func(f *finding) bool {
	return (f.outcome == HungUp || f.outcome == Reset) && len(f.got) == 0
}

// AnswersNext is the sign of a program that is silent until it gets more, and
// then answers exactly this.
func AnswersNext(more, answer string) Sign {
	return func(f *finding) bool { return AnswersAfter(more)(f) && string(f.tcp.in) == answer }
}

// StillAnswers is the sign of a program that should have closed the connection,
// and answers exactly this to what comes next. What an earlier sign of the kind
// has said on the connection counts as said.
func StillAnswers(more, answer string) Sign {
	return func(f *finding) bool {
		if f.outcome != NeverClosed || f.tcp == nil {
			return false
		}
		f.woken = f.tcp.wakes("and what if the client goes on?", func(c *TCP) { c.say([]byte(more)) })
		return f.woken && string(f.tcp.in) == answer
	}
}

// Refuses is the sign of a program that ends a new connection, without a byte,
// when it gets this. The question stands above the attempt in the picture.
func Refuses(question, say string) Sign {
	return func(f *finding) bool {
		c := f.anew(question)
		if c == nil {
			return false
		}
		c.say([]byte(say))
		c.read()
		return c.over != "" && len(c.in) == 0
	}
}
