package lab

import (
	"net/netip"
	"os"
	"regexp"
	"testing"
	"time"

	"sockets.test/tools/internal/quiet"
)

// A Server is a program that said where it listens.
type Server struct {
	*Program
	Addr string // "127.0.0.1:45871"

	inner   int    // sockets of its own that it held when it was ready, such as the pair by which an event loop wakes itself
	welcome uint64 // the inode of the socket on which it listened then
	wide    bool   // it was given no host, and so is to be reached by all
}

// AnyPort is where servers are asked to listen: on a port of the kernel's choice.
const AnyPort = "127.0.0.1:0"

var readyLine = regexp.MustCompile(`\bready on (\S+)\s*$`)

// Serve runs the program with -addr 127.0.0.1:0 and these arguments, and waits
// until it is ready.
func Serve(t testing.TB, args ...string) *Server {
	t.Helper()
	return Start(t, append([]string{"-addr", AnyPort}, args...)...).Ready()
}

// Ready waits for the line in which a server says where it is ready, and wants
// that to be where its -addr told it to be.
func (p *Program) Ready(causes ...Cause) *Server {
	p.t.Helper()
	line, ok := p.firstLine()
	if !ok {
		f := &finding{outcome: NotReady, listens: p.listens()}
		if p.ended() {
			f.outcome = Exited
		} else if begun := p.Output(); begun != "" {
			f.got, f.words = []byte(begun), subject.name+" never ended its first line: a newline is missing."
			f.listens = ""
		} else if f.listens != "" {
			f.words = subject.name + " listens, but has not said on standard output that it is ready."
		}
		p.fail(f, causes)
	}
	match := readyLine.FindStringSubmatch(line)
	if match == nil {
		p.fail(&finding{outcome: NotReady, got: []byte(line), words: "The first line that " + subject.name + " printed does not say where it is ready."}, causes)
	}
	asked, wide := p.asked()
	at, err := parseReady(match[1], wide)
	if err != nil || !wide && at.Addr().Unmap() != asked.Addr() || at.Port() == 0 || asked.Port() != 0 && at.Port() != asked.Port() {
		p.fail(&finding{outcome: WrongPlace, want: asked.String(), got: []byte(match[1])}, causes)
	}
	s := &Server{Program: p, Addr: netip.AddrPortFrom(asked.Addr(), at.Port()).String(), wide: wide}
	p.record.Address = s.Addr
	held, _ := quiet.Held(p.PID())
	if list, ok := quiet.Sockets(p.PID()); ok {
		s.inner, s.welcome = max(0, held-len(list)), listening(list)
	}
	p.proc.Stderr().Flush()
	p.remarks = len(p.complaints())
	return s
}

// listens is an address on which the program waits for clients, "" for none.
func (p *Program) listens() string {
	list, _ := quiet.Sockets(p.proc.Pid())
	for _, socket := range list {
		if socket.Net == "udp" || socket.State == "LISTEN" {
			return socket.Local.String()
		}
	}
	return ""
}

// listening is the inode of the socket on which the holder of these waits for
// clients of TCP, 0 for none.
func listening(list []quiet.Socket) uint64 {
	for _, socket := range list {
		if socket.State == "LISTEN" {
			return socket.Inode
		}
	}
	return 0
}

// ExpectSockets wants the program to hold this many sockets once it has come
// to rest. Where the system does not show them, nothing is asked.
func (s *Server) ExpectSockets(n int, causes ...Cause) {
	s.t.Helper()
	s.takeIn() // it may not have accepted yet what it will keep
	have := -1
	count := func() bool {
		held, ok := quiet.Held(s.proc.Pid())
		have = held - s.inner
		return !ok || have == n
	}
	end := s.await(func(step time.Duration) bool {
		if count() {
			return true
		}
		time.Sleep(step)
		return count()
	}, nil)
	if end == exited {
		s.fail(&finding{outcome: Exited}, causes)
	}
	if _, ok := quiet.Held(s.proc.Pid()); !ok {
		if _, shown := quiet.Held(os.Getpid()); shown && s.ended() {
			s.fail(&finding{outcome: Exited}, causes)
		}
		s.t.Log("the program's sockets were not counted: this system does not show them")
		return
	}
	if end != done {
		s.fail(s.miscounted(have, n), causes)
	}
}

// ExpectOpen wants the program still to hold the socket at which it said that
// it is ready. Where the system does not show that, nothing is asked.
func (s *Server) ExpectOpen(causes ...Cause) {
	s.t.Helper()
	list, ok := quiet.Sockets(s.proc.Pid())
	for _, socket := range list {
		if s.isAt(socket.Local) {
			return
		}
	}
	if !ok {
		return
	}
	f := &finding{outcome: NotListening}
	if s.ended() {
		f.outcome = Exited
	} else if at := s.listens(); at != "" {
		f = s.elsewhere(at)
	}
	s.fail(f, causes)
}

// takeIn lets a program of TCP accept the clients that wait at its door, one of
// UDP alone take the datagrams that wait for it, and any other rest.
func (s *Server) takeIn() {
	s.awaitFor(2*time.Second, func(step time.Duration) bool {
		time.Sleep(step)
		list, ok := quiet.Sockets(s.proc.Pid())
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

// Rest lets the program alone until it sleeps for good, or has shown for two
// seconds that something else than a client can wake it.
func (s *Server) Rest() { s.endsWithin(2 * time.Second) }
