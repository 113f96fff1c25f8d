package lab_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"sockets.test/tools/lab"
)

// A program is not silent while a partner, which may be about to speak to it, is
// at work. The scenario client-has-a-slow-partner is the same without Together.
func TestTogether(t *testing.T) {
	partner := lab.Serve(t, "tcp-slow", "-timeout", "300ms")
	client := lab.Start(t, "client-tcp", "-addr", partner.Addr)

	lab.Together(partner.Program, client)

	client.ExpectOutput("HELLO.")
}

// A server may be told a name, or an address of IPv6, and its clients find it.
func TestAddresses(t *testing.T) {
	if conn, err := net.ListenPacket("udp", "[::1]:0"); err == nil {
		conn.Close()
	} else {
		t.Skip("this system has no IPv6")
	}
	for _, addr := range []string{"127.0.0.1:0", "localhost:0", "[::1]:0"} {
		t.Run(addr, func(t *testing.T) {
			udp := lab.Start(t, "upper", "-addr", addr).Ready().UDP("client")
			udp.Say("hello")
			udp.Expect("HELLO")
			server := lab.Start(t, "tcp-upper", "-addr", addr).Ready()
			tcp := server.TCP("client")
			tcp.SayPieces("hel", "lo")
			tcp.Expect("HELLO")
			tcp.Close()
			server.ExpectOpen()
			server.ExpectSockets(1)
		})
	}
}

// A program that will do nothing is not waited for.
func TestRest(t *testing.T) {
	proof(t)
	server := lab.Serve(t, "upper")

	began := time.Now()
	server.Rest(time.Minute)

	assert.Less(t, time.Since(began), 30*time.Second)
}

// Whoever runs go test by hand reads a failure, with the name of its
// misconception, and no data; of a TODO that all tests stop at, only once.
func TestByHand(t *testing.T) {
	out := playAs(t, "^TestScenarios$/^(udp-too-many-bytes|not-begun|not-begun-again)$", "-test.v", "LAB_FAILURES=")

	assert.NotContains(t, out, "=== ATTR")
	assert.NotContains(t, out, `"outcome"`)
	assert.Contains(t, out, `^ wanted "HELLO": 1 byte too many`)
	assert.Contains(t, out, "An answer has no bytes of its own.")
	assert.Contains(t, out, "[adds-a-newline]")
	assert.Equal(t, 1, strings.Count(out, "TODO 9.1: bind a socket (as above)\n"))
	assert.Equal(t, 1, strings.Count(out, "a hint       go tool course hint 9\n")-1, "for either failure")
}
