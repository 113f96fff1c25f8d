// Package transcripts replays a chapter's transcripts: the terminals of a server
// and of its clients, as the lesson shows them. What a transcript wants is what
// the vocabulary of package lab wants; a failure is one of lab's. See Run.
//
// Goal: a transcript reads like a conversation at a terminal; its commands are few,
// and each is one line of Go.
//
// Non-goals: a shell, and whatever needs an if.
package transcripts

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"sockets.test/tools/internal/proc"
	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab"
	"sockets.test/tools/lab/internal/subject"
	"sockets.test/tools/lab/internal/wait"
	"sockets.test/tools/lab/network"
)

const (
	recordEnv = "LAB_RECORD"      // a folder for what the transcripts show; none if empty
	folderEnv = "LAB_TRANSCRIPTS" // a folder of transcripts to run instead of the chapter's
)

// Run replays the transcripts in testdata, each as a subtest. Beside testscript's
// own commands a transcript has
//
//	serve [argument...]     starts the server; $ADDR, $HOST and $PORT say where
//	udp NAME                opens a client's socket
//	tcp NAME                connects a client
//	say NAME TEXT           sends TEXT, in which \n and the like are Go's
//	hear NAME TEXT          wants TEXT to come next
//	half-close NAME         ends the client's stream, and still listens
//	hear-end NAME           wants the end of the stream
//	close NAME              closes the client's socket
//	settle                  lets the server come to rest
//	sockets N               wants the server to hold N sockets, and lists them
//	client FILE COMMAND...  runs somebody else's client with FILE as its input;
//	                        its output is for stdout and cmp
//
// and, where the program is a client, those of clientCommands; where it stands
// at both ends of a link, those of linkCommands.
func Run(t *testing.T) {
	t.Helper()
	subject.SubtestsFollow(t)
	dir := os.Getenv(folderEnv)
	if dir == "" {
		dir = "testdata"
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("lab: there are no transcripts in %s", dir)
	}
	work, remove, err := proc.TempDir("transcripts")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(remove)
	commands := map[string]func(*testscript.TestScript, bool, []string){
		"serve":      serve,
		"udp":        udp,
		"tcp":        tcp,
		"say":        say,
		"hear":       hear,
		"half-close": halfClose,
		"hear-end":   hearEnd,
		"close":      closeClient,
		"client":     client,
		"settle":     settle,
		"sockets":    sockets,
	}
	maps.Copy(commands, clientCommands)
	maps.Copy(commands, linkCommands)
	testscript.RunT(terse{t}, testscript.Params{
		Files:               files,
		WorkdirRoot:         work,
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Values[scriptKey{}] = &script{t: env.T().(testing.TB), clients: map[string]endpoint{}}
			return nil
		},
		Cmds: commands,
	})
}

// A terse test has testscript say what a script did, and not, under -v, in
// which environment too.
type terse struct{ *testing.T }

func (terse) Verbose() bool { return false }

func (t terse) Run(name string, test func(testscript.T)) {
	t.T.Run(name, func(t *testing.T) { test(terse{t}) })
}

// A script is one transcript under way.
type script struct {
	t         testing.TB
	server    *lab.Server
	clients   map[string]endpoint
	terminals []wire.Terminal
	runs      clientScript     // of a client: see clientCommands
	link      *network.Link    // of a program at both of its ends: see linkCommands
	linked    *network.Program // and the program
}

// An endpoint is the lab's end, of either kind.
type endpoint interface {
	Say(text string)
	Expect(want string, or ...string)
}

type scriptKey struct{}

func on(ts *testscript.TestScript) *script { return ts.Value(scriptKey{}).(*script) }

// want checks a command's arguments: their number, and that it is not negated.
func want(ts *testscript.TestScript, neg bool, args []string, n int, usage string) {
	if neg || len(args) != n {
		ts.Fatalf("usage: %s", usage)
	}
}

func serve(ts *testscript.TestScript, neg bool, args []string) {
	s := on(ts)
	if neg || s.server != nil {
		ts.Fatalf("usage: serve [argument...], once")
	}
	s.server = lab.Serve(s.t, args...)
	host, port, _ := net.SplitHostPort(s.server.Addr)
	ts.Setenv("ADDR", s.server.Addr)
	ts.Setenv("HOST", host)
	ts.Setenv("PORT", port)
	if dir := os.Getenv(recordEnv); dir != "" {
		ts.Defer(func() { ts.Check(s.save(filepath.Join(dir, filepath.Base(ts.Name())+".json"))) })
	}
}

