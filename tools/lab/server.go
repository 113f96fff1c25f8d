package lab

import (
	"fmt"
	"net/netip"
	"os"
	"regexp"
	"testing"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/lab/internal/kernel"
	"sockets.test/tools/lab/internal/subject"
	"sockets.test/tools/lab/internal/wait"
)

// A Server is a program that said where it listens.
type Server struct {
	*Program
	Addr string // "127.0.0.1:45871"

	atFirst held
	wide    bool          // it was given no host, and so is to be reached by all
	still   bool          // it stands still: see AtOnce
	took    time.Duration // to be ready
}

var readyLine = regexp.MustCompile(`\bready on (\S+)\s*$`)

// Serve runs the program with -addr 127.0.0.1:0 and these arguments, and waits
// until it is ready. A subcommand, if there is one, comes first.
func Serve(t testing.TB, args ...string) *Server {
	t.Helper()
	return Start(t, subject.With(subject.AnyPort, args)...).Ready()
}

// Ready waits for the line in which a server says where it is ready, and wants
// that to be where its -addr told it to be.
func (p *Program) Ready() *Server {
	p.subject.T.Helper()
	at, wide := p.subject.ReadyOn(readyLine, subject.Mismatch{
		Want:     "a line that ends in \"ready on " + p.subject.Argument("-addr") + "\"",
		Sentence: "The first line that " + subject.Name() + " printed does not say where it is ready.",
	})
	s := &Server{Program: p, Addr: at[0].String(), wide: wide, took: time.Since(p.subject.Waits.Began)}
	p.subject.Record.Address = s.Addr
	s.atFirst.memory = kernel.Memory(p.subject.Pid())
	s.atFirst.files, _ = quiet.Descriptors(p.subject.Pid())
	if list, ok := quiet.Listeners(p.subject.Pid()); ok {
		all, _ := quiet.Held(p.subject.Pid())
		s.atFirst.sockets = max(0, all-len(list))
	}
	p.subject.Proc.Stderr().Flush()
	p.remarks = len(p.complaints())
	return s
}

// ExpectOpen wants the program still to hold the socket at which it said that
// it is ready. Where the system does not show that, nothing is asked.
func (s *Server) ExpectOpen() {
	s.subject.T.Helper()
	list, ok := quiet.Listeners(s.subject.Pid())
	for _, socket := range list {
		if s.isAt(socket.Local) {
			return
		}
	}
	if !ok {
		return
	}
	m := &subject.Mismatch{Outcome: failure.NotListening}
	if s.subject.Waits.Ended(wait.Result{}) {
		m.Outcome = failure.Exited
	} else if at := s.subject.Listens(); at != "" {
		m = s.elsewhere(at)
	}
	s.subject.Fail(m)
}

// isAt reports whether a socket that is bound to this address is where the
// program was told to be.
func (s *Server) isAt(local netip.AddrPort) bool {
	if !s.wide {
		return local.String() == s.Addr
	}
	return local.Addr().IsUnspecified() && local.Port() == s.at().Port()
}

// elsewhere says that no socket is where the program said, and that one is
// bound to this address.
func (s *Server) elsewhere(at string) *subject.Mismatch {
	local, err := netip.ParseAddrPort(at)
	if err == nil && s.isAt(local) { // now, and not at the first look
		return &subject.Mismatch{Outcome: failure.NotListening, Sentence: fmt.Sprintf("%s said that it is ready on %s before a socket was listening there.", subject.Name(), s.Addr)}
	}
	m := &subject.Mismatch{Outcome: failure.WrongPlace, Want: s.Addr, Got: []byte(at), Facts: map[string]string{"bound to": "another address"},
		Sentence: fmt.Sprintf("%s said that it is ready on %s, and its socket is bound to %s.", subject.Name(), s.Addr, at)}
	if s.wide {
		m.Sentence = fmt.Sprintf("%s was given no host, which stands for every interface, and its socket is bound to %s.", subject.Name(), at)
	}
	if err == nil && local.Addr().IsUnspecified() {
		m.Facts["bound to"] = "every interface"
	}
	return m
}

// ExpectSockets wants the program to hold this many sockets once it has come
// to rest. Where the system does not show them, nothing is asked.
func (s *Server) ExpectSockets(n int) {
	s.subject.T.Helper()
	s.takeIn() // it may not have accepted yet what it will keep
	have := -1
	count := func() bool {
		held, ok := quiet.Held(s.subject.Pid())
		have = held - s.atFirst.sockets
		return !ok || have == n
	}
	w := s.subject.Waits.AwaitState(count)
	if w.End == wait.Exited {
		s.subject.Fail(&subject.Mismatch{Outcome: failure.Exited})
	}
	if _, ok := quiet.Held(s.subject.Pid()); !ok {
		if _, shown := quiet.Held(os.Getpid()); shown && s.subject.Waits.Ended(w) {
			s.subject.Fail(&subject.Mismatch{Outcome: failure.Exited})
		}
		s.subject.T.Log("the program's sockets were not counted: this system does not show them")
		return
	}
	if w.End == wait.Done {
		return
	}
	m := &subject.Mismatch{Outcome: failure.TooManySockets, Sentence: fmt.Sprintf("%s holds %d sockets; wanted %d.", subject.Name(), have, n)}
	if have < n {
		m.Outcome = failure.TooFewSockets
	} else if n == 1 {
		m.Sentence = fmt.Sprintf("%s holds %d sockets when all its clients have gone; 1 is enough.", subject.Name(), have)
	}
	s.subject.Fail(m)
}

// takeIn lets a program of TCP accept the clients that wait at its door, one of
// UDP alone take the datagrams that wait for it, and any other rest.
func (s *Server) takeIn() {
	s.subject.Waits.AwaitFor(2*time.Second, func(step time.Duration) bool {
		time.Sleep(step)
		list, ok := quiet.Listeners(s.subject.Pid())
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
	if s.subject.Waits.Watch.IsGo() {
		s.still = true // and accepts nobody
		kernel.StandStill(s.subject.Proc, do)
		s.still = false
	} else {
		do()
	}
}
