package transcripts

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/network"
)

// linkCommands are those of a transcript whose program stands at both ends of
// a link:
//
//	link [INSTRUCTION...]   opens a link with this script; see network.Link
//	through [argument...]   starts the program, with -via, and wants it to end
//	table FILE              wants the table that it printed to have these rows
var linkCommands = map[string]func(*testscript.TestScript, bool, []string){
	"link":    linkCommand,
	"through": throughCommand,
	"table":   tableCommand,
}

func linkCommand(ts *testscript.TestScript, neg bool, args []string) {
	s := on(ts)
	if neg || s.link != nil {
		ts.Fatalf("usage: link [INSTRUCTION...], once")
	}
	s.link = network.NewLink(s.t, args...)
}

func throughCommand(ts *testscript.TestScript, neg bool, args []string) {
	s := on(ts)
	if neg || s.link == nil {
		ts.Fatalf("usage: through [argument...], after link")
	}
	p := s.link.Run(append([]string{"-timeout", "30ms"}, args...)...) // no reader waits for longer than that
	s.link.Carry()
	p.ExpectExit(0)
	s.linked = p
	if dir := os.Getenv(recordEnv); dir != "" {
		ts.Check(s.saveLinked(p, filepath.Join(dir, filepath.Base(ts.Name())+".json"), args))
	}
}

func tableCommand(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "table FILE")
	s := on(ts)
	if s.linked == nil {
		ts.Fatalf("through comes first")
	}
	s.linked.ExpectTable(ts.ReadFile(args[0]))
}

// saveLinked writes what was seen. The program's two ports are shown as one, as
// they are without a port of 0.
func (s *script) saveLinked(p *network.Program, path string, args []string) error {
	udp, tcp := s.link.Servers()
	out := strings.ReplaceAll(p.Output(), tcp.String(), udp.String())
	command := strings.Join(append([]string{"client", "-via", s.link.Addr}, args...), " ")
	c := p.Subject().Record.Conversation()
	c.Terminals = []wire.Terminal{{Command: command, Out: out}}
	return c.Save(path)
}
