package lab

import (
	"slices"
	"strings"
	"time"

	"sockets.test/tools/internal/quiet"
)

// The signs of this file tell misconceptions of a client apart that look alike
// in one run: by another run, or by a program that was run beside it.

// again runs the program once more, and types what was typed, but with this
// value for the flag.
func (p *Program) again(flag, value string) *Program {
	args := slices.Clone(p.args)
	if i := slices.Index(args, flag); i >= 0 && i+1 < len(args) {
		args[i+1] = value
	}
	next := Start(p.t, args...)
	next.Type(p.typed)
	if p.typedAll {
		next.EndInput()
	}
	return next
}

// EndsWellIfTypedAtOnce is the sign of a client that is content with this
// answer if it is run once more, and need not wait for its input.
func (s *UDPServer) EndsWellIfTypedAtOnce(answer string) Sign {
	return func(f *finding) bool {
		next := f.program.again("", "")
		_, from, end := receive(next, s.conn, deadline)
		if end != done {
			return false
		}
		s.conn.WriteToUDPAddrPort([]byte(answer), from)
		return next.endsWithin(2*time.Second) && next.proc.Exit().Code == 0
	}
}

// aMoment is time enough for a program that will end to have ended, where
// nothing but a name depends on that.
const aMoment = 500 * time.Millisecond

// Waits is the sign that this other program still waits.
func (p *Program) Waits() Sign {
	return func(*finding) bool { return !p.endsWithin(aMoment) }
}

// HasNoTimer is the sign that this other program waits too, and has set no
// deadline to end that.
func (p *Program) HasNoTimer() Sign {
	return func(*finding) bool { return !p.endsWithin(aWhile()) && p.hasNoTimer() }
}

// hasNoTimer tells whether the program sleeps with no timer at all. A runtime
// may stir in its sleep, and a busy machine be slow to let it rest, so one look
// is not enough: there are a hundred at least, and for a moment at least, unless
// twenty have found it asleep but for a timer.
func (p *Program) hasNoTimer() bool {
	const some, many = 20, 100
	began := time.Now()
	for looks, timers := 0, 0; timers < some && (looks < many || time.Since(began) < aMoment); looks++ {
		if p.watch.Prove() == quiet.Asleep {
			return true
		}
		if p.watch.ProveFor(1) == quiet.Asleep {
			timers++
		}
		time.Sleep(time.Millisecond)
	}
	return false
}

// NeverHasTimer is the sign of a program that waits without a deadline, and did
// so from the beginning: run once more with this time for the flag, it has set
// none before that time is over.
func NeverHasTimer(flag string, value time.Duration) Sign {
	return func(f *finding) bool {
		for range 5 { // a busy machine may keep it from waiting for so long
			next := f.program.again(flag, value.String())
			for time.Since(next.began) < value {
				if next.watch.Prove() == quiet.Asleep {
					return time.Since(next.began) < value
				}
				if next.watch.ProveFor(1) == quiet.Asleep && !next.hasNoTimer() {
					return false
				}
				time.Sleep(time.Millisecond)
			}
		}
		return false
	}
}

// OtherTimer is the sign of a program that goes on, asleep, and has set a
// timer, which has not ended it.
var OtherTimer Sign = func(f *finding) bool {
	if f.outcome != Tolerates || f.program.hasNoTimer() {
		return false
	}
	for range 20 {
		if f.program.watch.ProveFor(1) == quiet.Asleep {
			return true
		}
		time.Sleep(time.Millisecond)
	}
	return false
}

// ExpectStillWaits wants the program to wait on when another, which was run
// after it, has ended. Where it is not seen asleep, it has half a second to
// end after all.
func (p *Program) ExpectStillWaits(causes ...Cause) {
	p.t.Helper()
	if p.endsWithin(aMoment) {
		p.fail(&finding{outcome: Exited}, causes)
	}
}

// Unconnected is the sign of a client that waits for an answer on a UDP socket
// that has no partner.
var Unconnected Sign = func(f *finding) bool {
	return f.outcome == Tolerates && slices.ContainsFunc(f.program.udpSockets(), isAlone)
}

// Connected is the sign of a client that goes on, and has one UDP socket, which
// has a partner.
var Connected Sign = func(f *finding) bool {
	list := f.program.udpSockets()
	return f.outcome == Tolerates && len(list) == 1 && !isAlone(list[0])
}

// LeftSocket is the sign of a client that waits at another socket than the one
// that asked, which it has closed, or in which it has left the answer.
var LeftSocket Sign = func(f *finding) bool {
	if f.outcome != Tolerates {
		return false
	}
	list := f.program.udpSockets()
	for _, client := range f.program.record.Clients() {
		if client.Name != f.program.name() {
			continue
		}
		at := slices.IndexFunc(list, func(s quiet.Socket) bool { return s.Local.Port() == udpAddr(client.Address).AddrPort().Port() })
		if at >= 0 {
			return list[at].RecvQ > 0 && len(list) > 1
		}
		return len(list) > 0
	}
	return false
}

func (p *Program) udpSockets() []quiet.Socket {
	list, _ := quiet.Sockets(p.PID())
	return slices.DeleteFunc(list, func(s quiet.Socket) bool { return s.Net != "udp" })
}

func isAlone(s quiet.Socket) bool { return s.Remote.Port() == 0 }

// AsksIfOpen is the sign of a client that has asked a closed port: run once
// more with the port open, it asks without being given anything else, and
// waits at the socket that asked.
func (s *UDPServer) AsksIfOpen() Sign {
	return func(f *finding) bool {
		if s.conn == nil {
			s.Open()
		}
		next := f.program.again("", "")
		for {
			_, from, end := receive(next, s.conn, deadline)
			if end != done {
				return false
			}
			asked := func(socket quiet.Socket) bool { return socket.Local.Port() == from.Port() }
			if slices.ContainsFunc(f.program.udpSockets(), asked) {
				continue // it is the first that asks again
			}
			next.endsWithin(aMoment)
			return slices.ContainsFunc(next.udpSockets(), asked)
		}
	}
}

// Complained is the sign of a program that wrote to standard error.
var Complained Sign = func(f *finding) bool { return strings.TrimSpace(f.said) != "" }

// StandsIn is the sign of a Go program that goes on, and waits in one of these
// calls, such as "io.ReadAll". It ends the program to see that.
func StandsIn(calls ...string) Sign {
	return func(f *finding) bool {
		if f.outcome != Tolerates {
			return false
		}
		for _, line := range f.program.where() { // "client.go:31: io.ReadAll"
			_, call, _ := strings.Cut(line, ": ")
			if slices.Contains(calls, call) {
				return true
			}
		}
		return false
	}
}
