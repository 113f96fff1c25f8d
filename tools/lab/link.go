package lab

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/internal/wire"
)

// A Link stands between a client and a server, and does to what passes what a
// network may do: by script, never at random, and never by the clock. A client
// sends its datagrams to the link's Addr, and connects there; the number is
// that of a UDP and of a TCP port.
//
// Datagrams are numbered from 1, in the order in which they reach the link:
//
//	drop N...            these never arrive; "drop all": none does
//	twice N...           these arrive twice, one copy behind the other
//	repeat N after M     a copy of N arrives behind M
//	hold N... until M    these arrive behind M, in the order of their numbers
//	late N...            these arrive when the server has read what came before,
//	                     and most of its -timeout has passed since
//
// With "answers" before it, an instruction is about the datagrams that come
// back: "answers drop 3". A stream loses nothing, but nothing keeps its pieces:
//
//	pieces SIZE...       each connection's stream arrives in pieces of so many
//	                     bytes, the last size again and again; "pieces all": in
//	                     one piece, once the client has ended it
//	lines                it arrives a line at a time
//	rest after N         after so many bytes each stream stands still for longer
//	                     than the server's -timeout
//	cut after N          after so many bytes each connection is reset, once its
//	cut C... after N     client has said all; these connections are, the first
//	                     being number 1
//	end after N          after so many bytes each connection ends, as if its
//	end C... after N     client had said no more
//
// No Read of the server's can see two pieces together: the next is sent when
// the one before has been read. Only Linux tells that; elsewhere a test with
// such a script is skipped. Streams arrive one after another.
//
// Nothing moves but in Carry, which runs in the test's own goroutine.
type Link struct {
	Addr string

	t        testing.TB
	program  *Program // the one whose sleep ends a Carry
	udp, tcp netip.AddrPort
	front    *net.UDPConn
	welcome  *net.TCPListener
	there    way // to the server
	back     way // and from it
	sizes    map[int][]int
	cuts     map[int]int // of each connection; 0: of all others
	ends     map[int]int // the same
	rest     int         // where each stream stands still for a while; 0 for nowhere
	flows    []*flow
	streams  []*stream

	script []string      // see patiently
	given  int           // datagrams handed on to the server
	full   bool          // the server did not take a connection, in all the time that it had
	beat   time.Time     // of the last pulse
	lag    time.Duration // the longest that one of us had no processor
	readAt time.Time     // when the last of them was seen to have been read
}

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

// NewLink opens a link that leads nowhere yet.
func NewLink(t testing.TB, script ...string) *Link {
	t.Helper()
	l := &Link{t: t, there: way{toServer: true}, sizes: map[int][]int{}, cuts: map[int]int{}, ends: map[int]int{}, script: script}
	for _, w := range []*way{&l.there, &l.back} {
		w.drop, w.twice, w.late, w.hold, w.repeat = map[int]bool{}, map[int]bool{}, map[int]bool{}, map[int]int{}, map[int][]int{}
	}
	for _, instruction := range script {
		if err := l.read(instruction); err != nil {
			t.Fatalf("lab: the link's script: %q: %v", instruction, err)
		}
	}
	for tries := 0; l.front == nil; tries++ { // until a number is free in both of the port spaces
		welcome, err := net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(netip.MustParseAddrPort(AnyPort)))
		if err != nil {
			t.Fatalf("lab: %v", err)
		}
		l.Addr, l.welcome = welcome.Addr().String(), welcome
		l.front, err = net.ListenUDP("udp4", udpAddr(l.Addr))
		if err != nil {
			welcome.Close()
			if tries == 100 {
				t.Fatalf("lab: %v", err)
			}
		}
	}
	t.Cleanup(func() { l.front.Close(); l.welcome.Close() })
	return l
}

var instructions = regexp.MustCompile(`^(answers )?(drop|twice|repeat|hold|late|pieces|lines|rest|cut|end)((?: \d+)*)(?: (all|until \d+|after \d+))?$`)

