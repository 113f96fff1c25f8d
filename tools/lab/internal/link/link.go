// Package link is the network between a client and a server that lab.Link
// scripts: what it drops, repeats, holds back and cuts.
//
// It moves datagrams and streams by a script, never at random, and by the clock
// only where the script names a time-out. Everything happens in the goroutine that
// calls Carry. It judges nothing: what passed is in the record, and in Datagrams
// and Streams.
package link

import (
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/kernel"
	"sockets.test/tools/lab/internal/wait"
)

// A Link is one such network. Its front are a port of UDP and one of TCP with the
// same number, and Lead says where it leads.
type Link struct {
	Addr    string    // of its front
	Clients []*Flow   // each UDP client that has sent something, in their order
	Streams []*Stream // each connection, in their order
	Given   int       // datagrams handed on to the server

	t        testing.TB
	program  *wait.Process // the one whose sleep ends a Carry
	record   *wire.Record
	udp, tcp netip.AddrPort
	front    *net.UDPConn
	listener *net.TCPListener
	there    way // to the server
	back     way // and from it
	script   []string
	sizes    map[int][]int
	cuts     map[int]int      // of each connection; 0: of all others
	ends     map[int]int      // the same
	rests    map[int]int      // the same
	alien    *Flow            // that stranger; nil until it speaks
	strange  map[int][]string // behind which datagram to the server a stranger says what

	full   bool          // the server did not take a connection, in all the time that it had
	beat   time.Time     // of the last pulse
	lag    time.Duration // the longest that one of us had no processor
	readAt time.Time     // when the last datagram was seen to have been read
}

// New opens a link that leads nowhere yet.
func New(t testing.TB, script ...string) *Link {
	t.Helper()
	l := &Link{t: t, there: way{toServer: true}, sizes: map[int][]int{}, cuts: map[int]int{}, ends: map[int]int{}, rests: map[int]int{}, strange: map[int][]string{}, script: script}
	for _, w := range []*way{&l.there, &l.back} {
		w.drop, w.twice, w.late, w.hold, w.repeat = map[int]bool{}, map[int]bool{}, map[int]bool{}, map[int]int{}, map[int][]int{}
	}
	for _, instruction := range script {
		if err := l.read(instruction); err != nil {
			t.Fatalf("lab: the link's script: %q: %v", instruction, err)
		}
	}
	for tries := 0; l.front == nil; tries++ { // until a number is free in both of the port spaces
		listener, err := net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
		if err != nil {
			t.Fatalf("lab: %v", err)
		}
		l.Addr, l.listener = listener.Addr().String(), listener
		l.front, err = net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(l.Addr)))
		if err != nil {
			listener.Close()
			if tries == 100 {
				t.Fatalf("lab: %v", err)
			}
		}
	}
	t.Cleanup(func() { l.front.Close(); l.listener.Close() })
	return l
}

// Again opens a link with the same script.
func (l *Link) Again() *Link {
	l.t.Helper()
	next := New(l.t, l.script...)
	next.sizes = l.sizes
	return next
}

// Lead says where the servers are, and in which record what passes is noted. The
// program is the one whose sleep ends a Carry.
func (l *Link) Lead(udp, tcp netip.AddrPort, program *wait.Process, record *wire.Record) {
	l.udp, l.tcp, l.program, l.record = udp, tcp, program, record
}

// Datagrams are those that clients have sent, in the order in which they came.
func (l *Link) Datagrams() []*Datagram { return l.there.seen }

// Held is how many of the connections that are over the program still holds.
// Where the system does not show them, it is 0.
func (l *Link) Held() int {
	held, _ := quiet.Over(l.program.Pid())
	for _, s := range l.Streams {
		if s.far == nil || !s.over {
			continue
		}
		if peer, ok := l.peer(s); ok && peer.Inode != 0 {
			held++
		}
	}
	return held
}

// Carry hands on what comes, until the program has ended, or sleeps for good.
func (l *Link) Carry() {
	l.t.Helper()
	l.carry(l.wake)
}

// CarryToRest does so until a stream rests, and the program sleeps: the next Carry
// goes on.
func (l *Link) CarryToRest() {
	l.t.Helper()
	l.carry(func() bool { return l.resting() == nil && l.wake() })
}

// carry asks, when the program does nothing more by itself, whether to go on.
func (l *Link) carry(goOn func() bool) {
	l.t.Helper()
	for {
		switch l.program.Await(l.move, nil).End {
		case wait.Done:
		case wait.Exited:
			return
		case wait.Silent:
			if !goOn() {
				return
			}
		default: // one that looks often never sleeps
			if l.resting() == nil || !goOn() {
				return
			}
		}
	}
}

// wake ends the rest of a stream, or what else keeps the program waiting.
func (l *Link) wake() bool {
	if s := l.resting(); s != nil {
		s.rested = true
		return true
	}
	return l.moveStream() || l.unblock()
}

// move waits for a step until something can be moved, and moves it. It reports
// whether there was anything.
func (l *Link) move(step time.Duration) bool {
	l.pulse()
	if l.moveStream() {
		return true
	}
	var conns []syscall.Conn
	var acts []func() bool
	if l.due() {
		conns, acts = append(conns, l.front), append(acts, l.datagram)
	}
	conns, acts = append(conns, l.listener), append(acts, l.accept)
	for _, f := range l.Clients {
		conns = append(conns, f.conn)
		acts = append(acts, func() bool { return l.answer(f) })
	}
	for _, s := range l.Streams {
		if !s.Ended && !s.over {
			conns = append(conns, s.near)
			acts = append(acts, func() bool { return l.hear(s) })
		}
		if !s.answered {
			conns = append(conns, s.far)
			acts = append(acts, func() bool { return l.moveBack(s) })
		}
	}
	if l.untaken() {
		step = 50 * time.Microsecond // no socket of ours tells that a piece has been read
	}
	for i, some := range kernel.Readable(step, conns) {
		if some && acts[i]() {
			return true
		}
	}
	return l.moveStream()
}

// unblock moves what the script would hold for ever, because the client does
// not go on: the rest of a stream that it never ends, then the next stream.
func (l *Link) unblock() bool {
	for _, s := range l.Streams {
		switch {
		case s.over:
		case s.cutAfter >= 0 && s.given >= s.cutAfter:
			l.cut(s)
			return true
		case s.given < len(s.All):
			l.give(s, len(s.All)-s.given)
			return true
		default:
			s.over = true
		}
	}
	return false
}
