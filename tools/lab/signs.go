package lab

import (
	"strings"

	"sockets.test/tools/internal/wire"
)

// Silent is the sign of a program that rests and owes an answer, whether or not
// it has accepted the connection or read what came.
var Silent Sign = func(f *finding) bool { return f.owes() && f.manner != NeverRests }

// owes tells whether an answer is due.
func (f *finding) owes() bool {
	return f.outcome == NeverAccepted || f.outcome == NeverRead || f.outcome == NeverAnswered
}

// Gone is the sign of a program that exited, or no longer listens.
var Gone Sign = func(f *finding) bool { return f.outcome == Exited || f.outcome == NotListening }

// Got is the sign of one certain wrong answer.
func Got(answer string) Sign {
	return func(f *finding) bool { return f.answered() && string(f.got) == answer }
}

// GotLike is the sign of a wrong answer that like recognises.
func GotLike(like func(answer string) bool) Sign {
	return func(f *finding) bool { return f.answered() && like(string(f.got)) }
}

// Padded is the sign of the right answer with zero bytes behind it. A single
// one was put there: it is how C ends a string.
var Padded Sign = func(f *finding) bool {
	rest, ok := strings.CutPrefix(string(f.got), f.want)
	return f.outcome == Wrong && ok && len(rest) > 1 && strings.Trim(rest, "\x00") == ""
}

// CutShort is the sign of an answer that is right as far as it goes.
var CutShort Sign = func(f *finding) bool {
	cut := f.outcome == Wrong || f.outcome == HungUp || f.outcome == Reset
	return cut && len(f.got) > 0 && strings.HasPrefix(f.want, string(f.got))
}

// InPieces is the sign of an answer that comes in several datagrams.
var InPieces Sign = func(f *finding) bool {
	if !CutShort(f) || f.udp == nil {
		return false
	}
	whole := string(f.got)
	for len(whole) < len(f.want) {
		more, from, end := f.udp.receive()
		if end != done {
			return false
		}
		f.udp.server.record.Add(wire.Event{Client: f.udp.name, Kind: wire.Bytes, Data: more, From: f.udp.other(from)})
		whole += string(more)
	}
	return whole == f.want
}

// Said is the sign of a program that wrote this to standard error.
func Said(text string) Sign {
	return func(f *finding) bool { return strings.Contains(f.said, text) }
}

// Ended is the sign of a program whose last word was that: "EOF" of
// "read: EOF", and not of "unexpected EOF".
func Ended(reason string) Sign {
	return func(f *finding) bool { return strings.HasSuffix(strings.TrimSpace(f.said), ": "+reason) }
}

// Panics is the sign of a Go program that ended in a panic.
var Panics = Said("panic: ")

// WentTo is the sign of an answer that another client received.
func WentTo(other *UDP) Sign {
	return func(f *finding) bool {
		if !f.owes() || f.want == "" || !other.holds(f.want) {
			return false
		}
		f.words = subject.name + " sent the answer to " + other.name + "."
		return true
	}
}

// AnswersAfter is the sign of a program that is silent until it gets more: it
// is given more, and answers then.
func AnswersAfter(more string) Sign {
	return func(f *finding) bool {
		return f.wakes("and what if more comes?", func(c *TCP) { c.say([]byte(more)) })
	}
}

// AnswersAfterEnd is the sign of a program that is silent until the client's
// end of stream.
var AnswersAfterEnd Sign = func(f *finding) bool {
	return f.wakes("and what if the client ends its stream?", (*TCP).end)
}

// wakes does something more on a silent connection, and tells whether bytes
// come of it.
func (f *finding) wakes(question string, more func(*TCP)) bool {
	if f.owes() && f.tcp != nil {
		f.woken = f.tcp.wakes(question, more)
	}
	if f.woken {
		f.words = subject.name + " answered only when the client did more."
	}
	return f.woken
}