// read takes one instruction.
func (l *Link) read(instruction string) error {
	match := instructions.FindStringSubmatch(instruction)
	if match == nil {
		return errors.New("not an instruction; see the comment of lab.Link")
	}
	w := &l.there
	if match[1] != "" {
		w = &l.back
	}
	var numbers []int
	for _, word := range strings.Fields(match[3]) {
		n, _ := strconv.Atoi(word)
		numbers = append(numbers, n)
	}
	word, number, _ := strings.Cut(match[4], " ")
	other, _ := strconv.Atoi(number)
	switch verb := match[2]; {
	case verb == "drop" && word == "all":
		w.dropAll = true
	case verb == "drop" && word == "" && len(numbers) > 0:
		for _, n := range numbers {
			w.drop[n] = true
		}
	case verb == "twice" && word == "" && len(numbers) > 0:
		for _, n := range numbers {
			w.twice[n] = true
		}
	case verb == "repeat" && word == "after" && len(numbers) > 0:
		w.repeat[other] = append(w.repeat[other], numbers...)
	case verb == "hold" && word == "until" && len(numbers) > 0:
		for _, n := range numbers {
			w.hold[n] = other
		}
	case verb == "late" && word == "" && len(numbers) > 0 && match[1] == "":
		l.seesReads()
		for _, n := range numbers {
			w.late[n] = true
		}
	case verb == "lines" && match[1] == "":
		l.Pieces(0, 0)
	case verb == "pieces" && word == "all" && match[1] == "":
		l.Pieces(0, 1<<30)
	case verb == "pieces" && len(numbers) > 0 && match[1] == "":
		l.Pieces(0, numbers...)
	case verb == "rest" && word == "after" && len(numbers) == 0 && match[1] == "":
		l.seesReads()
		l.rest = other
	case (verb == "cut" || verb == "end") && word == "after" && match[1] == "":
		l.seesReads()
		if len(numbers) == 0 {
			numbers = []int{0}
		}
		for _, n := range numbers {
			map[string]map[int]int{"cut": l.cuts, "end": l.ends}[verb][n] = other
		}
	default:
		return errors.New("not an instruction; see the comment of lab.Link")
	}
	return nil
}

// Pieces has the stream of one connection, the first being number 1, or of all
// that have no sizes of their own, 0, arrive in pieces of these sizes.
func (l *Link) Pieces(connection int, sizes ...int) {
	l.t.Helper()
	l.seesReads()
	l.sizes[connection] = sizes
}

// seesReads skips the test where nothing tells what a program has read.
func (l *Link) seesReads() {
	l.t.Helper()
	if runtime.GOOS != "linux" {
		l.t.Skip("this system does not show when a piece of a stream has been read")
	}
}

var readyOnBoth = regexp.MustCompile(`\bready on (\S+)/udp and (\S+)/tcp\s*$`)

// Run starts a program that is both the client and the server: with the
// address at which its servers are to be, -addr, the link's, -via, and these
// arguments. It waits until the program says "ready on 127.0.0.1:4711/udp and
// 127.0.0.1:4712/tcp". Nothing passes before Carry.
func (l *Link) Run(args ...string) *Program {
	l.t.Helper()
	p := Start(l.t, append([]string{"-addr", AnyPort, "-via", l.Addr}, args...)...)
	l.ReadyOn(p)
	p.link, p.patient = l, func() *Program { return l.patiently(p, args) }
	return p
}

// ReadyOn waits until a program says where its two servers are, and leads there.
func (l *Link) ReadyOn(p *Program, causes ...Cause) {
	l.t.Helper()
	line, ok := p.firstLine()
	if !ok {
		f := &finding{outcome: NotReady}
		if p.ended() {
			f.outcome = Exited
		}
		p.fail(f, causes)
	}
	match := readyOnBoth.FindStringSubmatch(line)
	if match == nil {
		p.fail(&finding{outcome: NotReady, got: []byte(line), words: "The first line that " + subject.name + " printed does not say where its two servers are ready."}, causes)
	}
	asked := netip.MustParseAddrPort(p.argument("-addr"))
	for i, to := range []*netip.AddrPort{&l.udp, &l.tcp} {
		at, err := netip.ParseAddrPort(match[i+1])
		if err != nil || at.Addr().Unmap() != asked.Addr() || at.Port() == 0 || asked.Port() != 0 && at.Port() != asked.Port() {
			p.fail(&finding{outcome: WrongPlace, want: asked.String(), got: []byte(match[i+1])}, causes)
		}
		*to = at
	}
	p.record.Server, p.record.Address = subject.name+" server", l.udp.String()
	l.program = p
}

// Carry hands on what comes, until the program has ended, or sleeps for good.
func (l *Link) Carry() {
	l.t.Helper()
	for {
		switch l.program.await(l.move, nil) {
		case done:
		case silent:
			if s := l.first(); s != nil && l.taken(s) && l.resting(s) {
				continue
			}
			// A stream's rest may have ended just now, while we looked elsewhere.
			if !l.moveStream() && !l.unblock() {
				return
			}
		default:
			return
		}
	}
}

