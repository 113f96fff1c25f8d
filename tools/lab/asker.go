package lab

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"sockets.test/tools/internal/wire"
)

// What a test expects of a client that asks, beside hosts.go.

// SayFromNextDoor sends a datagram to the program from the server's port at
// another address of this machine. Where there is none, nothing is sent.
func (s *UDPServer) SayFromNextDoor(to netip.AddrPort, text string) {
	s.t.Helper()
	neighbour := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.2"), netip.MustParseAddrPort(s.Addr).Port())
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(neighbour))
	if err != nil {
		return
	}
	defer conn.Close()
	if _, err := conn.WriteToUDPAddrPort([]byte(text), to); err == nil {
		s.record.Add(wire.Event{Client: s.nameOf(to), Kind: wire.Bytes, Data: []byte(text), From: neighbour.String()})
	}
}

// ExpectUnmoved wants the program to go on waiting, whatever has just happened at
// its standard input: it is seen asleep, or it outlasts a second.
func (p *Program) ExpectUnmoved(causes ...Cause) {
	p.t.Helper()
	if p.endsWithin(time.Second) {
		p.fail(&finding{outcome: Exited}, causes)
	}
}

// ExpectRefusal wants the program to end with a reason on standard error and a
// status that is not 0: an argument that makes no sense may as well be an
// error (1) as wrong usage (2).
func (p *Program) ExpectRefusal(causes ...Cause) {
	p.t.Helper()
	if !p.endsWithin(deadline) {
		p.fail(&finding{outcome: Tolerates}, causes)
	}
	switch {
	case todo.MatchString(p.proc.Stderr().String()):
		p.fail(&finding{outcome: NotBegun}, causes)
	case p.proc.Exit().Code == 0:
		p.fail(&finding{outcome: WrongStatus, want: "exit status 1"}, causes)
	case strings.TrimSpace(p.proc.Stderr().String()) == "":
		p.fail(&finding{outcome: SaysNothing}, causes)
	case p.Output() != "":
		p.fail(&finding{outcome: WrongOutput, got: []byte(p.Output())}, causes)
	}
}

// ExpectOutlasted wants the program, which has ended, to have done so no sooner
// than this after began. A system's timers are coarse, so half will do.
func (p *Program) ExpectOutlasted(began time.Time, timeout time.Duration, causes ...Cause) {
	p.t.Helper()
	if lasted := time.Since(began); lasted < timeout/2 {
		words := fmt.Sprintf("%s gave up after %v, and should have waited for %v.", subject.name, lasted.Round(time.Millisecond), timeout)
		p.fail(&finding{outcome: Exited, words: words}, causes)
	}
}
