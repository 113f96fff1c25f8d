package lab

import (
	"net"
	"net/netip"
	"regexp"
	"syscall"
	"testing"
	"time"
)

// A Link stands between a client and a server, and does to what passes what a
// network may do: by script, never at random, and never by the clock. A client
// sends its datagrams to the link's Addr, and connects there; the number is
// that of a UDP and of a TCP port.
//
// Datagrams are numbered from 1, in the order in which they reach the link:
//
//	drop N...            these never arrive; "drop all": none does
//	twice N...           these arrive twice, one copy behind the other
//	repeat N after M     a copy of N arrives behind M
//	hold N... until M    these arrive behind M, in the order of their numbers
//	late N...            these arrive when the server has read what came before,
//	                     and most of its -timeout has passed since
//
// With "answers" before it, an instruction is about the datagrams that come
// back: "answers drop 3". A stream loses nothing, but nothing keeps its pieces:
//
//	pieces SIZE...       each connection's stream arrives in pieces of so many
//	                     bytes, the last size again and again; "pieces all": in
//	                     one piece, once the client has ended it
//	lines                it arrives a line at a time
//	rest after N         after so many bytes each stream stands still for longer
//	                     than the server's -timeout
//	cut after N          after so many bytes each connection is reset, once its
//	cut C... after N     client has said all; these connections are, the first
//	                     being number 1
//	end after N          after so many bytes each connection ends, as if its
//	end C... after N     client had said no more
//
// No Read of the server's can see two pieces together: the next is sent when
// the one before has been read. Only Linux tells that; elsewhere a test with
// such a script is skipped. Streams arrive one after another.
//
// Nothing moves but in Carry, which runs in the test's own goroutine.
type Link struct {
	Addr string

	t        testing.TB
	program  *Program // the one whose sleep ends a Carry
	udp, tcp netip.AddrPort
	front    *net.UDPConn
	welcome  *net.TCPListener
	there    way // to the server
	back     way // and from it
	sizes    map[int][]int
	cuts     map[int]int // of each connection; 0: of all others
	ends     map[int]int // the same
	rest     int         // where each stream stands still for a while; 0 for nowhere
	flows    []*flow
	streams  []*stream

	script []string      // see patiently
	given  int           // datagrams handed on to the server
	full   bool          // the server did not take a connection, in all the time that it had
	beat   time.Time     // of the last pulse
	lag    time.Duration // the longest that one of us had no processor
	readAt time.Time     // when the last of them was seen to have been read
}

// NewLink opens a link that leads nowhere yet.
func NewLink(t testing.TB, script ...string) *Link {
	t.Helper()
	l := &Link{t: t, there: way{toServer: true}, sizes: map[int][]int{}, cuts: map[int]int{}, ends: map[int]int{}, script: script}
	for _, w := range []*way{&l.there, &l.back} {
		w.drop, w.twice, w.late, w.hold, w.repeat = map[int]bool{}, map[int]bool{}, map[int]bool{}, map[int]int{}, map[int][]int{}
	}
	for _, instruction := range script {
		if err := l.read(instruction); err != nil {
			t.Fatalf("lab: the link's script: %q: %v", instruction, err)
		}
	}
	for tries := 0; l.front == nil; tries++ { // until a number is free in both of the port spaces
		welcome, err := net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(netip.MustParseAddrPort(AnyPort)))
		if err != nil {
			t.Fatalf("lab: %v", err)
		}
		l.Addr, l.welcome = welcome.Addr().String(), welcome
		l.front, err = net.ListenUDP("udp4", udpAddr(l.Addr))
		if err != nil {
			welcome.Close()
			if tries == 100 {
				t.Fatalf("lab: %v", err)
			}
		}
	}
	t.Cleanup(func() { l.front.Close(); l.welcome.Close() })
	return l
}

var readyOnBoth = regexp.MustCompile(`\bready on (\S+)/udp and (\S+)/tcp\s*$`)

// Run starts a program that is both the client and the server: with the
// address at which its servers are to be, -addr, the link's, -via, and these
// arguments. It waits until the program says "ready on 127.0.0.1:4711/udp and
// 127.0.0.1:4712/tcp". Nothing passes before Carry.
func (l *Link) Run(args ...string) *Program {
	l.t.Helper()
	p := Start(l.t, append([]string{"-addr", AnyPort, "-via", l.Addr}, args...)...)
	l.ReadyOn(p)
	p.link, p.patient = l, func() *Program { return l.patiently(p, args) }
	return p
}

// ReadyOn waits until a program says where its two servers are, and leads there.
func (l *Link) ReadyOn(p *Program, causes ...Cause) {
	l.t.Helper()
	line, ok := p.firstLine()
	if !ok {
		f := &finding{outcome: NotReady}
		if p.ended() {
			f.outcome = Exited
		}
		p.fail(f, causes)
	}
	match := readyOnBoth.FindStringSubmatch(line)
	if match == nil {
		p.fail(&finding{outcome: NotReady, got: []byte(line), words: "The first line that " + subject.name + " printed does not say where its two servers are ready."}, causes)
	}
	asked := netip.MustParseAddrPort(p.argument("-addr"))
	for i, to := range []*netip.AddrPort{&l.udp, &l.tcp} {
		at, err := netip.ParseAddrPort(match[i+1])
		if err != nil || at.Addr().Unmap() != asked.Addr() || at.Port() == 0 || asked.Port() != 0 && at.Port() != asked.Port() {
			p.fail(&finding{outcome: WrongPlace, want: asked.String(), got: []byte(match[i+1])}, causes)
		}
		*to = at
	}
	p.record.Server, p.record.Address = subject.name+" server", l.udp.String()
	l.program = p
}

// Carry hands on what comes, until the program has ended, or sleeps for good.
func (l *Link) Carry() {
	l.t.Helper()
	for {
		switch l.program.await(l.move, nil) {
		case done:
		case silent:
			if s := l.first(); s != nil && l.taken(s) && l.resting(s) {
				continue
			}
			// A stream's rest may have ended just now, while we looked elsewhere.
			if !l.moveStream() && !l.unblock() {
				return
			}
		default:
			return
		}
	}
}

// move waits for a step until something can be moved, and moves it. It tells
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
	conns, acts = append(conns, l.welcome), append(acts, l.accept)
	for _, f := range l.flows {
		conns = append(conns, f.conn)
		acts = append(acts, func() bool { return l.answer(f) })
	}
	for _, s := range l.streams {
		if !s.ended && !s.over {
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
	for i, some := range readable(step, conns) {
		if some && acts[i]() {
			return true
		}
	}
	return l.moveStream()
}

// unblock moves what the script would hold for ever, because the client does
// not go on: the rest of a stream that it never ends, then the next stream.
func (l *Link) unblock() bool {
	for _, s := range l.streams {
		switch {
		case s.over:
		case s.cutAfter >= 0 && s.given >= s.cutAfter:
			l.cut(s)
			return true
		case s.given < len(s.all):
			l.give(s, len(s.all)-s.given)
			return true
		default:
			s.over = true
		}
	}
	return false
}