func (s *script) join(ts *testscript.TestScript, name string, open func(*lab.Server) endpoint) {
	if s.server == nil {
		ts.Fatalf("serve comes first")
	}
	s.clients[name] = open(s.server)
}

func udp(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "udp NAME")
	on(ts).join(ts, args[0], func(s *lab.Server) endpoint { return s.UDP(args[0]) })
}

func tcp(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "tcp NAME")
	on(ts).join(ts, args[0], func(s *lab.Server) endpoint { return s.TCP(args[0]) })
}

func (s *script) client(ts *testscript.TestScript, name string) endpoint {
	c, ok := s.clients[name]
	if !ok {
		ts.Fatalf("there is no client called %s", name)
	}
	return c
}

func (s *script) stream(ts *testscript.TestScript, name string) *lab.TCP {
	c, ok := s.client(ts, name).(*lab.TCP)
	if !ok {
		ts.Fatalf("%s has no connection: it was opened by udp", name)
	}
	return c
}

func say(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "say NAME TEXT")
	on(ts).client(ts, args[0]).Say(unquote(ts, args[1]))
}

func hear(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "hear NAME TEXT")
	on(ts).client(ts, args[0]).Expect(unquote(ts, args[1]))
}

func halfClose(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "half-close NAME")
	on(ts).stream(ts, args[0]).End()
}

func hearEnd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "hear-end NAME")
	on(ts).stream(ts, args[0]).ExpectEnd()
}

func closeClient(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "close NAME")
	on(ts).stream(ts, args[0]).Close()
}

// client runs a program and keeps what its terminal would show.
func client(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: client FILE COMMAND...")
	}
	in := ts.ReadFile(args[0])
	path, err := exec.LookPath(args[1])
	ts.Check(err)
	p, err := proc.Start(proc.Command{Path: path, Args: args[2:], Env: subject.Env()})
	ts.Check(err)
	ts.Defer(p.Kill)
	io.WriteString(p.Stdin(), in)
	p.Stdin().Close()
	select {
	case <-p.Done():
	case <-time.After(wait.Deadline):
		ts.Fatalf("%s did not end within %v; it printed %q", args[1], wait.Deadline, p.Stdout())
	}
	out := p.Stdout().String()
	io.WriteString(ts.Stdout(), out)
	on(ts).terminals = append(on(ts).terminals, wire.Terminal{Command: strings.Join(args[1:], " "), In: in, Out: out})
}

func unquote(ts *testscript.TestScript, text string) string {
	plain, err := strconv.Unquote(`"` + strings.ReplaceAll(text, `"`, `\"`) + `"`)
	if err != nil {
		ts.Fatalf("%s: not a Go string: %v", text, err)
	}
	return plain
}

// save writes what was seen, once the server has come to rest.
func (s *script) save(path string) error {
	s.server.Subject().Waits.EndsWithin(time.Second)
	c := s.server.Subject().Record.Conversation()
	c.Terminals = append([]wire.Terminal{{Command: "server", Out: s.server.Output()}}, s.terminals...)
	return c.Save(path)
}

// settle is the transcript command "settle".
func settle(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 0, "settle")
	on(ts).server.Settle()
}

// sockets is the transcript command "sockets N".
func sockets(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "sockets N")
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	s := on(ts)
	s.server.ExpectSockets(n)
	list, ok := quiet.Sockets(s.server.Subject().Pid())
	if !ok {
		return
	}
	s.terminals = append(s.terminals, wire.Terminal{Command: "sockets", Out: table(list)})
}

// table lists sockets as ss(8) does, the listening socket first, then by the
// client's port.
func table(list []quiet.Socket) string {
	slices.SortFunc(list, func(a, b quiet.Socket) int {
		return cmp.Or(cmp.Compare(a.Remote.Port(), b.Remote.Port()), cmp.Compare(a.State, b.State))
	})
	b := new(strings.Builder)
	fmt.Fprintf(b, "%-12s  %-16s  %s\n", "state", "own address", "the other's address")
	for _, socket := range list {
		remote := socket.Remote.String()
		if socket.Remote.Port() == 0 {
			remote = "none"
		}
		fmt.Fprintf(b, "%-12s  %-16s  %s\n", socket.State, socket.Local, remote)
	}
	return b.String()
}
