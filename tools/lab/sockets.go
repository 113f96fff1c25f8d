package lab

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/internal/wire"
)

// Lacks is the outcome of a program that holds fewer sockets than its clients
// need.
const Lacks Outcome = "lacks sockets"

// miscounted is the finding that the program holds so many sockets, and not n.
func (s *Server) miscounted(have, n int) *finding {
	f := &finding{outcome: Leaks, want: itoa(n), got: []byte(itoa(have))}
	if have < n {
		f.outcome = Lacks
	}
	if n != 1 {
		f.words = fmt.Sprintf("%s holds %d sockets; wanted %d.", subject.name, have, n)
	}
	return f
}

// sockets is the transcript command "sockets N".
func sockets(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "sockets N")
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	s := on(ts)
	s.server.ExpectSockets(n)
	list, ok := quiet.Sockets(s.server.PID())
	if !ok {
		return
	}
	s.terminals = append(s.terminals, wire.Terminal{Command: "sockets", Out: table(list)})
}

// table lists sockets as ss(8) does, the welcome socket first, then by the
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

// settle is the transcript command "settle".
func settle(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 0, "settle")
	on(ts).server.Pause()
}

// Pause lets the program do what it has to do by itself, such as to accept a
// client: until it sleeps for good, or for a moment where that cannot be seen.
// It makes what comes next more certain; nothing right may depend on it.
func (s *Server) Pause() { s.endsWithin(200 * time.Millisecond) }

// AtOnce lets what clients do in the meantime come to the program at once, where
// a program can be stopped for so long. Nothing right may depend on it.
func (s *Server) AtOnce(do func()) { s.standStill(do) }
