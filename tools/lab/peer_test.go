package lab_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/lab"
)

// The program under test is a client here.
func init() {
	for name, client := range map[string]func(){
		"client-udp":           func() { asks("udp", "hello", 0) },
		"client-patient":       func() { asks("udp", "hello", 10*time.Minute) },
		"client-hasty":         func() { asks("udp", "hello", 50*time.Millisecond) },
		"client-newline":       func() { asks("udp", "hello\n", 0) },
		"client-silent":        wait,
		"client-byte-by-byte":  byteByByte,
		"client-of-a-line":     saysALine,
		"client-reads-all":     func() { io.ReadAll(os.Stdin); asks("udp", "hello", 0) },
		"client-reads-on":      func() { asks("udp", "hello", 0); io.ReadAll(os.Stdin) },
		"client-unconnected":   func() { sendsTo(); wait() },
		"client-tcp":           func() { asks("tcp", "hello", 10*time.Minute) },
		"client-never-ends":    func() { dials("tcp").Write([]byte("hello")); wait() },
		"client-closes":        func() { dials("tcp").Close(); exit(0, "") },
		"client-in-vain":       func() { dials("tcp") },
		"client-a-big-mistake": func() { fmt.Print(strings.Repeat("x", 3<<20), "y", strings.Repeat("x", 3<<20)) },
		"client-half":          func() { fmt.Println("HEL"); exit(1, "fakeserver: it ended too early") },
	} {
		fakes[name] = client
	}
	scenarios = append(scenarios, []scenario{
		{"client-sent-other-bytes", func(t *testing.T) {
			server := lab.ListenUDP(t)
			server.Run("client-newline").Type("hello\n")
			server.Expect("hello")
		}},
		{"client-never-sent", func(t *testing.T) {
			proof(t)
			server := lab.ListenUDP(t)
			server.Run("client-silent")
			server.Expect("hello")
		}},
		{"client-waits-for-more-input", func(t *testing.T) {
			proof(t)
			server := lab.ListenUDP(t)
			server.Run("client-reads-all").Type("hello\n")
			server.Expect("hello")
		}},
		{"client-reads-on", func(t *testing.T) {
			proof(t)
			server := lab.ListenUDP(t)
			client := server.Run("client-reads-on")
			client.Type("hello\n")
			server.Say(server.Expect("hello"), "HELLO.")
			client.ExpectOutput("HELLO.")
		}},
		{"client-gave-up", func(t *testing.T) {
			server := lab.ListenUDP(t)
			client := server.Run("client-hasty")
			server.Expect("hello")
			client.ExpectStillRunning()
		}},
		{"client-waits-for-ever", func(t *testing.T) {
			proof(t)
			server := lab.ListenUDP(t)
			client := server.Run("client-udp")
			server.Expect("hello")
			client.ExpectError()
		}},
		{"client-has-a-slow-partner", func(t *testing.T) {
			proof(t)
			partner := lab.Serve(t, "tcp-slow", "-timeout", "5s")
			lab.Start(t, "client-tcp", "-addr", partner.Addr).ExpectOutput("HELLO.")
		}},
		{"client-is-not-told", func(t *testing.T) {
			proof(t)
			lab.ReserveUDP(t).Run("client-unconnected").ExpectError()
		}},
		{"client-never-ended-its-stream", func(t *testing.T) {
			proof(t)
			server := lab.ListenTCP(t)
			server.Run("client-never-ends")
			conn := server.Accept()
			conn.Expect("hello")
			conn.ExpectEnd()
		}},
		{"client-ended-its-stream-early", func(t *testing.T) {
			server := lab.ListenTCP(t)
			server.Run("client-closes")
			server.Accept().Expect("hello")
		}},
		{"client-never-connected", func(t *testing.T) {
			proof(t)
			server := lab.ListenTCP(t)
			server.Run("client-silent")
			server.Accept()
		}},
		{"client-connects-in-vain", func(t *testing.T) {
			proof(t)
			lab.FullTCP(t).Run("client-in-vain").ExpectError()
		}},
		{"client-printed-something-else", func(t *testing.T) {
			server := lab.ListenUDP(t)
			server.Run("client-a-big-mistake").ExpectOutput(strings.Repeat("x", 6<<20))
		}},
		{"client-printed-half", func(t *testing.T) { lab.ListenUDP(t).Run("client-half").ExpectError() }},
	}...)
}

// asks says a text, and prints the answer.
func asks(network, text string, timeout time.Duration) {
	conn := dials(network)
	fmt.Fprint(conn, text)
	if stream, ok := conn.(*net.TCPConn); ok {
		stream.CloseWrite()
	}
	if timeout > 0 {
		conn.SetReadDeadline(time.Now().Add(timeout))
	}
	answer, err := bufio.NewReader(conn).ReadString('.')
	if err != nil {
		exit(1, "fakeserver: "+err.Error())
	}
	fmt.Print(answer)
}

func dials(network string) net.Conn {
	conn, err := net.Dial(network, addr)
	if err != nil {
		exit(1, "fakeserver: "+err.Error())
	}
	return conn
}

