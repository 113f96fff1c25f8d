package subject

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/proc"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/kernel"
	"sockets.test/tools/lab/internal/wait"
)

// A Program is a process under test. It ends with the test that started it.
type Program struct {
	T      testing.TB
	Args   []string
	Proc   *proc.Process
	Waits  *wait.Process // the same, as somebody who waits for it sees it
	Record *wire.Record
	Typed  string // on its standard input, by Type

	label    string // its name beside others of its kind
	untyped  []byte // of what was typed, what the pipe had no room for yet
	typedAll bool   // the input has ended

	streams []*TCP         // the lab's ends of connections with it
	flow    atomic.Int64   // bytes that they have sent and received
	clients []*net.UDPConn // to be closed when the program has ended

	peer    *Peer    // the lab's server that it was started for, as a client
	tcpPeer *TCPPeer // the same, if it is one of TCP
}

// limits are beyond what any right program needs, also one that forks for each
// of a few hundred clients. They keep a wrong one from taking the machine along.
var limits = proc.Limits{Memory: 2 << 30, Processes: 512}

// AnyPort is where servers are asked to listen: on a port of the kernel's choice.
const AnyPort = "127.0.0.1:0"

// Start runs the program with these arguments and waits for nothing.
func Start(t testing.TB, args ...string) *Program {
	t.Helper()
	began := time.Now()
	p, err := proc.Start(proc.Command{
		Path: program.command[0],
		Args: append(append([]string{}, program.command[1:]...), args...),
		Env:  program.env,

		Limits: limits,
	})
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	started := &Program{T: t, Args: args, Proc: p, Waits: wait.New(p, began), Record: wire.New(program.name)}
	started.Waits.Feed, started.Waits.Progress, started.Waits.Timeout = started.feed, started.progress, started.Timeout()
	t.Cleanup(started.end)
	return started
}

// With puts -addr and an address behind the subcommand, if the arguments begin
// with one.
func With(addr string, args []string) []string {
	at := 0
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		at = 1
	}
	return slices.Insert(slices.Clone(args), at, "-addr", addr)
}

// end kills the program, and then, when all that it wrote has been read, looks
// for a data race that no expectation has come upon.
func (p *Program) end() {
	p.Proc.Kill()
	for _, conn := range p.clients {
		conn.Close()
	}
	if !p.T.Failed() && p.raced() {
		p.Fail(&Mismatch{Outcome: failure.DataRace})
	}
}

// Type writes to the program's standard input. A line may be longer than a
// pipe: a program that takes no more of it for now, because it is busy saying
// what it has, gets the rest while the lab waits for something else.
func (p *Program) Type(text string) {
	p.T.Helper()
	if p.peer != nil {
		p.peer.Program = p
	}
	p.Typed += text
	p.untyped = append(p.untyped, text...)
	p.feed()
	if len(p.untyped) == 0 {
		return
	}
	p.Waits.Await(func(step time.Duration) bool {
		for began := time.Now(); len(p.untyped) > 0 && time.Since(began) < step; {
			if !p.feed() {
				time.Sleep(50 * time.Microsecond)
			}
		}
		return len(p.untyped) == 0
	}, nil)
}

// EndInput ends the program's standard input.
func (p *Program) EndInput() {
	p.typedAll = true
	p.Proc.Stdin().Close()
}

// feed types as much as the pipe has room for, has each connection take as much
// as it does, and reports whether that was anything.
func (p *Program) feed() bool {
	some := false
	if len(p.untyped) > 0 {
		n := kernel.WriteNow(p.Proc.Stdin().(*os.File), p.untyped)
		p.untyped = p.untyped[n:]
		some = n > 0
	}
	for _, c := range p.streams {
		some = c.feed() || some
	}
	return some
}

// progress is how many bytes went between the program and the lab, and, as no
// socket shows, through its standard input and output: a client that takes a line
// of millions byte by byte, or prints an answer so, is at work. A server that
// prints for ever is not.
func (p *Program) progress() int {
	const chatter = 8 << 20 // bytes printed are more than any answer; what follows them is no step
	taken := len(p.Typed) - len(p.untyped) + int(p.flow.Load())
	if !p.Record.OnLeft {
		return taken
	}
	return taken + min(p.Proc.Stdout().Size(), chatter)
}

// Output is what the program has written to its standard output so far. A very
// long output lacks its middle.
func (p *Program) Output() string { return p.Proc.Stdout().String() }

// Said is that, behind what it has written to standard error.
func (p *Program) Said() string { return p.Proc.Stderr().String() + p.Output() }

// Pid is the process's number.
func (p *Program) Pid() int { return p.Proc.Pid() }

// Argument is the one that follows flag.
func (p *Program) Argument(flag string) string {
	if i := slices.Index(p.Args, flag); i >= 0 && i+1 < len(p.Args) {
		return p.Args[i+1]
	}
	return AnyPort
}

// Timeout is the program's -timeout, 0 if it has none.
func (p *Program) Timeout() time.Duration {
	d, _ := time.ParseDuration(p.Argument("-timeout"))
	return d
}

// Name is the program's on its lifeline.
func (p *Program) Name() string {
	if p.label != "" {
		return p.label
	}
	return program.name
}

// commandLine is what a terminal would show.
func (p *Program) commandLine() string {
	words := []string{program.name}
	if len(program.command) > 1 { // in another language
		words = nil
		for _, word := range program.command {
			words = append(words, filepath.Base(word))
		}
	}
	return strings.Join(append(words, p.Args...), " ")
}
