package lab

import (
	"fmt"
	"testing"

	"sockets.test/tools/internal/wire"
)

// A host is what the lab's own servers have in common: an address, the clients
// that were started for it, and one record of what passed between them.
type host struct {
	Addr    string // where it receives, or listens
	t       testing.TB
	record  *wire.Record
	program *Program // the client that was started, or typed to, last
	started int
	deaf    bool // it answers no handshake
}

func newHost(t testing.TB, addr string) host {
	record := wire.New("server")
	record.Address, record.OnLeft = addr, true
	return host{Addr: addr, t: t, record: record}
}

// Run starts the program as a client: with -addr and the server's address, and
// these arguments. What the server expects next, it expects of the client that
// was started last, or typed to since.
func (h *host) Run(args ...string) *Program {
	h.t.Helper()
	p := Start(h.t, append([]string{"-addr", h.Addr}, args...)...)
	p.record, p.watch.Deaf = h.record, h.deaf
	p.host, h.program = h, p
	if h.started++; h.started > 1 {
		p.label = fmt.Sprintf("%s %d", subject.name, h.started)
	}
	return p
}

// meet notes the address that a client turns out to have.
func (h *host) meet(addr string) {
	for _, c := range h.record.Clients() {
		if c.Address == addr {
			return
		}
	}
	h.record.Join(h.program.name(), addr)
}

// name is the program's on its lifeline.
func (p *Program) name() string {
	if p.label != "" {
		return p.label
	}
	return subject.name
}
