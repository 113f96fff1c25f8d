package lab

import (
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/internal/wire"
)

// A stream is one connection through the link.
type stream struct {
	name      string
	near, far *net.TCPConn // to the client, and to the server
	all       []byte       // that the client has sent
	given     int          // how much of it was handed on
	sizes     []int        // of pieces; nil for as it comes, {0} for lines
	cutAfter  int          // so many bytes, -1 for never
	endAfter  int          // the same
	ended     bool         // the client has
	broke     bool         // it has with a reset, and what was on its way is lost
	over      bool         // nothing more is handed on
	answered  bool         // nor comes back
	pieces    []piece
	rests     time.Time // since when it stands still
}

// accept takes the next client, and connects it.
func (l *Link) accept() bool {
	l.welcome.SetDeadline(time.Now().Add(atHand))
	near, err := l.welcome.AcceptTCP()
	if err != nil {
		return false
	}
	l.t.Cleanup(func() { near.Close() })
	n := len(l.streams) + 1
	s := &stream{name: ordinal("TCP", n), near: near, sizes: l.sizes[0], cutAfter: -1, endAfter: -1}
	if own, ok := l.sizes[n]; ok {
		s.sizes = own
	}
	for _, i := range []int{0, n} {
		if after, ok := l.cuts[i]; ok {
			s.cutAfter = after
		}
		if after, ok := l.ends[i]; ok {
			s.endAfter = after
		}
	}
	l.streams = append(l.streams, s)
	record := l.program.record
	record.Join(s.name, near.RemoteAddr().String())
	dialer := net.Dialer{Timeout: deadline}
	if l.full { // it has had its time
		dialer.Timeout = 100 * time.Millisecond
	}
	far, err := dialer.Dial("tcp4", l.tcp.String())
	if err != nil {
		l.full = true
		record.Add(wire.Event{Client: s.name, Kind: wire.Refused, ToServer: true})
		s.over, s.answered = true, true
		near.SetLinger(0)
		near.Close()
		return true
	}
	l.t.Cleanup(func() { far.Close() })
	s.far = far.(*net.TCPConn)
	record.Add(wire.Event{Client: s.name, Kind: wire.Connect, ToServer: true})
	return true
}

// hear takes what a client says on its connection.
func (l *Link) hear(s *stream) bool {
	buf := make([]byte, 1<<16)
	s.near.SetReadDeadline(time.Now().Add(atHand))
	n, err := s.near.Read(buf)
	s.all = append(s.all, buf[:n]...)
	s.broke = isReset(err)
	s.ended = s.broke || errors.Is(err, io.EOF)
	return n > 0 || s.ended
}

// first is the first stream that is not over, nil if all are.
func (l *Link) first() *stream {
	for _, s := range l.streams {
		if !s.over {
			return s
		}
	}
	return nil
}

// untaken tells whether something waits for the server to read.
func (l *Link) untaken() bool {
	s := l.first()
	return s != nil && s.given > 0 && (s.ended || s.next() > 0)
}

// moveStream hands on what is next of the first stream that is not over.
func (l *Link) moveStream() bool {
	s := l.first()
	if s == nil {
		return false
	}
	size := s.next()
	if s.cutAfter >= 0 {
		size = min(size, s.cutAfter-s.given)
	}
	cut := s.cutAfter >= 0 && s.given >= s.cutAfter && s.ended || s.broke && size == 0
	if s.given < l.rest {
		size = min(size, l.rest-s.given)
	}
	end := s.ended
	if s.endAfter >= 0 {
		size = min(size, s.endAfter-s.given)
		end = end || s.given >= s.endAfter
	}
	if !cut && size == 0 && !end || !l.taken(s) || l.resting(s) {
		return false
	}
	switch {
	case cut:
		l.cut(s)
	case size > 0:
		l.give(s, size)
	default:
		l.program.record.Add(wire.Event{Client: s.name, Kind: wire.End, ToServer: true})
		s.over = true
		s.far.CloseWrite()
	}
	return true
}

// cut resets a connection, at both of its ends.
func (l *Link) cut(s *stream) {
	l.program.record.Add(wire.Event{Client: s.name, Kind: wire.Reset, ToServer: true})
	s.over, s.answered = true, true
	for _, conn := range []*net.TCPConn{s.far, s.near} {
		conn.SetLinger(0)
		conn.Close()
	}
}

// next is the size of the next piece, 0 if it is not complete.
func (s *stream) next() int {
	rest := s.all[s.given:]
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
	if size == 0 && s.ended {
		return len(rest)
	}
	return size
}

// give hands a piece on.
func (l *Link) give(s *stream, size int) {
	data := s.all[s.given : s.given+size]
	event := l.program.record.Add(wire.Event{Client: s.name, Kind: wire.Bytes, ToServer: true, Data: data})
	s.pieces = append(s.pieces, piece{event, size, size})
	s.given += size
	s.far.SetWriteDeadline(time.Now().Add(deadline))
	s.far.Write(data)
}

// taken tells whether the server has read every piece so far, or never will.
// A client's stream goes at its own pace where no script says how.
func (l *Link) taken(s *stream) bool {
	if s.sizes == nil && s.cutAfter < 0 && s.endAfter < 0 && l.rest == 0 || s.given == 0 {
		return true
	}
	peer, ok := l.peer(s)
	return !ok || peer.RecvQ == 0 && peer.Inode != 0 && unsent(s.far) == 0
}

// peer is the server's socket of a connection.
func (l *Link) peer(s *stream) (quiet.Socket, bool) {
	here, there := s.far.LocalAddr().(*net.TCPAddr).AddrPort(), s.far.RemoteAddr().(*net.TCPAddr).AddrPort()
	return quiet.Connection(l.program.PID(), there, here)
}

// moveBack hands on what the server says on a connection.
func (l *Link) moveBack(s *stream) bool {
	buf := make([]byte, 1<<16)
	s.far.SetReadDeadline(time.Now().Add(atHand))
	n, err := s.far.Read(buf)
	switch {
	case n > 0:
		l.program.record.Add(wire.Event{Client: s.name, Kind: wire.Bytes, Data: buf[:n]})
		s.near.SetWriteDeadline(time.Now().Add(deadline))
		s.near.Write(buf[:n])
	case errors.Is(err, io.EOF):
		s.answered = true
		s.near.CloseWrite()
	case isReset(err):
		s.answered, s.over = true, true
		s.near.SetLinger(0)
		s.near.Close()
	default:
		return false
	}
	return true
}
