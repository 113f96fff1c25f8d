package lab

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/internal/wire"
)

// A host is what the lab's own servers have in common: an address, the clients
// that were started for it, and one record of what passed between them.
type host struct {
	Addr    string // where it receives, or listens
	t       testing.TB
	record  *wire.Record
	program *Program // the client that was started last
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
// was started last.
func (h *host) Run(args ...string) *Program {
	h.t.Helper()
	p := Start(h.t, append([]string{"-addr", h.Addr}, args...)...)
	p.record, p.watch.Deaf = h.record, h.deaf
	h.program = p
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

// A UDPServer is the lab's own server, for a program that is a client.
type UDPServer struct {
	host
	conn  *net.UDPConn // nil until it is open
	holds *net.UDPConn // the port, until then
}

// ListenUDP opens a server that answers only as the test says.
func ListenUDP(t testing.TB) *UDPServer {
	t.Helper()
	conn := listenUDP(t, AnyPort)
	return &UDPServer{host: newHost(t, conn.LocalAddr().String()), conn: conn}
}

// ReserveUDP gives a server that has its port, and no socket there that would
// take a client's datagram: the port is closed until Open.
func ReserveUDP(t testing.TB) *UDPServer {
	t.Helper()
	// A connected socket takes datagrams from its partner only.
	partner := listenUDP(t, AnyPort)
	dialer := net.Dialer{LocalAddr: udpAddr(AnyPort), Control: sharePort}
	conn, err := dialer.Dial("udp4", partner.LocalAddr().String())
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	return &UDPServer{host: newHost(t, conn.LocalAddr().String()), holds: conn.(*net.UDPConn)}
}

// Open begins to receive.
func (s *UDPServer) Open() {
	s.t.Helper()
	if !portsAreShared { // then another program could take it now, if it had the luck
		s.holds.Close()
	}
	s.conn = listenUDP(s.t, s.Addr)
	s.holds.Close()
}

func listenUDP(t testing.TB, addr string) *net.UDPConn {
	t.Helper()
	config := net.ListenConfig{}
	if addr != AnyPort {
		config.Control = sharePort
	}
	conn, err := config.ListenPacket(t.Context(), "udp4", addr)
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.(*net.UDPConn)
}

func udpAddr(addr string) *net.UDPAddr {
	return net.UDPAddrFromAddrPort(netip.MustParseAddrPort(addr))
}

// Expect wants the program's next datagram to be these bytes, and returns the
// address that it came from.
func (s *UDPServer) Expect(want string, causes ...Cause) netip.AddrPort {
	s.t.Helper()
	p := s.program
	got, from, end := s.receive(deadline)
	if end != done {
		f := &finding{outcome: NeverSent, want: want, wanted: true, probe: s.sendsAfterInput}
		if end == exited {
			f.outcome = Exited
		}
		p.fail(f, causes)
	}
	if string(got) != want {
		event := len(s.record.Events()) - 1
		p.fail(&finding{outcome: Wrong, want: want, wanted: true, got: got, event: event, offset: firstDifference(want, got), serves: s}, causes)
	}
	return from
}

// receive takes and notes the next datagram of the client that was started last.
func (s *UDPServer) receive(limit time.Duration) ([]byte, netip.AddrPort, ending) {
	got, from, end := receive(s.program, s.conn, limit)
	if end == done {
		s.meet(from.String())
		s.record.Add(wire.Event{Client: s.program.name(), Kind: wire.Bytes, ToServer: true, Data: got})
	}
	return got, from, end
}

// sendsAfterInput tells whether a silent client sends something once its input
// ends.
func (s *UDPServer) sendsAfterInput() bool {
	if !s.program.endInput() {
		return false
	}
	s.record.Add(wire.Event{Kind: wire.Note, Text: "and what if the input ends?"})
	_, _, end := s.receive(deadline)
	return end == done
}

// Say sends a datagram to the program, from the server's own address.
func (s *UDPServer) Say(to netip.AddrPort, text string) {
	s.t.Helper()
	s.record.Add(wire.Event{Client: s.nameOf(to), Kind: wire.Bytes, Data: []byte(text)})
	if _, err := s.conn.WriteToUDPAddrPort([]byte(text), to); err != nil {
		s.t.Fatalf("lab: %v", err)
	}
}

// SayFromElsewhere sends a datagram to the program from an address that it has
// not asked.
func (s *UDPServer) SayFromElsewhere(to netip.AddrPort, text string) {
	s.t.Helper()
	stranger := listenUDP(s.t, AnyPort)
	defer stranger.Close()
	s.record.Add(wire.Event{Client: s.nameOf(to), Kind: wire.Bytes, Data: []byte(text), From: stranger.LocalAddr().String()})
	if _, err := stranger.WriteToUDPAddrPort([]byte(text), to); err != nil {
		s.t.Fatalf("lab: %v", err)
	}
}

// LargestDatagram is how many bytes a datagram from the lab can have: 65,507,
// which is all that there is room for (RFC 768, RFC 791), but 9,216 on macOS
// and its kin, which send no more unless they are told to
// (net.inet.udp.maxdgram).
func LargestDatagram() int {
	if runtime.GOOS == "linux" || runtime.GOOS == "windows" {
		return 65507
	}
	return 9216
}

func (s *UDPServer) nameOf(addr netip.AddrPort) string {
	for _, c := range s.record.Clients() {
		if c.Address == addr.String() {
			return c.Name
		}
	}
	return s.program.name()
}

// ExpectPatience wants the program to ask nothing more, and not to give up: it
// is seen asleep, with no timer that will ring soon, or it outlasts a few
// seconds of silence.
func (s *UDPServer) ExpectPatience(causes ...Cause) {
	s.t.Helper()
	got, _, end := s.receive(aWhile())
	switch end {
	case done:
		event := len(s.record.Events()) - 1
		s.program.fail(&finding{outcome: TooMuch, got: got, event: event, offset: 0}, causes)
	case exited:
		s.program.fail(&finding{outcome: Exited}, causes)
	}
}

// ExpectNothing wants no datagram to be there, and none to come any more.
func (s *UDPServer) ExpectNothing(causes ...Cause) {
	s.t.Helper()
	got, _, end := s.receive(s.program.patience())
	if end == done {
		event := len(s.record.Events()) - 1
		s.program.fail(&finding{outcome: TooMuch, got: got, event: event, offset: 0}, causes)
	}
}

// FollowedBy is the sign of a client whose next datagram is this one.
func FollowedBy(text string) Sign {
	return func(f *finding) bool {
		if f.serves == nil {
			return false
		}
		got, _, end := f.serves.receive(f.serves.program.patience())
		return end == done && string(got) == text
	}
}

// A TCPServer is the lab's own server, for a program that is a client.
type TCPServer struct {
	host
	welcome *net.TCPListener
}

// ListenTCP opens a server that accepts and answers only as the test says.
func ListenTCP(t testing.TB) *TCPServer {
	t.Helper()
	welcome, err := net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(netip.MustParseAddrPort(AnyPort)))
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	t.Cleanup(func() { welcome.Close() })
	return &TCPServer{host: newHost(t, welcome.Addr().String()), welcome: welcome}
}

// ReserveTCP gives a server that never listens: its port is closed, and no
// other program gets it.
func ReserveTCP(t testing.TB) *TCPServer {
	t.Helper()
	return &TCPServer{host: newHost(t, ClosedPort(t, "tcp"))}
}

// FullTCP gives a server that never accepts, and whose queue is full: a client
// that connects to it waits, as for a machine that is not there. Only Linux lets
// a test fill a queue; elsewhere it is skipped.
func FullTCP(t testing.TB) *TCPServer {
	t.Helper()
	s := ListenTCP(t)
	if !shortenQueue(s.welcome) {
		t.Skip("this system does not let a test fill the queue of a welcome socket")
	}
	s.deaf = true
	conn, err := net.Dial("tcp4", s.Addr)
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	return s
}

// Accept wants the program to connect, and is the server's end of that.
func (s *TCPServer) Accept(causes ...Cause) *TCP {
	s.t.Helper()
	p := s.program
	var conn *net.TCPConn
	end := p.await(func(step time.Duration) bool {
		s.welcome.SetDeadline(time.Now().Add(step))
		c, err := s.welcome.AcceptTCP()
		conn = c
		return err == nil
	}, nil)
	if end != done {
		f := &finding{outcome: NeverConnected}
		if end == exited {
			f.outcome = Exited
		}
		p.fail(f, causes)
	}
	s.t.Cleanup(func() { conn.Close() })
	s.meet(conn.RemoteAddr().String())
	s.record.Add(wire.Event{Client: p.name(), Kind: wire.Connect, ToServer: true})
	return &TCP{name: p.name(), program: p, conn: conn, serves: true}
}

// name is the program's on its lifeline.
func (p *Program) name() string {
	if p.label != "" {
		return p.label
	}
	return subject.name
}

// EndInput ends the program's standard input, as Ctrl-D does at a terminal.
func (p *Program) EndInput() { p.endInput() }

// endInput tells whether that changed anything.
func (p *Program) endInput() bool {
	before := p.typedAll
	p.typedAll = true
	p.proc.Stdin().Close()
	return !before
}

// ExpectOutput wants the program to end with status 0, and its standard output
// to be this, all in all.
func (p *Program) ExpectOutput(want string, causes ...Cause) {
	p.t.Helper()
	p.ExpectExit(0, causes...)
	if !p.proc.Stdout().Is(want) {
		p.fail(&finding{outcome: WrongOutput, want: want, got: p.proc.Stdout().Bytes()}, causes)
	}
}

// ExpectError wants the program to end with status 1, a reason on standard
// error, and nothing on standard output: an error is no answer.
func (p *Program) ExpectError(causes ...Cause) {
	p.t.Helper()
	p.ExpectExit(1, causes...)
	if got := p.Output(); got != "" {
		p.fail(&finding{outcome: WrongOutput, got: []byte(got)}, causes)
	}
}

// ExpectPrinted wants the standard output to contain this, now or soon.
func (p *Program) ExpectPrinted(want string, causes ...Cause) {
	p.t.Helper()
	out := p.proc.Stdout()
	printed := func() bool { return strings.Contains(out.String(), want) }
	end := p.awaitOutput(out, deadline, printed)
	if end != done {
		f := &finding{outcome: WrongOutput, want: want, got: out.Bytes()}
		if end == exited && p.proc.Exit().Code != 0 {
			f.outcome = Exited
		}
		p.fail(f, causes)
	}
}

// ExpectPatience wants the program not to give up: it is seen asleep, with no
// timer that will ring soon, or it outlasts a few seconds of silence.
func (p *Program) ExpectPatience(causes ...Cause) {
	p.t.Helper()
	if p.endsWithin(aWhile()) {
		p.fail(&finding{outcome: Exited}, causes)
	}
}

// Settle waits until the program does nothing any more by itself, and no timer
// of it is set that would ring soon, or a few seconds have passed.
func (p *Program) Settle() { p.endsWithin(aWhile()) }

// aWhile is how long to look whether a program does anything, at most: nobody
// waits for so long where silence can be proven, and it is short where it
// cannot.
func aWhile() time.Duration {
	if _, ok := quiet.Sockets(os.Getpid()); !ok {
		return 50 * time.Millisecond
	}
	return 6 * time.Second
}

// ReadsOn is the sign of a program that waits for more on its standard input:
// once that ends, it goes on.
var ReadsOn Sign = func(f *finding) bool {
	if f.probe != nil && !f.woken {
		f.woken = f.probe()
	}
	return f.woken
}

// PrintedPadded is the sign of the right line with zero bytes in it behind the
// answer.
var PrintedPadded Sign = func(f *finding) bool {
	rest, ok := strings.CutPrefix(string(f.got), strings.TrimSuffix(f.want, "\n"))
	return f.outcome == WrongOutput && ok && strings.Contains(rest, "\x00") && strings.Trim(rest, "\x00\n") == ""
}

// PrintedPart is the sign of a line that is right as far as it goes.
var PrintedPart Sign = func(f *finding) bool {
	part, whole := strings.TrimSuffix(string(f.got), "\n"), strings.TrimSuffix(f.want, "\n")
	return f.outcome == WrongOutput && part != "" && part != whole && strings.HasPrefix(whole, part)
}

// PrintedJust is the sign of exactly this on standard output.
func PrintedJust(text string) Sign {
	return func(f *finding) bool { return f.outcome == WrongOutput && string(f.got) == text }
}

// PrintedMore is the sign of the right line, and something else before it.
var PrintedMore Sign = func(f *finding) bool {
	before, ok := strings.CutSuffix(string(f.got), f.want)
	return f.outcome == WrongOutput && f.want != "" && ok && !strings.Contains(before, strings.TrimSpace(f.want))
}

// SaidOnStdout is the sign of an error that is told on standard output only.
var SaidOnStdout Sign = func(f *finding) bool {
	return f.outcome == SaysNothing && f.program.Output() != ""
}

// EndedWell is the sign of a program that ended as if nothing had been wrong.
var EndedWell = Exits(0)

// Exits is the sign of a program that ended with this status.
func Exits(status int) Sign {
	return func(f *finding) bool {
		return (f.outcome == WrongStatus || f.outcome == Exited) && f.program.proc.Exit().Code == status
	}
}

// Both is the sign of both: the second is looked for where the first is seen.
func Both(first, second Sign) Sign {
	return func(f *finding) bool { return first(f) && second(f) }
}

// endsAfterInput tells whether the program ends once its input does.
func (p *Program) endsAfterInput() bool { return p.endInput() && p.endsWithin(deadline) }

// NoTimer is the sign of a program that waits, and has set no deadline to end
// that.
var NoTimer Sign = func(f *finding) bool {
	return (f.outcome == Tolerates || f.program.asleep(f)) && f.program.hasNoTimer()
}

// ClosedPort is an address at which nothing listens, and which no other
// program gets while the test runs. Network is "tcp" or "udp".
func ClosedPort(t testing.TB, network string) string {
	t.Helper()
	if network == "udp" {
		return ReserveUDP(t).Addr
	}
	// The client's end of a connection holds its port, and does not listen.
	partner := ListenTCP(t)
	conn, err := net.Dial("tcp4", partner.Addr)
	if err != nil {
		t.Fatalf("lab: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.LocalAddr().String()
}
