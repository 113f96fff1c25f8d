// Package relay is the machinery of network.Link: it hands on what passes between
// a client and a server, and drops, repeats, holds back and cuts of it what a
// script says.
//
// It moves datagrams and streams by a script, never at random, and by the clock
// only where the script names a time-out. Everything happens in the goroutine that
// calls Carry. It judges nothing: what passed is in the record, and in Datagrams
// and Streams.
package relay

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

// A Relay has a front for the clients, a port of UDP and one of TCP with the same
// number. Lead says where it leads.
type Relay struct {
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

// New opens a relay that leads nowhere yet.
func New(t testing.TB, script ...string) *Relay {
	t.Helper()
	r := &Relay{t: t, there: way{toServer: true}, sizes: map[int][]int{}, cuts: map[int]int{}, ends: map[int]int{}, rests: map[int]int{}, strange: map[int][]string{}, script: script}
	for _, w := range []*way{&r.there, &r.back} {
		w.drop, w.twice, w.late, w.hold, w.repeat = map[int]bool{}, map[int]bool{}, map[int]bool{}, map[int]int{}, map[int][]int{}
	}
	for _, instruction := range script {
		if err := r.read(instruction); err != nil {
			t.Fatalf("lab: the link's script: %q: %v", instruction, err)
		}
	}
	for tries := 0; r.front == nil; tries++ { // until a number is free in both of the port spaces
		listener, err := net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
		if err != nil {
			t.Fatalf("lab: %v", err)
		}
		r.Addr, r.listener = listener.Addr().String(), listener
		r.front, err = net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(r.Addr)))
		if err != nil {
			listener.Close()
			if tries == 100 {
				t.Fatalf("lab: %v", err)
			}
		}
	}
	t.Cleanup(func() { r.front.Close(); r.listener.Close() })
	return r
}

// Again opens a relay with the same script.
func (r *Relay) Again() *Relay {
	r.t.Helper()
	next := New(r.t, r.script...)
	next.sizes = r.sizes
	return next
}

// Lead says where the servers are, and in which record what passes is noted. The
// program is the one whose sleep ends a Carry.
func (r *Relay) Lead(udp, tcp netip.AddrPort, program *wait.Process, record *wire.Record) {
	r.udp, r.tcp, r.program, r.record = udp, tcp, program, record
}

// Datagrams are those that clients have sent, in the order in which they came.
func (r *Relay) Datagrams() []*Datagram { return r.there.seen }

// Held is how many of the connections that are over the program still holds.
// Where the system does not show them, it is 0.
func (r *Relay) Held() int {
	held, _ := quiet.Over(r.program.Pid())
	for _, s := range r.Streams {
		if s.far == nil || !s.over {
			continue
		}
		if peer, ok := r.peer(s); ok && peer.Inode != 0 {
			held++
		}
	}
	return held
}

// Carry hands on what comes, until the program has ended, or sleeps for good.
func (r *Relay) Carry() {
	r.t.Helper()
	r.carry(r.wake)
}

// CarryToRest does so until a stream rests, and the program sleeps: the next Carry
// goes on.
func (r *Relay) CarryToRest() {
	r.t.Helper()
	r.carry(func() bool { return r.resting() == nil && r.wake() })
}

// carry asks, when the program does nothing more by itself, whether to go on.
func (r *Relay) carry(goOn func() bool) {
	r.t.Helper()
	for {
		switch r.program.Await(r.move, nil).End {
		case wait.Done:
		case wait.Exited:
			return
		case wait.Silent:
			if !goOn() {
				return
			}
		default: // one that looks often never sleeps
			if r.resting() == nil || !goOn() {
				return
			}
		}
	}
}

// wake ends the rest of a stream, or what else keeps the program waiting.
func (r *Relay) wake() bool {
	if s := r.resting(); s != nil {
		s.rested = true
		return true
	}
	return r.moveStream() || r.unblock()
}

// move waits for a step until something can be moved, and moves it. It reports
// whether there was anything.
func (r *Relay) move(step time.Duration) bool {
	r.pulse()
	if r.moveStream() {
		return true
	}
	var conns []syscall.Conn
	var acts []func() bool
	if r.due() {
		conns, acts = append(conns, r.front), append(acts, r.datagram)
	}
	conns, acts = append(conns, r.listener), append(acts, r.accept)
	for _, f := range r.Clients {
		conns = append(conns, f.conn)
		acts = append(acts, func() bool { return r.answer(f) })
	}
	for _, s := range r.Streams {
		if !s.Ended && !s.over {
			conns = append(conns, s.near)
			acts = append(acts, func() bool { return r.hear(s) })
		}
		if !s.answered {
			conns = append(conns, s.far)
			acts = append(acts, func() bool { return r.moveBack(s) })
		}
	}
	if r.untaken() {
		step = 50 * time.Microsecond // no socket of ours tells that a piece has been read
	}
	for i, some := range kernel.Readable(step, conns) {
		if some && acts[i]() {
			return true
		}
	}
	return r.moveStream()
}

// unblock moves what the script would hold for ever, because the client does
// not go on: the rest of a stream that it never ends, then the next stream.
func (r *Relay) unblock() bool {
	for _, s := range r.Streams {
		switch {
		case s.over:
		case s.cutAfter >= 0 && s.given >= s.cutAfter:
			r.cut(s)
			return true
		case s.given < len(s.All):
			r.give(s, len(s.All)-s.given)
			return true
		default:
			s.over = true
		}
	}
	return false
}
