package transcripts

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"sockets.test/tools/internal/proc"
	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab"
	"sockets.test/tools/lab/internal/subject"
	"sockets.test/tools/lab/internal/wait"
)

// clientCommands are those of a transcript whose program is a client:
//
//	listen udp|tcp     opens a server of the lab's; $ADDR, $HOST and $PORT say
//	                   where, and say and hear call it server
//	accept             wants the client to connect to it
//	run [argument...]  starts the client, with -addr $ADDR
//	type TEXT          types TEXT, in which \n and the like are Go's
//	end-input          ends the client's input
//	printed TEXT       wants the client to end well, and to have printed TEXT
//	gives-up           wants the client to end with an error
//	host COMMAND...    starts somebody else's server, on a port of its choice;
//	                   $ADDR, $HOST and $PORT say where. Linux only
//	host-hears TEXT    wants TEXT in its output
//	host-says TEXT     types TEXT into it
//	host-ends          ends its input
var clientCommands = map[string]func(*testscript.TestScript, bool, []string){
	"listen":     listenCommand,
	"accept":     acceptCommand,
	"run":        runCommand,
	"type":       typeCommand,
	"end-input":  endInputCommand,
	"printed":    printedCommand,
	"gives-up":   givesUpCommand,
	"host":       hostCommand,
	"host-hears": hostHearsCommand,
	"host-says":  hostSaysCommand,
	"host-ends":  hostEndsCommand,
}

// A clientScript is what a transcript of a client has: it, and the server that
// it runs for.
type clientScript struct {
	addr    string
	udp     *lab.UDPPeer  // one of these three
	tcp     *lab.TCPPeer  //
	foreign *proc.Process // somebody else's
	began   time.Time     // and when that was started
	command string        // which is this
	before  string        // typed into it before it printed anything
	after   string        // and after
	client  *lab.Program
}

// udpHost is a server of the lab's that answers whoever asked last.
type udpHost struct {
	*lab.UDPPeer
	asker netip.AddrPort
}

func (u *udpHost) Expect(want string, _ ...string) {
	u.asker = u.UDPPeer.Expect(want)
}

func (u *udpHost) Say(text string) { u.UDPPeer.Say(u.asker, text) }

func listenCommand(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "listen udp|tcp")
	s := on(ts)
	switch args[0] {
	case "udp":
		s.runs.udp = lab.ListenUDP(s.t)
		s.clients["server"] = &udpHost{UDPPeer: s.runs.udp}
		s.runs.at(ts, s.runs.udp.Addr)
	case "tcp":
		s.runs.tcp = lab.ListenTCP(s.t)
		s.runs.at(ts, s.runs.tcp.Addr)
	default:
		ts.Fatalf("usage: listen udp|tcp")
	}
}

func (h *clientScript) at(ts *testscript.TestScript, addr string) {
	host, port, _ := net.SplitHostPort(addr)
	h.addr = addr
	ts.Setenv("ADDR", addr)
	ts.Setenv("HOST", host)
	ts.Setenv("PORT", port)
}

func acceptCommand(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 0, "accept")
	s := on(ts)
	if s.runs.tcp == nil || s.runs.client == nil {
		ts.Fatalf("listen tcp and run come first")
	}
	s.clients["server"] = s.runs.tcp.Accept()
}

func runCommand(ts *testscript.TestScript, neg bool, args []string) {
	s := on(ts)
	h := &s.runs
	if neg || h.addr == "" || h.client != nil {
		ts.Fatalf("usage: run [argument...], once, after listen or host")
	}
	switch {
	case h.udp != nil:
		h.client = h.udp.Run(args...)
	case h.tcp != nil:
		h.client = h.tcp.Run(args...)
	default:
		h.client = lab.Start(s.t, subject.With(h.addr, args)...)
		subject.NewPeer(s.t, h.addr).Takes(h.client.Subject())
		h.client.Subject().Waits.Partners = append(h.client.Subject().Waits.Partners, wait.New(h.foreign, h.began))
	}
	if dir := os.Getenv(recordEnv); dir != "" {
		ts.Defer(func() { ts.Check(s.saveClient(filepath.Join(dir, filepath.Base(ts.Name())+".json"), args)) })
	}
}

