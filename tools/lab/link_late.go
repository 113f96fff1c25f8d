package lab

import (
	"slices"
	"time"

	"sockets.test/tools/internal/quiet"
)

// A program that waits for a silence of so long ends by the clock, and may be
// wrong about it when the machine is slow: it was given a datagram, and looked
// for it too late. So its tests are quick, with a short -timeout, and before one
// fails because datagrams were not received, the program is asked again and has
// a second to look for each.
const patience = time.Second

// timeout is the program's -timeout, 0 if it has none.
func (p *Program) timeout() time.Duration {
	d, _ := time.ParseDuration(p.argument("-timeout"))
	return d
}

// patiently plays the same once more, with a longer -timeout.
func (l *Link) patiently(args []string) *Program {
	args = slices.Clone(args)
	if i := slices.Index(args, "-timeout"); i >= 0 && i+1 < len(args) {
		args[i+1] = patience.String()
	}
	next := NewLink(l.t, l.script...)
	next.sizes = l.sizes
	p := next.Run(args...)
	p.patient = nil
	next.Carry()
	return p
}

// hasty tells whether the program, by its own table, has received fewer
// datagrams than it was given, and may have been too slow for its -timeout.
func (l *Link) hasty(p *Program) bool {
	if d := p.timeout(); d == 0 || d >= patience || todo.MatchString(p.proc.Stderr().String()) {
		return false
	}
	for l.datagram() { // what it did not even wait for us to hand on
	}
	return !p.shows("receives | " + itoa(l.given) + " | *")
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

// ExpectClosed wants the program, which is still there, to hold none of the
// connections that are over. Where the system does not show them, nothing is asked.
func (l *Link) ExpectClosed(causes ...Cause) {
	l.t.Helper()
	held := 0
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
