package lab

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
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
	t      testing.TB
	args   []string
	proc   *proc.Process
	waits  *wait.Process // the same, as somebody who waits for it sees it
	record *wire.Record
	label  string // its name beside others of its kind

	typed    string // on its standard input, by Type
	untyped  []byte // of that, what the pipe had no room for yet
	typedAll bool   // the input has ended

	remarks int // lines on standard error before it was ready

	streams []*TCP         // the lab's ends of connections with it
	clients []*net.UDPConn // to be closed when the program has ended

	peer    *TCPPeer        // that it was started for, as a client
	toward  *peer           // the same, or one of UDP
	link    *Link           // that it stands at both ends of
	patient func() *Program // plays the same again, with less haste; its nil: needless
}

// limits are beyond what any right program needs, also one that forks for each
// of a few hundred clients. They keep a wrong one from taking the machine along.
var limits = proc.Limits{Memory: 2 << 30, Processes: 512}

// Start runs the program with these arguments and waits for nothing.
func Start(t testing.TB, args ...string) *Program {
	t.Helper()
	began := time.Now()
	p, err := proc.Start(proc.Command{
		Path: subject.command[0],
		Args: append(append([]string{}, subject.command[1:]...), args...),
		Env:  subject.env,

		Limits: limits,
	})
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	started := &Program{t: t, args: args, proc: p, waits: wait.New(p, began), record: wire.New(subject.name)}
	started.waits.Feed, started.waits.Progress, started.waits.Timeout = started.feed, started.progress, started.timeout()
	t.Cleanup(started.end)
	return started
}

// with puts -addr and an address behind the subcommand, if the arguments begin
// with one.
func with(addr string, args []string) []string {
	at := 0
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		at = 1
	}
	return slices.Insert(slices.Clone(args), at, "-addr", addr)
}

// end kills the program, and then, when all that it wrote has been read, looks
// for a data race that no expectation has come upon.
func (p *Program) end() {
	p.proc.Kill()
	for _, conn := range p.clients {
		conn.Close()
	}
	if !p.t.Failed() && p.raced() {
		p.fail(&mismatch{outcome: failure.DataRace})
	}
}

// Together has programs wait for each other: none of them is taken to be silent
// while another, which may be about to speak to it, is at work.
func Together(programs ...*Program) {
	for _, p := range programs {
		for _, other := range programs {
			if other != p && !slices.Contains(p.waits.Partners, other.waits) {
				p.waits.Partners = append(p.waits.Partners, other.waits)
			}
		}
	}
}

// Type writes to the program's standard input. A line may be longer than a
// pipe: a program that takes no more of it for now, because it is busy saying
// what it has, gets the rest while the lab waits for something else.
func (p *Program) Type(text string) {
	p.t.Helper()
	if p.toward != nil {
		p.toward.program = p
	}
	p.typed += text
	p.untyped = append(p.untyped, text...)
	p.feed()
	if len(p.untyped) == 0 {
		return
	}
	p.waits.Await(func(step time.Duration) bool {
		for began := time.Now(); len(p.untyped) > 0 && time.Since(began) < step; {
			if !p.feed() {
				time.Sleep(50 * time.Microsecond)
			}
		}
		return len(p.untyped) == 0
	}, nil)
}

// EndInput ends the program's standard input, as Ctrl-D does at a terminal.
func (p *Program) EndInput() {
	p.typedAll = true
	p.proc.Stdin().Close()
}

// feed types as much as the pipe has room for, has each connection take as much
// as it does, and reports whether that was anything.
func (p *Program) feed() bool {
	some := false
	if len(p.untyped) > 0 {
		n := kernel.WriteNow(p.proc.Stdin().(*os.File), p.untyped)
		p.untyped = p.untyped[n:]
		some = n > 0
	}
	for _, c := range p.streams {
		some = c.feed() || some
	}
	return some
}

// progress is how many bytes went through the program's standard input and
// output, which no socket shows: a client that takes a line of millions byte by
// byte, or prints an answer so, is at work. A server that prints for ever is not.
func (p *Program) progress() int {
	const chatter = 8 << 20 // bytes printed are more than any answer; what follows them is no step
	taken := len(p.typed) - len(p.untyped)
	if !p.record.OnLeft {
		return taken
	}
	return taken + min(p.proc.Stdout().Size(), chatter)
}

// Output is what the program has written to its standard output so far. A very
// long output lacks its middle.
func (p *Program) Output() string { return p.proc.Stdout().String() }

func (p *Program) pid() int { return p.proc.Pid() }

// Settle lets the program do what it has to do by itself, such as to accept a
// client: until it sleeps, whatever timer it has set, or for a moment where that
// cannot be seen. It makes what comes next more certain; nothing right may
// depend on it.
func (p *Program) Settle() { p.waits.Settle() }

// Rest lets so much time pass. A program that will do nothing by itself in that
// time is not waited for.
func (p *Program) Rest(d time.Duration) { p.waits.Rest(d) }

// argument is the one that follows flag.
func (p *Program) argument(flag string) string {
	if i := slices.Index(p.args, flag); i >= 0 && i+1 < len(p.args) {
		return p.args[i+1]
	}
	return AnyPort
}

// timeout is the program's -timeout, 0 if it has none.
func (p *Program) timeout() time.Duration {
	d, _ := time.ParseDuration(p.argument("-timeout"))
	return d
}

// firstLine waits for the first line on standard output.
func (p *Program) firstLine() (line string, ok bool, w wait.Result) {
	out := p.proc.Stdout()
	find := func() (string, bool) {
		line, _, whole := strings.Cut(out.String(), "\n")
		return strings.TrimSuffix(line, "\r"), whole
	}
	w = p.waits.AwaitOutput(out, wait.Deadline, func() bool { _, ok := find(); return ok })
	line, ok = find()
	return line, ok, w
}

// name is the program's on its lifeline.
func (p *Program) name() string {
	if p.label != "" {
		return p.label
	}
	return subject.name
}

// commandLine is what a terminal would show.
func (p *Program) commandLine() string {
	words := []string{subject.name}
	if len(subject.command) > 1 { // in another language
		words = nil
		for _, word := range subject.command {
			words = append(words, filepath.Base(word))
		}
	}
	return strings.Join(append(words, p.args...), " ")
}

func itoa(n int) string { return strconv.Itoa(n) }