// theClient is the one that run has started.
func theClient(ts *testscript.TestScript) *lab.Program {
	p := on(ts).runs.client
	if p == nil {
		ts.Fatalf("run comes first")
	}
	return p
}

func typeCommand(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "type TEXT")
	theClient(ts).Type(unquote(ts, args[0]))
}

func endInputCommand(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 0, "end-input")
	theClient(ts).EndInput()
}

func printedCommand(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "printed TEXT")
	theClient(ts).ExpectOutput(unquote(ts, args[0]))
}

func givesUpCommand(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 0, "gives-up")
	theClient(ts).ExpectError()
}

// hostCommand knows the server's address from the kernel, and so needs no free
// port, and no word of the server's.
func hostCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: host COMMAND...")
	}
	path, err := exec.LookPath(args[0])
	ts.Check(err)
	began := time.Now()
	p, err := proc.Start(proc.Command{Path: path, Args: args[1:], Env: subject.Env()})
	ts.Check(err)
	ts.Defer(p.Kill)
	h := &on(ts).runs
	h.foreign, h.began = p, began
	found := until(p, time.Minute, func() bool { // it may have to be built first
		addr := listensAt(p.Pid())
		if addr.IsValid() {
			h.at(ts, netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), addr.Port()).String())
		}
		return addr.IsValid()
	})
	if !found {
		ts.Fatalf("%s opened no socket; it said %q", args[0], p.Stderr())
	}
	words := slices.Clone(args)
	if last := len(words) - 1; words[last] == "0" { // a reader would have to give the port
		_, words[last], _ = net.SplitHostPort(h.addr)
	}
	h.command = strings.Join(words, " ")
}

// listensAt is the address on which a process, or a child of it, waits.
func listensAt(pid int) netip.AddrPort {
	list, _ := quiet.Listeners(pid)
	for _, socket := range list {
		if socket.Net == "udp" || socket.State == "LISTEN" {
			return socket.Local
		}
	}
	return netip.AddrPort{}
}

// until looks every few milliseconds whether something is so.
func until(p *proc.Process, limit time.Duration, so func() bool) bool {
	for began := time.Now(); !so(); {
		select {
		case <-p.Done():
			return so()
		case <-time.After(3 * time.Millisecond):
		}
		if time.Since(began) > limit {
			return false
		}
	}
	return true
}

func hostHearsCommand(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "host-hears TEXT")
	h := &on(ts).runs
	text := unquote(ts, args[0])
	if !until(h.foreign, wait.Deadline, func() bool { return strings.Contains(h.foreign.Stdout().String(), text) }) {
		ts.Fatalf("%s printed %q, and not %q", h.command, h.foreign.Stdout(), text)
	}
}

func hostSaysCommand(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "host-says TEXT")
	h := &on(ts).runs
	text := unquote(ts, args[0])
	if h.foreign.Stdout().Size() == 0 {
		h.before += text
	} else {
		h.after += text
	}
	_, err := io.WriteString(h.foreign.Stdin(), text)
	ts.Check(err)
}

func hostEndsCommand(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 0, "host-ends")
	ts.Check(on(ts).runs.foreign.Stdin().Close())
}

// saveClient writes what was seen: the client's terminal, and the host's.
func (s *script) saveClient(path string, args []string) error {
	h := &s.runs
	p := h.client.Subject()
	p.Waits.EndsWithin(time.Second)
	out := p.Output() + p.Proc.Stderr().String()
	if p.Waits.EndsWithin(wait.Deadline) && p.Proc.Exit().Code != 0 {
		out += fmt.Sprintln(p.Proc.Exit()) // as go run says it
	}
	s.terminals = append(s.terminals, wire.Terminal{Command: strings.Join(append([]string{"client"}, args...), " "), In: p.Typed, Out: out})
	if h.foreign != nil {
		s.terminals = append(s.terminals, wire.Terminal{Command: h.command, In: h.before, Out: h.foreign.Stdout().String() + h.after})
	}
	c := p.Record.Conversation()
	c.Terminals = s.terminals
	return c.Save(path)
}