// move waits for a step until something can be moved, and moves it. It tells
// whether there was anything.
func (l *Link) move(step time.Duration) bool {
	l.pulse()
	if l.moveStream() {
		return true
	}
	var conns []syscall.Conn
	var acts []func() bool
	if l.due() {
		conns, acts = append(conns, l.front), append(acts, l.datagram)
	}
	conns, acts = append(conns, l.welcome), append(acts, l.accept)
	for _, f := range l.flows {
		conns = append(conns, f.conn)
		acts = append(acts, func() bool { return l.answer(f) })
	}
	for _, s := range l.streams {
		if !s.ended && !s.over {
			conns = append(conns, s.near)
			acts = append(acts, func() bool { return l.hear(s) })
		}
		if !s.answered {
			conns = append(conns, s.far)
			acts = append(acts, func() bool { return l.moveBack(s) })
		}
	}
	if l.untaken() {
		step = 50 * time.Microsecond // no socket of ours tells that a piece has been read
	}
	for i, some := range readable(step, conns) {
		if some && acts[i]() {
			return true
		}
	}
	return l.moveStream()
}

// unblock moves what the script would hold for ever, because the client does
// not go on: the rest of a stream that it never ends, then the next stream.
func (l *Link) unblock() bool {
	for _, s := range l.streams {
		switch {
		case s.over:
		case s.cutAfter >= 0 && s.given >= s.cutAfter:
			l.cut(s)
			return true
		case s.given < len(s.all):
			l.give(s, len(s.all)-s.given)
			return true
		default:
			s.over = true
		}
	}
	return false
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

// ExpectDatagrams wants the clients to have sent these datagrams, in this order.
func (l *Link) ExpectDatagrams(want []string, causes ...Cause) {
	l.t.Helper()
	l.program.expectBegun(causes)
	seen := l.there.seen
	for i, d := range seen {
		if i >= len(want) {
			l.program.fail(&finding{outcome: TooMuch, got: d.data, event: d.event}, causes)
		}
		if string(d.data) != want[i] {
			l.program.fail(&finding{outcome: Wrong, want: want[i], wanted: true, got: d.data, event: d.event, offset: firstDifference(want[i], d.data)}, causes)
		}
	}
	if len(seen) < len(want) {
		f := &finding{outcome: NeverSent, want: want[len(seen)], wanted: true}
		f.words = fmt.Sprintf("%s sent %d datagrams through the link; wanted %d.", subject.name, len(seen), len(want))
		l.program.fail(f, causes)
	}
}

// ExpectStreams wants the clients to have made so many connections, and each
// to have sent this, and then the end of its stream.
func (l *Link) ExpectStreams(want []string, causes ...Cause) {
	l.t.Helper()
	l.program.expectBegun(causes)
	for i, text := range want {
		if i >= len(l.streams) {
			f := &finding{outcome: NeverConnected, want: text, wanted: true}
			f.words = fmt.Sprintf("%s made %d connections through the link; wanted %d.", subject.name, len(l.streams), len(want))
			l.program.fail(f, causes)
		}
		s := l.streams[i]
		if s.broke {
			l.program.fail(&finding{outcome: Reset, words: subject.name + " reset its connection: what was on its way may be lost."}, causes)
		}
		if n := firstDifference(text, s.all); string(s.all) != text {
			f := &finding{outcome: Wrong, want: text, wanted: true, got: s.all}
			f.event, f.offset = s.locate(n)
			if len(s.all) == 0 {
				f.outcome, f.words = NeverSent, subject.name+" connected, and never sent anything."
			}
			l.program.fail(f, causes)
		}
		if !s.ended {
			l.program.fail(&finding{outcome: NeverClosed, words: subject.name + " never ended its stream: the server waits for that."}, causes)
		}
	}
	if len(l.streams) > len(want) {
		f := &finding{outcome: TooMuch, got: l.streams[len(want)].all, event: -1}
		f.words = fmt.Sprintf("%s made %d connections through the link; wanted %d.", subject.name, len(l.streams), len(want))
		l.program.fail(f, causes)
	}
}

// locate finds the event that holds byte n, and where in it that byte stands.
func (s *stream) locate(n int) (event, offset int) {
	for _, p := range s.pieces {
		if n < p.size || p == s.pieces[len(s.pieces)-1] {
			return p.event, min(n, p.size)
		}
		n -= p.size
	}
	return -1, -1
}
