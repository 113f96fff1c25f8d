package lab

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/lab/internal/link"
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
	network  *link.Link
	program  *Program       // that stands at both of its ends
	udp, tcp netip.AddrPort // its servers
	again    bool           // it was asked again because of twins
}

// NewLink opens a link that leads nowhere yet.
func NewLink(t testing.TB, script ...string) *Link {
	t.Helper()
	return newLink(t, link.New(t, script...))
}

func newLink(t testing.TB, network *link.Link) *Link {
	return &Link{Addr: network.Addr, t: t, network: network}
}

var readyOnBoth = regexp.MustCompile(`\bready on (\S+)/udp and (\S+)/tcp\s*$`)

// Run starts a program that is both the client and the server: with the
// address at which its servers are to be, -addr, the link's, -via, and these
// arguments. It waits until the program says "ready on 127.0.0.1:4711/udp and
// 127.0.0.1:4712/tcp". Nothing passes before Carry.
func (l *Link) Run(args ...string) *Program {
	l.t.Helper()
	p := Start(l.t, append([]string{"-addr", AnyPort, "-via", l.Addr}, args...)...)
	l.readyOn(p)
	p.link, p.patient = l, func() *Program { return l.patiently(p, args) }
	return p
}

// readyOn waits until a program says where its two servers are, and leads there.
func (l *Link) readyOn(p *Program) {
	l.t.Helper()
	line, ok, w := p.firstLine()
	if !ok {
		p.fail(p.notReady(w))
	}
	match := readyOnBoth.FindStringSubmatch(line)
	if match == nil {
		p.fail(&mismatch{outcome: failure.NotReady, got: []byte(line), sentence: "The first line that " + subject.name + " printed does not say where its two servers are ready."})
	}
	asked := p.asked()
	var servers [2]netip.AddrPort
	for i := range servers {
		at, ok := asked.accepts(match[i+1])
		if !ok {
			p.fail(p.misplaced(asked, match[i+1]))
		}
		servers[i] = at
	}
	l.udp, l.tcp = servers[0], servers[1]
	p.record.Server, p.record.Address = subject.name+" server", l.udp.String()
	l.program = p
	l.network.Lead(l.udp, l.tcp, p.waits, p.record)
}

// Carry hands on what comes, until the program has ended, or sleeps for good.
func (l *Link) Carry() {
	l.t.Helper()
	l.network.Carry()
}

// CarryToRest hands on what comes, until the script has a stream rest, and the
// program sleeps. The next Carry goes on.
func (l *Link) CarryToRest() {
	l.t.Helper()
	l.network.CarryToRest()
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
func (l *Link) patiently(p *Program, args []string) *Program {
	i := slices.IndexFunc(patience, func(d time.Duration) bool { return d > p.timeout() })
	twins := l.twins(p) && !l.again
	if !twins && (i < 0 || !l.hasty(p)) {
		return nil
	}
	next := newLink(l.t, l.network.Again())
	next.again = l.again || twins
	if !twins {
		args = slices.Clone(args)
		args[slices.Index(args, "-timeout")+1] = patience[i].String()
	}
	again := next.Run(args...)
	next.Carry()
	return again
}

// twins reports whether the program may have had two clients with one address: the
// kernel chooses their ports by chance, and a port that is free again may come twice.
func (l *Link) twins(p *Program) bool {
	n, _ := strconv.Atoi(p.argument("-clients"))
	return len(l.network.Clients) < n
}

// hasty reports whether the program, by its own table, has received fewer
// datagrams than it was given, and may have been too slow for its -timeout.
func (l *Link) hasty(p *Program) bool {
	if p.timeout() == 0 || todo.MatchString(p.proc.Stderr().String()) {
		return false
	}
	lag := l.network.Lag()
	return !p.shows("receives | "+itoa(l.network.Given)+" | *") && lag > p.timeout()/5
}
