package lab

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/lab/internal/kernel"
	"sockets.test/tools/lab/internal/wait"
)

// A Server is a program that said where it listens.
type Server struct {
	*Program
	Addr string // "127.0.0.1:45871"

	atFirst held
	wide    bool // it was given no host, and so is to be reached by all
}

// AnyPort is where servers are asked to listen: on a port of the kernel's choice.
const AnyPort = "127.0.0.1:0"

var readyLine = regexp.MustCompile(`\bready on (\S+)\s*$`)

// Serve runs the program with -addr 127.0.0.1:0 and these arguments, and waits
// until it is ready. A subcommand, if there is one, comes first.
func Serve(t testing.TB, args ...string) *Server {
	t.Helper()
	return Start(t, with(AnyPort, args)...).Ready()
}

// Ready waits for the line in which a server says where it is ready, and wants
// that to be where its -addr told it to be.
func (p *Program) Ready() *Server {
	p.t.Helper()
	line, ok, w := p.firstLine()
	if !ok {
		p.fail(p.notReady(w))
	}
	match := readyLine.FindStringSubmatch(line)
	if match == nil {
		p.fail(&mismatch{outcome: failure.NotReady, got: []byte(line), want: "a line that ends in \"ready on " + p.argument("-addr") + "\"",
			sentence: "The first line that " + subject.name + " printed does not say where it is ready."})
	}
	asked := p.asked()
	at, ok := asked.accepts(match[1])
	if !ok {
		p.fail(p.misplaced(asked, match[1]))
	}
	s := &Server{Program: p, Addr: at.String(), wide: asked.wide}
	p.record.Address = s.Addr
	s.atFirst.memory = kernel.Memory(p.pid())
	s.atFirst.files, _ = quiet.Descriptors(p.pid())
	if list, ok := quiet.Listeners(p.pid()); ok {
		all, _ := quiet.Held(p.pid())
		s.atFirst.sockets = max(0, all-len(list))
	}
	p.proc.Stderr().Flush()
	p.remarks = len(p.complaints())
	return s
}

// notReady says why there is no first line.
func (p *Program) notReady(w wait.Result) *mismatch {
	m := &mismatch{outcome: failure.NotReady, wait: w}
	switch begun := p.Output(); {
	case p.waits.Ended(w):
		m.outcome = failure.Exited
	case begun != "":
		m.got, m.sentence = []byte(begun), subject.name+" never ended its first line: a newline is missing."
	}
	return m
}

