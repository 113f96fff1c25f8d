package lab

import (
	"fmt"
	"testing"

	"sockets.test/tools/internal/wire"
)

// A peer is what the lab's own servers have in common: an address, the clients
// that were started for it, and one record of what passed between them.
type peer struct {
	Addr    string // where it receives, or listens
	t       testing.TB
	record  *wire.Record
	program *Program // the client that was started, or typed to, last
	started int
	deaf    bool // it answers no handshake
}

func newPeer(t testing.TB, addr string) peer {
	record := wire.New("server")
	record.Address, record.OnLeft = addr, true
	return peer{Addr: addr, t: t, record: record}
}

// Run starts the program as a client: with -addr and the server's address, and
// these arguments, of which a subcommand comes first. What the server expects
// next, it expects of the client that was started last, or typed to since.
func (h *peer) Run(args ...string) *Program {
	h.t.Helper()
	p := Start(h.t, with(h.Addr, args)...)
	p.record, p.waits.Watch.Deaf = h.record, h.deaf
	p.toward, h.program = h, p
	if h.started++; h.started > 1 {
		p.label = fmt.Sprintf("%s %d", subject.name, h.started)
	}
	return p
}

// meet notes the address that a client turns out to have.
func (h *peer) meet(addr string) {
	for _, c := range h.record.Clients() {
		if c.Address == addr {
			return
		}
	}
	h.record.Join(h.program.name(), addr)
}
