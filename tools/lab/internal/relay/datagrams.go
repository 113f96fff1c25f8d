package relay

import (
	"net"
	"net/netip"
	"strconv"
	"time"

	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/kernel"
)

// A Flow is what one client's socket sends, and what comes back to it.
type Flow struct {
	name   string
	Client netip.AddrPort // its address
	conn   *net.UDPConn   // towards the server
}

// A Datagram is on its way.
type Datagram struct {
	flow  *Flow
	Data  []byte
	Event int // in the record, once it has arrived or was lost
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
	seen     []*Datagram   // number n is seen[n-1]
}

// datagram takes the next one that a client has sent.
func (r *Relay) datagram() bool {
	buf := make([]byte, 1<<16)
	r.front.SetReadDeadline(time.Now().Add(kernel.AtHand))
	n, from, err := r.front.ReadFromUDPAddrPort(buf)
	if err != nil {
		return false
	}
	r.pass(&r.there, &Datagram{flow: r.flow(from), Data: buf[:n], Event: -1})
	return true
}

// flow is the one that comes from this address.
func (r *Relay) flow(from netip.AddrPort) *Flow {
	for _, f := range r.Clients {
		if f.Client == from {
			return f
		}
	}
	f := &Flow{name: ordinal("UDP", len(r.Clients)+1), Client: from, conn: r.dial()}
	r.record.Join(f.name, from.String())
	r.Clients = append(r.Clients, f)
	return f
}

// stranger is one that no client's socket is behind.
func (r *Relay) stranger() *Flow {
	if r.alien == nil {
		r.alien = &Flow{name: "stranger", conn: r.dial()}
		r.record.Join(r.alien.name, r.alien.conn.LocalAddr().String())
	}
	return r.alien
}

// dial opens a socket towards the server.
func (r *Relay) dial() *net.UDPConn {
	conn, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(r.udp))
	if err != nil {
		r.t.Fatalf("lab: %v", err)
	}
	r.t.Cleanup(func() { conn.Close() })
	return conn
}

func ordinal(name string, n int) string {
	if n == 1 {
		return name
	}
	return name + " " + strconv.Itoa(n)
}

// answer takes the next datagram that the server has sent to a client. An
// error, such as of a port that is closed, is the server's silence.
func (r *Relay) answer(f *Flow) bool {
	buf := make([]byte, 1<<16)
	f.conn.SetReadDeadline(time.Now().Add(kernel.AtHand))
	n, err := f.conn.Read(buf)
	if err == nil {
		r.pass(&r.back, &Datagram{flow: f, Data: buf[:n], Event: -1})
	}
	return err == nil
}

// pass follows the script for the next datagram of a way.
func (r *Relay) pass(w *way, d *Datagram) {
	w.seen = append(w.seen, d)
	n := len(w.seen)
	switch {
	case w.dropAll || w.drop[n]:
		r.deliver(w, d, true)
	case w.hold[n] > n: // its turn comes
	default:
		r.deliver(w, d, false)
		if w.twice[n] {
			r.deliver(w, d, false)
		}
	}
	for i, held := range w.seen {
		if w.hold[i+1] == n && i+1 < n {
			r.deliver(w, held, false)
		}
	}
	for _, i := range w.repeat[n] {
		if i > 0 && i <= n {
			r.deliver(w, w.seen[i-1], false)
		}
	}
	if w.toServer {
		for _, text := range r.strange[n] {
			r.deliver(w, &Datagram{flow: r.stranger(), Data: []byte(text), Event: -1}, false)
		}
	}
}

func (r *Relay) deliver(w *way, d *Datagram, lost bool) {
	d.Event = r.record.Add(wire.Event{Client: d.flow.name, Kind: wire.Bytes, ToServer: w.toServer, Data: d.Data, Lost: lost})
	if lost {
		return
	}
	if w.toServer {
		r.Given, r.readAt = r.Given+1, time.Time{}
		d.flow.conn.Write(d.Data) // a server that has gone takes nothing
	} else {
		r.front.WriteToUDPAddrPort(d.Data, d.flow.Client)
	}
}
