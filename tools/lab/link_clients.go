package lab

import (
	"net"
	"net/netip"
	"testing"

	"sockets.test/tools/internal/quiet"
)

// ServerSends is the outcome of a program whose client has no socket of its own.
const ServerSends Outcome = "server sends"

// KeepsClients is the outcome of a program that holds a client's socket when all
// is sent.
const KeepsClients Outcome = "keeps clients"

// ExpectClients wants the datagrams to have come from sockets of clients, and
// not from the server's.
func (l *Link) ExpectClients(causes ...Cause) {
	l.t.Helper()
	for _, f := range l.flows {
		if f.client == l.udp {
			l.program.fail(&finding{outcome: ServerSends, words: subject.name + " sent datagrams from its server's socket: the client has none."}, causes)
		}
	}
}

// ExpectClientsClosed wants the program, which is still there, to hold none of
// the sockets that have sent a datagram. Where the system does not show them,
// nothing is asked.
func (l *Link) ExpectClientsClosed(causes ...Cause) {
	l.t.Helper()
	list, _ := quiet.Sockets(l.program.PID())
	for _, socket := range list {
		for _, f := range l.flows {
			if socket.Net == "udp" && socket.Local.Port() == f.client.Port() && f.client != l.udp {
				l.program.fail(&finding{outcome: KeepsClients, words: subject.name + " still holds the socket of a UDP client that has sent all."}, causes)
			}
		}
	}
}

// RefusingTCP is an address at which TCP refuses every client, and UDP takes
// whatever comes.
func RefusingTCP(t testing.TB) string {
	t.Helper()
	for { // until a number is free in both of the port spaces
		addr := closedPort(t, "tcp")
		sink, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(addr)))
		if err == nil {
			t.Cleanup(func() { sink.Close() })
			return addr
		}
	}
}
