package lab

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"sockets.test/tools/internal/quiet"
)

// TriesAgain is the outcome of a program that waits for a port to become free,
// where it should have said that the port is taken.
const TriesAgain Outcome = "tries again"

// taken is how systems and languages say EADDRINUSE.
var taken = regexp.MustCompile(`(?i)\bin use\b|EADDRINUSE|only one usage`)

// ExpectTaken wants the program to end with status 1, and a reason on standard
// error, because holder has the address that it was given. One that goes on
// sees the holder end: if it takes the port then, it has tried again.
func (p *Program) ExpectTaken(holder *Server, causes ...Cause) {
	p.t.Helper()
	p.awaitFor(deadline, func(step time.Duration) bool {
		return p.endsIn(step) || taken.MatchString(p.proc.Stderr().String()+p.Output())
	}, nil)
	if p.endsWithin(500 * time.Millisecond) {
		p.ExpectExit(1, causes...)
		return
	}
	if p.late && !p.saysReady() {
		holder.proc.Kill()
		p.awaitFor(deadline, func(step time.Duration) bool { return p.endsIn(step) || p.saysReady() }, nil)
		if p.endsIn(0) {
			p.ExpectExit(1, causes...)
			return
		}
		if p.saysReady() {
			p.fail(&finding{outcome: TriesAgain, words: subject.name + " waited until the port was free, and took it then."}, causes)
		}
	}
	f := &finding{outcome: Tolerates, listens: p.listens()}
	if f.listens == holder.Addr {
		f.words = fmt.Sprintf("%s listens on %s, as another program does already.", subject.name, f.listens)
	} else if f.listens != "" {
		f.words = fmt.Sprintf("%s was asked for %s, which is taken, and listens on %s.", subject.name, holder.Addr, f.listens)
	}
	p.fail(f, causes)
}

// endsIn waits for a step, at most, and tells whether the program has exited.
func (p *Program) endsIn(step time.Duration) bool {
	select {
	case <-p.proc.Done():
		return true
	case <-time.After(step):
	}
	select { // both may be true, and then the first select takes either
	case <-p.proc.Done():
		return true
	default:
		return false
	}
}

var saysReady = regexp.MustCompile(`(?m)\bready on \S+\s*$`)

// saysReady tells whether a line of the output says that the program is ready.
func (p *Program) saysReady() bool { return saysReady.MatchString(p.Output()) }

// Pretends is the sign of a program that goes on where it should have refused,
// and says that it is ready on a socket that it does not have.
var Pretends Sign = func(f *finding) bool {
	_, seen := quiet.Sockets(f.program.PID())
	return f.outcome == Tolerates && seen && f.listens == "" && f.program.saysReady()
}

// SharesThePort is the sign of a program that has the address that another has:
// only a socket with SO_REUSEPORT can, or SO_REUSEADDR if it is one of UDP's (or
// of Windows').
var SharesThePort Sign = func(f *finding) bool {
	return f.outcome == Tolerates && f.listens != "" && f.listens == f.program.argument("-addr")
}

// notListening says why no client finds the program.
func (p *Program) notListening() string {
	list, _ := quiet.Sockets(p.PID())
	for _, socket := range list {
		if socket.Local.String() == p.record.Address && (socket.Net == "udp" || socket.State == "LISTEN") {
			others := map[string]string{"udp": "TCP", "tcp": "UDP"}[socket.Net]
			return fmt.Sprintf("The socket on %s is one of %s, and the clients come by %s.", p.record.Address, strings.ToUpper(socket.Net), others)
		}
	}
	return fmt.Sprintf("No socket is open on %s, where %s said that it is ready.", p.record.Address, subject.name)
}
