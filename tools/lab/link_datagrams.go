package lab

import (
	"net"
	"net/netip"
	"time"

	"sockets.test/tools/internal/wire"
)

// A flow is what one client's socket sends, and what comes back to it.
type flow struct {
	name   string
	client netip.AddrPort
	conn   *net.UDPConn // towards the server
}

// A datagram is on its way.
type datagram struct {
	flow  *flow
	data  []byte
	event int // in the record, once it has arrived or was lost
}

// A way is one direction's script for datagrams, and how far it has come.
type way struct {
	toServer bool
	dropAll  bool
	drop     map[int]bool
	twice    map[int]bool
	late     map[int]bool
	hold     map[int]int   // which waits for which
	repeat   map[int][]int // behind which come copies of which
	seen     []*datagram   // number n is seen[n-1]
}

// datagram takes the next one that a client has sent.
func (l *Link) datagram() bool {
	buf := make([]byte, 1<<16)
	l.front.SetReadDeadline(time.Now().Add(atHand))
	n, from, err := l.front.ReadFromUDPAddrPort(buf)
	if err != nil {
		return false
	}
	l.pass(&l.there, &datagram{flow: l.flow(from), data: buf[:n], event: -1})
	return true
}

// flow is the one that comes from this address.
func (l *Link) flow(from netip.AddrPort) *flow {
	for _, f := range l.flows {
		if f.client == from {
			return f
		}
	}
	conn, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(l.udp))
	if err != nil {
		l.t.Fatalf("lab: %v", err)
	}
	l.t.Cleanup(func() { conn.Close() })
	f := &flow{name: ordinal("UDP", len(l.flows)+1), client: from, conn: conn}
	l.program.record.Join(f.name, from.String())
	l.flows = append(l.flows, f)
	return f
}

func ordinal(name string, n int) string {
	if n == 1 {
		return name
	}
	return name + " " + itoa(n)
}

// answer takes the next datagram that the server has sent to a client. An
// error, such as of a port that is closed, is the server's silence.
func (l *Link) answer(f *flow) bool {
	buf := make([]byte, 1<<16)
	f.conn.SetReadDeadline(time.Now().Add(atHand))
	n, err := f.conn.Read(buf)
	if err == nil {
		l.pass(&l.back, &datagram{flow: f, data: buf[:n], event: -1})
	}
	return err == nil
}

// pass follows the script for the next datagram of a way.
func (l *Link) pass(w *way, d *datagram) {
	w.seen = append(w.seen, d)
	n := len(w.seen)
	switch {
	case w.dropAll || w.drop[n]:
		l.deliver(w, d, true)
	case w.hold[n] > n: // its turn comes
	default:
		l.deliver(w, d, false)
		if w.twice[n] {
			l.deliver(w, d, false)
		}
	}
	for i, held := range w.seen {
		if w.hold[i+1] == n && i+1 < n {
			l.deliver(w, held, false)
		}
	}
	for _, i := range w.repeat[n] {
		if i > 0 && i <= n {
			l.deliver(w, w.seen[i-1], false)
		}
	}
}

func (l *Link) deliver(w *way, d *datagram, lost bool) {
	d.event = l.program.record.Add(wire.Event{Client: d.flow.name, Kind: wire.Bytes, ToServer: w.toServer, Data: d.data, Lost: lost})
	if lost {
		return
	}
	if w.toServer {
		l.given, l.readAt = l.given+1, time.Time{}
		d.flow.conn.Write(d.data) // a server that has gone takes nothing
	} else {
		l.front.WriteToUDPAddrPort(d.data, d.flow.client)
	}
}
