package lab

import (
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"sockets.test/tools/internal/proc"
	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/internal/wire"
)

// A Program is a process under test. It ends with the test that started it.
type Program struct {
	t      testing.TB
	args   []string
	proc   *proc.Process
	watch  *quiet.Watch
	record *wire.Record
	began  time.Time
	label  string // its name beside others of its kind

	typed    string // on its standard input, by Type
	untyped  []byte // of that, what the pipe had no room for yet
	typedAll bool   // the input has ended

	shares   string   // see SuspectRaces
	suspects []Cause  // the same
	dumped   bool     // where has ended it
	spoken   string   // what it had said on standard error by itself
	stood    []string // and seen where it stood

	late bool // the last wait ended at its deadline, with no proof of anything

	manner  Outcome      // of the last wait, if the program was awake: NeverRests, WakesInVain
	effort  quiet.Effort // and what it had done meanwhile
	acted   bool         // a wait has come to what it waited for
	failing bool         // the verdict is reached, and what is left is to name it

	remarks int // lines on standard error before it was ready

	clients []*net.UDPConn // to be closed when the program has ended

	link    *Link           // that it stands at both ends of
	patient func() *Program // plays the same again, with less haste; its nil: needless
}

// Start runs the program with these arguments and waits for nothing.
func Start(t testing.TB, args ...string) *Program {
	t.Helper()
	began := time.Now()
	p, err := proc.Start(proc.Command{
		Path: subject.command[0],
		Args: append(append([]string{}, subject.command[1:]...), args...),
		Env:  subject.env,
	})
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	started := &Program{t: t, args: args, began: began, proc: p, watch: quiet.New(p.Pid()), record: wire.New(subject.name)}
	t.Cleanup(started.end)
	return started
}

// Stdin is the program's standard input.
func (p *Program) Stdin() io.WriteCloser { return p.proc.Stdin() }

// Output is what the program has written to its standard output so far. A very
// long output lacks its middle.
func (p *Program) Output() string { return p.proc.Stdout().String() }

// ExpectExit wants the program to end by itself, with this status, and, where
// that is not 0, with a reason on standard error.
func (p *Program) ExpectExit(status int, causes ...Cause) {
	p.t.Helper()
	if !p.endsWithin(deadline) {
		p.fail(&finding{outcome: Tolerates, words: p.overdue(status), probe: p.endsAfterInput}, causes)
	}
	if status != 0 && todo.MatchString(p.proc.Stderr().String()) {
		p.fail(&finding{outcome: NotBegun}, causes) // which is not the error that was wanted
	}
	if p.proc.Exit().Code != status {
		p.fail(&finding{outcome: WrongStatus, want: "exit status " + itoa(status)}, causes)
	}
	if status != 0 && strings.TrimSpace(p.proc.Stderr().String()) == "" {
		p.fail(&finding{outcome: SaysNothing}, causes)
	}
}

// overdue says that a program goes on which should have ended.
func (p *Program) overdue(status int) string {
	if status == 0 {
		return subject.name + " goes on, where it should have ended."
	}
	return "" // the outcome's own words
}

// Stop asks the program to end, as a terminal's Ctrl-C and an init system's
// stop do, and wants it to.
func (p *Program) Stop(causes ...Cause) {
	p.t.Helper()
	if err := p.proc.Signal(syscall.SIGTERM); err != nil {
		p.proc.Kill() // where there is no such signal
	}
	if !p.endsWithin(deadline) {
		p.fail(&finding{outcome: WontStop}, causes)
	}
}

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

// argument is the one that follows flag.
func (p *Program) argument(flag string) string {
	if i := slices.Index(p.args, flag); i >= 0 && i+1 < len(p.args) {
		return p.args[i+1]
	}
	return AnyPort
}

// firstLine waits for the first line on standard output.
func (p *Program) firstLine() (string, bool) {
	out := p.proc.Stdout()
	find := func() (string, bool) {
		line, _, whole := strings.Cut(out.String(), "\n")
		return strings.TrimSuffix(line, "\r"), whole
	}
	p.await(func(step time.Duration) bool {
		changed := out.Changed()
		if _, ok := find(); ok {
			return true
		}
		select {
		case <-changed:
		case <-time.After(step):
		}
		_, ok := find()
		return ok
	}, func() bool {
		out.Flush()
		_, ok := find()
		return ok
	})
	return find()
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

// ended tells whether the program has exited, or is about to.
func (p *Program) ended() bool {
	if p.manner != "" { // it has just been seen to go on
		return p.endsIn(0)
	}
	return p.endsWithin(deadline)
}

// endsWithin waits until the program has exited, or shows that it goes on.
func (p *Program) endsWithin(limit time.Duration) bool {
	end := p.awaitFor(limit, func(step time.Duration) bool {
		select {
		case <-p.proc.Done():
			return true
		case <-time.After(step):
			return false
		}
	}, nil)
	return end == done || end == exited
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

// PID is the program's process ID, for tests that ask the system about it.
func (p *Program) PID() int { return p.proc.Pid() }

// commandLine is what a terminal would show.
func (p *Program) commandLine() string {
	words := []string{subject.name}
	if len(subject.command) > 1 { // in another language
		words = nil
		for _, word := range subject.command {
			words = append(words, filepath.Base(word))
		}
	}
	return "$ " + strings.Join(append(words, p.args...), " ")
}