// saysALine connects when it has been typed to, but not at once: whoever waits
// for another client instead has found by then that it sleeps.
func saysALine() {
	line, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	for range 20 {
		toil()
	}
	io.WriteString(dials("tcp"), strings.TrimSuffix(line, "\n"))
	wait()
}

// byteByByte takes and prints a byte at a time, and is as long about it as a
// slow language is.
func byteByByte() {
	conn, line := dials("tcp"), new(bytes.Buffer)
	copyByteByByte(line, os.Stdin, '\n')
	conn.Write(line.Bytes())
	conn.(*net.TCPConn).CloseWrite()
	all, _ := io.ReadAll(conn)
	copyByteByByte(os.Stdout, bytes.NewReader(all), -1)
}

// copyByteByByte copies what comes before the byte end.
func copyByteByByte(to io.Writer, from io.Reader, end rune) {
	for one, n := make([]byte, 1), 1; ; n++ {
		if _, err := from.Read(one); err != nil || rune(one[0]) == end {
			return
		}
		to.Write(one)
		if n%(8<<10) == 0 {
			toil()
		}
	}
}

// toil takes some ten milliseconds of processor time.
func toil() {
	sum := 0 // not busy itself, which the race detector would watch
	for i := range 25_000_000 {
		sum += i
	}
	busy += sum
}

var busy int

func sendsTo() {
	to, _ := net.ResolveUDPAddr("udp", addr)
	conn, _ := net.ListenUDP("udp", nil)
	conn.WriteTo([]byte("hello"), to)
}

func TestUDPPeer(t *testing.T) {
	t.Run("the program is told what the test says, whoever is asked first", func(t *testing.T) {
		server := lab.ListenUDP(t)
		first := server.Run("client-udp")
		one := server.Expect("hello")
		second := server.Run("client-udp")
		two := server.Expect("hello")
		require.NotEqual(t, one, two)

		server.Say(two, "SECOND.")
		second.ExpectOutput("SECOND.")
		server.Say(one, "FIRST.")
		first.ExpectOutput("FIRST.")
		server.ExpectNothing()
	})

	t.Run("a reserved port is closed until it is opened", func(t *testing.T) {
		server := lab.ReserveUDP(t)
		server.Run("client-udp").ExpectError()

		server.Open()
		client := server.Run("client-udp")
		server.Say(server.Expect("hello"), "HELLO.")
		client.ExpectOutput("HELLO.")
	})

	t.Run("a datagram may be any, and is the test's to judge", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("client-udp")
		text, asker := server.ExpectSome()
		assert.Equal(t, "hello", text)
		server.Say(asker, "HELLO.")
		client.ExpectOutput("HELLO.")
	})

	t.Run("a connected client never sees what comes from elsewhere", func(t *testing.T) {
		server := lab.ListenUDP(t)
		client := server.Run("client-udp")
		asker := server.Expect("hello")
		server.SayFrom("another port", asker, "JELLO.")
		server.Say(asker, "HELLO.")
		client.ExpectOutput("HELLO.")
	})
}

func TestTCPPeer(t *testing.T) {
	t.Run("the program reads piece by piece", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("client-tcp")
		conn := server.Accept()
		conn.Expect("hello")
		conn.ExpectEnd()
		conn.SayPieces("H", "E", "L", "L", "O", ".")
		client.ExpectOutput("HELLO.")
	})

	t.Run("bytes may be any, and are the test's to judge", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("client-tcp")
		conn := server.Accept()
		assert.Equal(t, "hel", conn.ExpectSome(3))
		conn.Expect("lo")
		conn.ExpectEnd()
		conn.Say("HELLO.")
		client.ExpectOutput("HELLO.")
	})

	t.Run("the program is long about a line, and about an answer, of a megabyte", func(t *testing.T) {
		server := lab.ListenTCP(t)
		client := server.Run("client-byte-by-byte")
		conn := server.Accept()
		line := strings.Repeat("abcdefgh", 1<<17)
		client.Type(line + "\n")
		conn.Expect(line)
		conn.ExpectEnd()
		conn.Say(strings.ToUpper(line))
		conn.End()
		client.ExpectOutput(strings.ToUpper(line))
	})

	t.Run("the client that is typed to connects, and not the last one", func(t *testing.T) {
		proof(t)
		server := lab.ListenTCP(t)
		first := server.Run("client-of-a-line")
		server.Run("client-of-a-line").Settle()
		first.Type("hello\n")
		conn := server.Accept()
		first.Settle()
		conn.Expect("hello")
	})

	t.Run("a reserved port refuses", func(t *testing.T) {
		lab.ReserveTCP(t).Run("client-tcp").ExpectError()
	})
}

// A client with ten minutes is proven to wait, and one that gives up is seen.
func TestPatience(t *testing.T) {
	proof(t)
	server := lab.ListenUDP(t)
	client := server.Run("client-patient")
	asker := server.Expect("hello")

	began := time.Now()
	client.ExpectStillRunning()
	assert.Less(t, time.Since(began), 5*time.Second, "it was not waited for")
	server.Say(asker, "HELLO.")
	client.ExpectOutput("HELLO.")
}
