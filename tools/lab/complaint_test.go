package lab_test

import (
	"bytes"
	"flag"
	"fmt"
	"testing"

	"sockets.test/tools/lab"
)

// Servers that say too much about an error, or too little, or to nobody.
func init() {
	fakes["tcp-complains"] = func() { // of the first client's end, in the words that follow
		echo(accept())
		for _, line := range flag.Args()[1:] {
			complain(line)
		}
		wait()
	}
	fakes["tcp-prints"] = func() { echo(accept()); fmt.Println("a client broke off"); wait() }
	fakes["tcp-particular"] = func() { // about clients that begin with "no"
		for welcome := tcp(); ; {
			conn, _ := welcome.Accept()
			buf := make([]byte, 100)
			n, _ := conn.Read(buf)
			if !bytes.HasPrefix(buf[:n], []byte("no")) {
				conn.Write(bytes.ToUpper(buf[:n]))
			}
			conn.Close()
		}
	}
	truths["complains-twice"] = "An error is reported or returned."
	truths["ends-in-silence"] = "What went wrong is said to somebody."
	truths["goes-on"] = "A refusal ends the conversation."
	truths["too-lenient"] = "The limit is what it is."

	// left is a client that was answered, and has gone.
	left := func(t *testing.T, args ...string) (server *lab.Server, printed int) {
		proof(t)
		server = lab.Serve(t, args...)
		client := server.TCP("client")
		client.Say("hello")
		client.Expect("HELLO")
		printed = server.Printed()
		client.Close()
		return server, printed
	}
	scenarios = append(scenarios, []scenario{
		{"complains", func(t *testing.T) {
			server, _ := left(t, "tcp-complains", "fakeserver: EOF")
			server.ExpectNoComplaint()
		}},
		{"complains-twice", func(t *testing.T) {
			server, _ := left(t, "tcp-complains", "reading: unexpected EOF", "fakeserver: 127.0.0.1: unexpected EOF")
			server.ExpectComplaint(lab.SaidTwice.Is("complains-twice"))
		}},
		{"complains-in-many-lines", func(t *testing.T) {
			server, _ := left(t, "tcp-complains", "a client broke off", "unexpected EOF", "good day")
			server.ExpectComplaint(lab.SaidTwice.Is("complains-twice"))
		}},
		{"never-complains", func(t *testing.T) {
			server, printed := left(t, "tcp-complains")
			server.ExpectComplaint(lab.Mute(printed).Is("ends-in-silence"))
		}},
		{"complains-to-the-wrong-stream", func(t *testing.T) {
			server, printed := left(t, "tcp-prints")
			server.ExpectComplaint(lab.Mute(printed).Is("ends-in-silence"))
		}},
		{"tcp-goes-on", func(t *testing.T) {
			proof(t)
			lab.Serve(t, "tcp-upper").TCP("client").ExpectOver(lab.StillAnswers("hello", "HELLO").Is("goes-on"))
		}},
		{"tcp-refuses-something-else", func(t *testing.T) {
			call(t, "tcp-particular").ExpectOver(lab.Refuses("and what if it says no?", "no").Is("too-lenient"))
		}},
	}...)
}
