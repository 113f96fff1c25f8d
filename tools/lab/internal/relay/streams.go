package relay

import (
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/kernel"
	"sockets.test/tools/lab/internal/wait"
)

// A Stream is one connection through the relay.
type Stream struct {
	name      string
	near, far *net.TCPConn // to the client, and to the server
	All       []byte       // that the client has sent
	given     int          // how much of it was handed on
	sizes     []int        // of pieces; nil for as it comes, {0} for lines
	cutAfter  int          // so many bytes, -1 for never
	endAfter  int          // the same
	restAfter int          // the same
	Ended     bool         // the client has
	Broke     bool         // it has with a reset, and what was on its way is lost
	over      bool         // nothing more is handed on
	answered  bool         // nor comes back
	pieces    []piece
	rested    bool // it has stood still, where it was to
}

// accept takes the next client, and connects it.
func (r *Relay) accept() bool {
	r.listener.SetDeadline(time.Now().Add(kernel.AtHand))
	near, err := r.listener.AcceptTCP()
	if err != nil {
		return false
	}
	r.t.Cleanup(func() { near.Close() })
	n := len(r.Streams) + 1
	s := &Stream{name: ordinal("TCP", n), near: near, sizes: r.sizes[0], cutAfter: -1, endAfter: -1, restAfter: -1}
	if own, ok := r.sizes[n]; ok {
		s.sizes = own
	}
	for _, i := range []int{0, n} {
		if after, ok := r.cuts[i]; ok {
			s.cutAfter = after
		}
		if after, ok := r.ends[i]; ok {
			s.endAfter = after
		}
		if after, ok := r.rests[i]; ok {
			s.restAfter = after
		}
	}
	r.Streams = append(r.Streams, s)
	record := r.record
	record.Join(s.name, near.RemoteAddr().String())
	dialer := net.Dialer{Timeout: wait.Deadline}
	if r.full { // it has had its time
		dialer.Timeout = 100 * time.Millisecond
	}
	far, err := dialer.Dial("tcp4", r.tcp.String())
	if err != nil {
		r.full = true
		record.Add(wire.Event{Client: s.name, Kind: wire.Refused, ToServer: true})
		r.refuse(s)
		return true
	}
	r.t.Cleanup(func() { far.Close() })
	s.far = far.(*net.TCPConn)
	record.Add(wire.Event{Client: s.name, Kind: wire.Connect, ToServer: true})
	return true
}

// hear takes what a client says on its connection.
func (r *Relay) hear(s *Stream) bool {
	buf := make([]byte, 1<<16)
	s.near.SetReadDeadline(time.Now().Add(kernel.AtHand))
	n, err := s.near.Read(buf)
	s.All = append(s.All, buf[:n]...)
	s.Broke = kernel.IsReset(err)
	s.Ended = s.Broke || errors.Is(err, io.EOF)
	return n > 0 || s.Ended
}

// refuse resets a client's connection, because the server has gone. What the client
// has said is heard before: it may have gone with the server, and has said it all.
func (r *Relay) refuse(s *Stream) {
	for !s.Ended && r.hear(s) {
	}
	s.answered, s.over = true, true
	s.near.SetLinger(0)
	s.near.Close()
}

// first is the first stream that is not over, and does not rest; nil if there is
// none.
func (r *Relay) first() *Stream {
	for _, s := range r.Streams {
		if !s.over && !s.rests() {
			return s
		}
	}
	return nil
}

// rests reports whether a stream stands still.
func (s *Stream) rests() bool { return !s.over && s.given == s.restAfter && !s.rested }

// resting is the first stream that does; nil if there is none.
func (r *Relay) resting() *Stream {
	for _, s := range r.Streams {
		if s.rests() {
			return s
		}
	}
	return nil
}

// untaken reports whether something waits for the server to read.
func (r *Relay) untaken() bool {
	s := r.first()
	return s != nil && s.given > 0 && (s.Ended || s.next() > 0)
}

