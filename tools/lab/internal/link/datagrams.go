package link

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
func (l *Link) datagram() bool {
	buf := make([]byte, 1<<16)
	l.front.SetReadDeadline(time.Now().Add(kernel.AtHand))
	n, from, err := l.front.ReadFromUDPAddrPort(buf)
	if err != nil {
		return false
	}
	l.pass(&l.there, &Datagram{flow: l.flow(from), Data: buf[:n], Event: -1})
	return true
}

// flow is the one that comes from this address.
func (l *Link) flow(from netip.AddrPort) *Flow {
	for _, f := range l.Clients {
		if f.Client == from {
			return f
		}
	}
	f := &Flow{name: ordinal("UDP", len(l.Clients)+1), Client: from, conn: l.dial()}
	l.record.Join(f.name, from.String())
	l.Clients = append(l.Clients, f)
	return f
}

// stranger is one that no client's socket is behind.
func (l *Link) stranger() *Flow {
	if l.alien == nil {
		l.alien = &Flow{name: "stranger", conn: l.dial()}
		l.record.Join(l.alien.name, l.alien.conn.LocalAddr().String())
	}
	return l.alien
}

// dial opens a socket towards the server.
func (l *Link) dial() *net.UDPConn {
	conn, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(l.udp))
	if err != nil {
		l.t.Fatalf("lab: %v", err)
	}
	l.t.Cleanup(func() { conn.Close() })
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
func (l *Link) answer(f *Flow) bool {
	buf := make([]byte, 1<<16)
	f.conn.SetReadDeadline(time.Now().Add(kernel.AtHand))
	n, err := f.conn.Read(buf)
	if err == nil {
		l.pass(&l.back, &Datagram{flow: f, Data: buf[:n], Event: -1})
	}
	return err == nil
}

// pass follows the script for the next datagram of a way.
func (l *Link) pass(w *way, d *Datagram) {
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
	if w.toServer {
		for _, text := range l.strange[n] {
			l.deliver(w, &Datagram{flow: l.stranger(), Data: []byte(text), Event: -1}, false)
		}
	}
}

func (l *Link) deliver(w *way, d *Datagram, lost bool) {
	d.Event = l.record.Add(wire.Event{Client: d.flow.name, Kind: wire.Bytes, ToServer: w.toServer, Data: d.Data, Lost: lost})
	if lost {
		return
	}
	if w.toServer {
		l.Given, l.readAt = l.Given+1, time.Time{}
		d.flow.conn.Write(d.Data) // a server that has gone takes nothing
	} else {
		l.front.WriteToUDPAddrPort(d.Data, d.flow.Client)
	}
}
