package lab

import (
	"fmt"
	"net/netip"
	"strings"
)

// asked is where -addr told the program to listen. A host left out stands for
// every interface: it is wide then, and the address is one at which a client of
// this machine finds it.
func (p *Program) asked() (addr netip.AddrPort, wide bool) {
	given := p.argument("-addr")
	if wide = strings.HasPrefix(given, ":"); wide {
		given = "127.0.0.1" + given
	}
	return netip.MustParseAddrPort(given), wide
}

// Refuses tells whether the program, instead of being ready, has ended with an
// error: one that wants a host to be named may say so.
func (p *Program) Refuses() bool {
	p.t.Helper()
	_, ready := p.firstLine()
	return !ready && p.ended() && p.proc.Exit().Code > 0 && !todo.MatchString(p.proc.Stderr().String())
}

// parseReady reads the address that a program says it is ready on. One that
// was given no host may say none.
func parseReady(said string, wide bool) (netip.AddrPort, error) {
	if wide && strings.HasPrefix(said, ":") {
		said = "0.0.0.0" + said
	}
	return netip.ParseAddrPort(said)
}

// isAt tells whether a socket that is bound to this address is where the
// program was told to be.
func (s *Server) isAt(local netip.AddrPort) bool {
	if !s.wide {
		return local.String() == s.Addr
	}
	return local.Addr().IsUnspecified() && local.Port() == netip.MustParseAddrPort(s.Addr).Port()
}

// elsewhere is the finding that no socket was where the program said, and that
// one is bound to this address.
func (s *Server) elsewhere(at string) *finding {
	f := &finding{outcome: WrongPlace, want: s.Addr, got: []byte(at)}
	if local, err := netip.ParseAddrPort(at); err == nil && s.isAt(local) { // now, and not at the first look
		words := fmt.Sprintf("%s said that it is ready on %s before a socket was listening there.", subject.name, s.Addr)
		return &finding{outcome: NotListening, words: words}
	}
	f.words = fmt.Sprintf("%s said that it is ready on %s, and its socket is bound to %s.", subject.name, s.Addr, at)
	if s.wide {
		f.words = fmt.Sprintf("%s was given no host, which stands for every interface, and its socket is bound to %s.", subject.name, at)
	}
	return f
}