// moveStream hands on what is next of the first stream that is not over.
func (r *Relay) moveStream() bool {
	s := r.first()
	if s == nil {
		return false
	}
	size := s.next()
	if s.cutAfter >= 0 {
		size = min(size, s.cutAfter-s.given)
	}
	cut := s.cutAfter >= 0 && s.given >= s.cutAfter && s.Ended || s.Broke && size == 0
	if s.restAfter > s.given {
		size = min(size, s.restAfter-s.given)
	}
	end := s.Ended
	if s.endAfter >= 0 {
		size = min(size, s.endAfter-s.given)
		end = end || s.given >= s.endAfter
	}
	if !cut && size == 0 && !end || !r.taken(s) {
		return false
	}
	switch {
	case cut:
		r.cut(s)
	case size > 0:
		r.give(s, size)
	default:
		r.record.Add(wire.Event{Client: s.name, Kind: wire.End, ToServer: true})
		s.over = true
		s.far.CloseWrite()
	}
	return true
}

// cut resets a connection, at both of its ends.
func (r *Relay) cut(s *Stream) {
	r.record.Add(wire.Event{Client: s.name, Kind: wire.Reset, ToServer: true})
	s.over, s.answered = true, true
	for _, conn := range []*net.TCPConn{s.far, s.near} {
		conn.SetLinger(0)
		conn.Close()
	}
}

// next is the size of the next piece, 0 if it is not complete.
func (s *Stream) next() int {
	rest := s.All[s.given:]
	size := len(rest)
	switch n := len(s.pieces); {
	case s.sizes == nil:
	case s.sizes[min(n, len(s.sizes)-1)] == 0:
		size = strings.IndexByte(string(rest), '\n') + 1
	default:
		if want := s.sizes[min(n, len(s.sizes)-1)]; want <= len(rest) {
			size = want
		} else {
			size = 0
		}
	}
	if size == 0 && s.Ended {
		return len(rest)
	}
	return size
}

// give hands a piece on.
func (r *Relay) give(s *Stream, size int) {
	data := s.All[s.given : s.given+size]
	event := r.record.Add(wire.Event{Client: s.name, Kind: wire.Bytes, ToServer: true, Data: data})
	s.pieces = append(s.pieces, piece{event, size})
	s.given += size
	if s.given == s.restAfter {
		r.record.Add(wire.Event{Client: s.name, Kind: wire.Note, Text: "silence"})
	}
	s.far.SetWriteDeadline(time.Now().Add(wait.Deadline))
	s.far.Write(data)
}

// taken reports whether the server has read every piece so far, or never will.
// A client's stream goes at its own pace where no script says how.
func (r *Relay) taken(s *Stream) bool {
	if s.sizes == nil && s.cutAfter < 0 && s.endAfter < 0 && s.restAfter < 0 || s.given == 0 {
		return true
	}
	peer, ok := r.peer(s)
	return !ok || peer.RecvQ == 0 && peer.Inode != 0 && kernel.Unsent(s.far) == 0
}

// peer is the server's socket of a connection.
func (r *Relay) peer(s *Stream) (quiet.Socket, bool) {
	here, there := s.far.LocalAddr().(*net.TCPAddr).AddrPort(), s.far.RemoteAddr().(*net.TCPAddr).AddrPort()
	return quiet.Connection(r.program.Pid(), there, here)
}

// moveBack hands on what the server says on a connection.
func (r *Relay) moveBack(s *Stream) bool {
	buf := make([]byte, 1<<16)
	s.far.SetReadDeadline(time.Now().Add(kernel.AtHand))
	n, err := s.far.Read(buf)
	switch {
	case n > 0:
		r.record.Add(wire.Event{Client: s.name, Kind: wire.Bytes, Data: buf[:n]})
		s.near.SetWriteDeadline(time.Now().Add(wait.Deadline))
		s.near.Write(buf[:n])
	case errors.Is(err, io.EOF):
		s.answered = true
		s.near.CloseWrite()
	case kernel.IsReset(err):
		r.refuse(s)
	default:
		return false
	}
	return true
}

// A piece is an event of the record, and how many bytes of the stream it has.
type piece struct{ event, size int }

// Locate finds the event that holds byte n, and where in it that byte stands.
func (s *Stream) Locate(n int) (event, offset int) {
	for _, p := range s.pieces {
		if n < p.size || p == s.pieces[len(s.pieces)-1] {
			return p.event, min(n, p.size)
		}
		n -= p.size
	}
	return -1, -1
}