// misplaced says that the program is ready elsewhere than it was told to be.
func (p *Program) misplaced(asked place, said string) *mismatch {
	m := &mismatch{outcome: failure.WrongPlace, want: asked.String(), got: []byte(said),
		sentence: fmt.Sprintf("%s was asked for %s, and says that it is ready on %s.", subject.name, asked, said)}
	place := "another address"
	at, err := netip.ParseAddrPort(said)
	switch {
	case strings.HasSuffix(said, ":0"):
		m.sentence = fmt.Sprintf("%s says that it is ready on %s: no socket has port 0.", subject.name, said)
		place = "port 0"
	case err != nil && !strings.HasPrefix(said, ":"):
		place = "no address"
	case err != nil || at.Addr().IsUnspecified():
		place = "every interface"
	}
	m.facts = map[string]string{"ready on": place}
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
	p.t.Helper()
	asked := place{given: p.argument("-addr")}
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
		p.t.Fatalf("lab: -addr %s: %v", asked.given, err)
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

// listens is an address on which the program waits for clients, "" for none.
func (p *Program) listens() string {
	list, _ := quiet.Listeners(p.pid())
	for _, socket := range list {
		if socket.Net == "udp" || socket.State == "LISTEN" {
			return socket.Local.String()
		}
	}
	return ""
}

// ExpectOpen wants the program still to hold the socket at which it said that
// it is ready. Where the system does not show that, nothing is asked.
func (s *Server) ExpectOpen() {
	s.t.Helper()
	list, ok := quiet.Listeners(s.pid())
	for _, socket := range list {
		if s.isAt(socket.Local) {
			return
		}
	}
	if !ok {
		return
	}
	m := &mismatch{outcome: failure.NotListening}
	if s.waits.Ended(wait.Result{}) {
		m.outcome = failure.Exited
	} else if at := s.listens(); at != "" {
		m = s.elsewhere(at)
	}
	s.fail(m)
}

// isAt reports whether a socket that is bound to this address is where the
// program was told to be.
func (s *Server) isAt(local netip.AddrPort) bool {
	if !s.wide {
		return local.String() == s.Addr
	}
	return local.Addr().IsUnspecified() && local.Port() == s.port()
}

func (s *Server) port() uint16 { return netip.MustParseAddrPort(s.Addr).Port() }

// elsewhere says that no socket is where the program said, and that one is
// bound to this address.
func (s *Server) elsewhere(at string) *mismatch {
	local, err := netip.ParseAddrPort(at)
	if err == nil && s.isAt(local) { // now, and not at the first look
		return &mismatch{outcome: failure.NotListening, sentence: fmt.Sprintf("%s said that it is ready on %s before a socket was listening there.", subject.name, s.Addr)}
	}
	m := &mismatch{outcome: failure.WrongPlace, want: s.Addr, got: []byte(at), facts: map[string]string{"bound to": "another address"},
		sentence: fmt.Sprintf("%s said that it is ready on %s, and its socket is bound to %s.", subject.name, s.Addr, at)}
	if s.wide {
		m.sentence = fmt.Sprintf("%s was given no host, which stands for every interface, and its socket is bound to %s.", subject.name, at)
	}
	if err == nil && local.Addr().IsUnspecified() {
		m.facts["bound to"] = "every interface"
	}
	return m
}

// ExpectSockets wants the program to hold this many sockets once it has come
// to rest. Where the system does not show them, nothing is asked.
func (s *Server) ExpectSockets(n int) {
	s.t.Helper()
	s.takeIn() // it may not have accepted yet what it will keep
	have := -1
	count := func() bool {
		held, ok := quiet.Held(s.pid())
		have = held - s.atFirst.sockets
		return !ok || have == n
	}
	w := s.waits.AwaitState(count)
	if w.End == wait.Exited {
		s.fail(&mismatch{outcome: failure.Exited})
	}
	if _, ok := quiet.Held(s.pid()); !ok {
		if _, shown := quiet.Held(os.Getpid()); shown && s.waits.Ended(w) {
			s.fail(&mismatch{outcome: failure.Exited})
		}
		s.t.Log("the program's sockets were not counted: this system does not show them")
		return
	}
	if w.End == wait.Done {
		return
	}
	m := &mismatch{outcome: failure.TooManySockets, sentence: fmt.Sprintf("%s holds %d sockets; wanted %d.", subject.name, have, n)}
	if have < n {
		m.outcome = failure.TooFewSockets
	} else if n == 1 {
		m.sentence = fmt.Sprintf("%s holds %d sockets when all its clients have gone; 1 is enough.", subject.name, have)
	}
	s.fail(m)
}

// takeIn lets a program of TCP accept the clients that wait at its door, one of
// UDP alone take the datagrams that wait for it, and any other rest.
func (s *Server) takeIn() {
	s.waits.AwaitFor(2*time.Second, func(step time.Duration) bool {
		time.Sleep(step)
		list, ok := quiet.Listeners(s.pid())
		doors, waiting := 0, 0
		for _, socket := range list {
			if socket.State == "LISTEN" || socket.Net == "udp" {
				doors++
				waiting += socket.RecvQ
			}
		}
		return !ok || doors > 0 && waiting == 0
	}, nil)
}

// AtOnce lets what clients do in the meantime come to the program at once, where
// a Go program can be stopped for so long: others may take what some calls return
// afterwards for an error. Nothing right may depend on it.
func (s *Server) AtOnce(do func()) {
	if s.waits.Watch.IsGo() {
		kernel.StandStill(s.proc, do)
	} else {
		do()
	}
}
