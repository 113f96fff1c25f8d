package lab_test

import (
	"bytes"
	"fmt"
	"testing"

	"sockets.test/tools/lab"
)

// Servers that say too much about an error, or too little, or to nobody.
func init() {
	fakes["tcp-complains"] = func() { // of the first client's end, in the words that follow
		echo(accept())
		for _, line := range words {
			complain(line)
		}
		wait()
	}
	fakes["tcp-prints"] = func() { echo(accept()); fmt.Println("a client broke off"); wait() }
	fakes["tcp-particular"] = func() { // about clients that begin with "no"
		for listener := tcp(); ; {
			conn, _ := listener.Accept()
			buf := make([]byte, 100)
			n, _ := conn.Read(buf)
			if !bytes.HasPrefix(buf[:n], []byte("no")) {
				conn.Write(bytes.ToUpper(buf[:n]))
			}
			conn.Close()
		}
	}
	// left is a client that was answered, and has gone.
	left := func(t *testing.T, args ...string) *lab.Server {
		proof(t)
		server := lab.Serve(t, args...)
		client := server.TCP("client")
		client.Say("hello")
		client.Expect("HELLO")
		client.Close()
		return server
	}
	scenarios = append(scenarios, []scenario{
		{"complains", func(t *testing.T) {
			left(t, "tcp-complains", "fakeserver: EOF").ExpectComplaints(0)
		}},
		{"complains-twice", func(t *testing.T) {
			left(t, "tcp-complains", "reading: unexpected EOF", "fakeserver: 127.0.0.1: unexpected EOF").ExpectComplaints(1)
		}},
		{"complains-in-many-lines", func(t *testing.T) {
			left(t, "tcp-complains", "a client broke off", "unexpected EOF", "good day").ExpectComplaints(2)
		}},
		{"never-complains", func(t *testing.T) {
			left(t, "tcp-complains").ExpectComplaints(1)
		}},
		{"complains-to-the-wrong-stream", func(t *testing.T) {
			left(t, "tcp-prints").ExpectComplaints(1)
		}},
		{"tcp-goes-on", func(t *testing.T) {
			proof(t)
			lab.Serve(t, "tcp-upper").TCP("client").ExpectOver()
		}},
		{"tcp-refuses-something-else", func(t *testing.T) {
			call(t, "tcp-particular").ExpectOver()
		}},
	}...)
}
