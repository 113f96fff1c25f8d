package lab

import (
	"slices"
	"syscall"
	"time"

	"sockets.test/tools/internal/quiet"
)

// A program that waits for a silence of so long ends by the clock, and may be
// wrong about it when the machine is slow: it was given a datagram, and got no
// processor to look for it in time. So its tests are quick, with a short
// -timeout, and before one fails because datagrams were not received, the
// program is asked again, with a longer one: unless it was seen to have had its
// processor, and so its chance.
var patience = []time.Duration{time.Second, 5 * time.Second}

// timeout is the program's -timeout, 0 if it has none.
func (p *Program) timeout() time.Duration {
	d, _ := time.ParseDuration(p.argument("-timeout"))
	return d
}

// patiently plays the same once more, with a longer -timeout; nil if that would
// change nothing.
func (l *Link) patiently(p *Program, args []string) *Program {
	i := slices.IndexFunc(patience, func(d time.Duration) bool { return d > p.timeout() })
	if i < 0 || !l.hasty(p) {
		return nil
	}
	args = slices.Clone(args)
	args[slices.Index(args, "-timeout")+1] = patience[i].String()
	next := NewLink(l.t, l.script...)
	next.sizes = l.sizes
	again := next.Run(args...)
	next.Carry()
	return again
}

// hasty tells whether the program, by its own table, has received fewer
// datagrams than it was given, and may have been too slow for its -timeout.
func (l *Link) hasty(p *Program) bool {
	if p.timeout() == 0 || todo.MatchString(p.proc.Stderr().String()) {
		return false
	}
	l.pulse()
	for readable(time.Millisecond, []syscall.Conn{l.front})[0] && l.datagram() { // what it did not even wait for us to hand on
	}
	return !p.shows("receives | "+itoa(l.given)+" | *") && l.lag > p.timeout()/5
}

// pulse notes for how long the program has waited for a processor, and we have.
func (l *Link) pulse() {
	now := time.Now()
	if now.Sub(l.beat) < time.Millisecond {
		return
	}
	if !l.beat.IsZero() {
		l.lag = max(l.lag, now.Sub(l.beat))
	}
	l.beat = now
	l.lag = max(l.lag, l.program.watch.Delay())
}

// due tells whether the next datagram may be handed on; see the script's late.
func (l *Link) due() bool {
	if !l.there.late[len(l.there.seen)+1] {
		return true
	}
	if l.readAt.IsZero() {
		list, _ := quiet.Sockets(l.program.PID())
		for _, socket := range list {
			if socket.Net == "udp" && socket.Local.Port() == l.udp.Port() && socket.RecvQ == 0 {
				l.readAt = time.Now()
			}
		}
		return false
	}
	return time.Since(l.readAt) >= l.program.timeout()*6/10
}

// resting tells whether a stream, all of which has been taken so far, stands
// still for a while: for two and a half times the -timeout, a second at most.
// That it may be longer harms nobody, for a stream has no time to keep.
func (l *Link) resting(s *stream) bool {
	if l.rest == 0 || s.given != l.rest {
		return false
	}
	if s.rests.IsZero() {
		s.rests = time.Now()
	}
	return time.Since(s.rests) < min(l.program.timeout()*5/2, time.Second)
}

// ExpectClosed wants the program, which is still there, to hold none of the
// connections that are over. Where the system does not show them, nothing is asked.
func (l *Link) ExpectClosed(causes ...Cause) {
	l.t.Helper()
	held, _ := quiet.Over(l.program.PID())
	for _, s := range l.streams {
		if s.far == nil || !s.over {
			continue
		}
		if peer, ok := l.peer(s); ok && peer.Inode != 0 {
			held++
		}
	}
	if held > 0 {
		f := &finding{outcome: Leaks, words: subject.name + " still holds " + itoa(held) + " connections whose streams are over."}
		if held == 1 {
			f.words = subject.name + " still holds a connection whose stream is over."
		}
		l.program.fail(f, causes)
	}
}
