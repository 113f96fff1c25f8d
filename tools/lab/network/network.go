// Package network is the network between a client and a server, for a program that
// is both: a Link, what must have come to it, and the table in which the program
// tells what it has measured.
//
//	link := network.NewLink(t, "drop 3")
//	program := link.Run("-timeout", "30ms")
//	link.Carry()
//	program.ExpectTable("lost | 1 | *")
//
// Goal: what a network may do to datagrams and streams happens by a script, at a
// moment that the program cannot tell from any other.
//
// Non-goals: chance, delays in milliseconds, and capturing packets.
package network

import (
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"sockets.test/tools/lab"
	"sockets.test/tools/lab/internal/relay"
	"sockets.test/tools/lab/internal/subject"
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
//	stranger says "TEXT" after N
//	                     a datagram from no client's address arrives behind N
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
//	rest after N         after so many bytes each stream stands still until the
//	rest C... after N    program sleeps, and no timer will wake it soon; these do,
//	                     while the others go on
//	cut after N          after so many bytes each connection is reset, once its
//	cut C... after N     client has said all; these connections are, the first
//	                     being number 1
//	end after N          after so many bytes each connection ends, as if its
//	end C... after N     client had said no more
//
// No Read of the server's can see two pieces together: the next is sent when
// the one before has been read. Only Linux tells that; elsewhere a test with
// such a script is skipped. Streams arrive one after another, but for those that
// rest.
//
// Nothing moves but in Carry, which runs in the test's own goroutine.
type Link struct {
	Addr string

	t        testing.TB
	relay    *relay.Relay
	program  *subject.Program // that stands at both of its ends
	args     []string         // with which it was started
	udp, tcp netip.AddrPort   // its servers
	again    bool             // it was asked again because of twins
}

// NewLink opens a link that leads nowhere yet.
func NewLink(t testing.TB, script ...string) *Link {
	t.Helper()
	return newLink(t, relay.New(t, script...))
}

func newLink(t testing.TB, r *relay.Relay) *Link {
	return &Link{Addr: r.Addr, t: t, relay: r}
}

var readyOnBoth = regexp.MustCompile(`\bready on (\S+)/udp and (\S+)/tcp\s*$`)

// Run starts a program that is both the client and the server: with the
// address at which its servers are to be, -addr, the link's, -via, and these
// arguments. It waits until the program says "ready on 127.0.0.1:4711/udp and
// 127.0.0.1:4712/tcp". Nothing passes before Carry.
func (l *Link) Run(args ...string) *Program {
	l.t.Helper()
	p := lab.Start(l.t, append([]string{"-addr", subject.AnyPort, "-via", l.Addr}, args...)...)
	l.lead(p.Subject())
	l.args = args
	return &Program{Program: p, link: l}
}

// Straight starts such a program without a link: its clients go straight to its
// servers.
func Straight(t testing.TB, args ...string) *Program {
	t.Helper()
	return &Program{Program: lab.Start(t, append([]string{"-addr", subject.AnyPort}, args...)...)}
}

// lead waits until a program says where its two servers are, and leads there.
func (l *Link) lead(p *subject.Program) {
	l.t.Helper()
	servers, _ := p.ReadyOn(readyOnBoth, subject.Mismatch{Sentence: "The first line that " + subject.Name() + " printed does not say where its two servers are ready."})
	l.program, l.udp, l.tcp = p, servers[0], servers[1]
	p.Record.Server, p.Record.Address = subject.Name()+" server", l.udp.String()
	l.relay.Lead(l.udp, l.tcp, p.Waits, p.Record)
}

// Servers says where the program's two servers are.
func (l *Link) Servers() (udp, tcp netip.AddrPort) { return l.udp, l.tcp }

// Carry hands on what comes, until the program has ended, or sleeps for good.
func (l *Link) Carry() {
	l.t.Helper()
	l.relay.Carry()
}

// CarryToRest hands on what comes, until the script has a stream rest, and the
// program sleeps. The next Carry goes on.
func (l *Link) CarryToRest() {
	l.t.Helper()
	l.relay.CarryToRest()
}

// A program that waits for a silence of so long ends by the clock, and may be
// wrong about it when the machine is slow: it was given a datagram, and got no
// processor to look for it in time. So its tests are quick, with a short
// -timeout, and before one fails because datagrams were not received, the
// program is asked again, with a longer one: unless it was seen to have had its
// processor, and so its chance.
var patience = []time.Duration{time.Second, 5 * time.Second}

// patiently plays the same once more, with a longer -timeout if that was too
// short; nil if that would change nothing.
func (l *Link) patiently() *Program {
	i := slices.IndexFunc(patience, func(d time.Duration) bool { return d > l.program.Timeout() })
	twins := l.twins() && !l.again
	if !twins && (i < 0 || !l.hasty(l.program)) {
		return nil
	}
	next := newLink(l.t, l.relay.Again())
	next.again = l.again || twins
	args := slices.Clone(l.args)
	if !twins {
		args[slices.Index(args, "-timeout")+1] = patience[i].String()
	}
	again := next.Run(args...)
	next.Carry()
	return again
}

// twins reports whether the program may have had two clients with one address: the
// kernel chooses their ports by chance, and a port that is free again may come twice.
func (l *Link) twins() bool {
	n, _ := strconv.Atoi(l.program.Argument("-clients"))
	return len(l.relay.Clients) < n
}

// hasty reports whether the program, by its own table, has received fewer
// datagrams than it was given, and may have been too slow for its -timeout.
func (l *Link) hasty(p *subject.Program) bool {
	if p.Timeout() == 0 || p.Unbegun() {
		return false
	}
	lag := l.relay.Lag()
	return !shows(p.Output(), "receives | "+strconv.Itoa(l.relay.Given)+" | *") && lag > p.Timeout()/5
}

// RefusingTCP is an address at which TCP refuses every client, and UDP takes
// whatever comes.
func RefusingTCP(t testing.TB) string {
	t.Helper()
	for { // until a number is free in both of the port spaces
		addr := lab.ReserveTCP(t).Addr
		sink, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(addr)))
		if err == nil {
			t.Cleanup(func() { sink.Close() })
			return addr
		}
	}
}
