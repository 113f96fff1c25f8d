package subject

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/lab/internal/wait"
)

// ReadyOn waits for the program's first line, wants it to say where the program
// is ready, once for each group of says, and wants that to be where its -addr told
// it to be: there, clients find it. It is wide if it was given no host, and so is
// to be reached by all. With a line that says something else, the program is not
// ready; unlike has the words for that.
func (p *Program) ReadyOn(says *regexp.Regexp, unlike Mismatch) (at []netip.AddrPort, wide bool) {
	p.T.Helper()
	line, ok, w := p.firstLine()
	if !ok {
		p.Fail(p.notReady(w))
	}
	match := says.FindStringSubmatch(line)
	if match == nil {
		unlike.Outcome, unlike.Got = failure.NotReady, []byte(line)
		p.Fail(&unlike)
	}
	asked := p.asked()
	for _, said := range match[1:] {
		here, ok := asked.accepts(said)
		if !ok {
			p.Fail(p.misplaced(asked, said))
		}
		at = append(at, here)
	}
	return at, asked.wide
}

// firstLine waits for the first line on standard output: longer than for anything
// else, if the program sleeps until a time that it has set. It may be waiting for
// something that it needs.
func (p *Program) firstLine() (line string, ok bool, w wait.Result) {
	out := p.Proc.Stdout()
	find := func() (string, bool) {
		line, _, whole := strings.Cut(out.String(), "\n")
		return strings.TrimSuffix(line, "\r"), whole
	}
	for began := time.Now(); ; {
		w = p.Waits.AwaitOutput(out, wait.Deadline, func() bool { _, ok := find(); return ok })
		if w.Resting != failure.Overdue || p.Waits.Timers() != failure.SomeTimer || time.Since(began) > (wait.Starved-1)*wait.Deadline {
			break
		}
	}
	line, ok = find()
	return line, ok, w
}

// notReady says why there is no first line.
func (p *Program) notReady(w wait.Result) *Mismatch {
	m := &Mismatch{Outcome: failure.NotReady, Wait: w}
	switch begun := p.Output(); {
	case p.Waits.Ended(w):
		m.Outcome = failure.Exited
	case begun != "":
		m.Got, m.Sentence = []byte(begun), Name()+" never ended its first line: a newline is missing."
	}
	return m
}

// misplaced says that the program is ready elsewhere than it was told to be.
func (p *Program) misplaced(asked place, said string) *Mismatch {
	m := &Mismatch{Outcome: failure.WrongPlace, Want: asked.String(), Got: []byte(said),
		Sentence: fmt.Sprintf("%s was asked for %s, and says that it is ready on %s.", Name(), asked, said)}
	place := "another address"
	at, err := netip.ParseAddrPort(said)
	switch {
	case strings.HasSuffix(said, ":0"):
		m.Sentence = fmt.Sprintf("%s says that it is ready on %s: no socket has port 0.", Name(), said)
		place = "port 0"
	case err != nil && !strings.HasPrefix(said, ":"):
		place = "no address"
	case err != nil || at.Addr().IsUnspecified():
		place = "every interface"
	}
	m.Facts = map[string]string{"ready on": place}
	return m
}

// A place is where -addr tells a program to listen. A host left out stands for
// every interface: it is wide then, and a client of this machine finds it at the
// first of the hosts.
type place struct {
	given string // "127.0.0.1:0"
	hosts []netip.Addr
	port  uint16 // 0 for any
	wide  bool
}

func (p place) String() string { return p.given }

// asked is where the program was told to listen.
func (p *Program) asked() place {
	p.T.Helper()
	asked := place{given: p.Argument("-addr")}
	host, port, err := net.SplitHostPort(asked.given)
	if err == nil {
		asked.wide = host == ""
		asked.hosts, err = resolve(cmp.Or(host, "127.0.0.1"))
	}
	if err == nil {
		var n int
		n, err = net.LookupPort("tcp", port)
		asked.port = uint16(n)
	}
	if err != nil {
		p.T.Fatalf("lab: -addr %s: %v", asked.given, err)
	}
	return asked
}

// resolve gives the addresses of a host, of which a program may take any.
func resolve(host string) (list []netip.Addr, err error) {
	found, err := net.LookupIP(host)
	for _, ip := range found {
		if addr, ok := netip.AddrFromSlice(ip); ok {
			list = append(list, addr.Unmap())
		}
	}
	return list, err
}

// accepts reports whether a program may say that it is ready on this address,
// and where a client finds it then. One that was given no host may say none.
func (p place) accepts(said string) (at netip.AddrPort, ok bool) {
	if p.wide && strings.HasPrefix(said, ":") {
		said = "0.0.0.0" + said
	}
	at, err := netip.ParseAddrPort(said)
	if err != nil || at.Port() == 0 || p.port != 0 && at.Port() != p.port {
		return at, false
	}
	if p.wide {
		return netip.AddrPortFrom(p.hosts[0], at.Port()), true
	}
	at = netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
	return at, slices.Contains(p.hosts, at.Addr())
}

// Listens is an address on which the program waits for clients, "" for none.
func (p *Program) Listens() string {
	list, _ := quiet.Listeners(p.Pid())
	for _, socket := range list {
		if socket.Net == "udp" || socket.State == "LISTEN" {
			return socket.Local.String()
		}
	}
	return ""
}
