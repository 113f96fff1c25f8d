package lab

import (
	"strings"

	"sockets.test/tools/internal/wire"
)

// An Outcome is one way in which a program can fail, as it shows from outside.
type Outcome string

const (
	NotBegun       Outcome = "not begun"       // it stopped at a TODO
	Exited         Outcome = "exited"          // it ended when it should have gone on
	NotReady       Outcome = "not ready"       // it never said that it is ready, or said something else
	WrongPlace     Outcome = "wrong place"     // it says that it listens where it was not asked to
	NotListening   Outcome = "not listening"   // it said ready, but no socket is there
	NeverAccepted  Outcome = "never accepted"  // the connection waits in the backlog
	NeverRead      Outcome = "never read"      // the bytes wait in the socket
	NeverAnswered  Outcome = "never answered"  // it read them, and that is all
	Wrong          Outcome = "wrong answer"    // other bytes than those wanted
	Stranger       Outcome = "wrong address"   // the answer comes from a socket that was not asked
	TooMuch        Outcome = "too much"        // bytes after the answer
	NeverClosed    Outcome = "never closed"    // no end of stream after the answer
	HungUp         Outcome = "hung up"         // the end of the stream before the whole answer
	Reset          Outcome = "reset"           // the connection was reset
	Leaks          Outcome = "leaks"           // it holds sockets that nobody uses any more
	WontStop       Outcome = "will not stop"   // it was asked to end, and did not
	Tolerates      Outcome = "tolerates"       // it went on where it should have refused
	WrongStatus    Outcome = "wrong status"    // it ended with another exit status
	SaysNothing    Outcome = "says nothing"    // it ended without a word on standard error
	NeverSent      Outcome = "never sent"      // a client that sent nothing, and sleeps
	NeverConnected Outcome = "never connected" // a client that did not connect
	WrongOutput    Outcome = "wrong output"    // it printed something else
)

// A Sign tells whether a failure has one certain cause.
type Sign func(*finding) bool

// Is names the misconception that the sign gives away: a file in
// testdata/mistakes/<chapter>.
func (s Sign) Is(id string) Cause { return Cause{s, id} }

// Is names the misconception behind an outcome, where only one can lead to it.
// What does not come from a program that never rests has another reason, for
// which NeverRests stands; but one that tolerates an error may go on as it likes.
func (o Outcome) Is(id string) Cause {
	return Cause{func(f *finding) bool {
		return f.manner == o || f.outcome == o && (f.manner != NeverRests || o == Tolerates)
	}, id}
}

// A Cause is what an expectation knows of its own failure. The first whose
// sign is seen gives the failure its name.
type Cause struct {
	sign Sign
	id   string
}

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
