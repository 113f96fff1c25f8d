package lab_test

import (
	"io"
	"net"
	"os"
	"testing"
	"time"

	"sockets.test/tools/lab"
)

// Clients that look alike in one run, and are told apart.
func init() {
	for name, client := range map[string]func(){
		"client-twice":    func() { dials("udp").Write([]byte("hello")); asks("udp", "hello", 10*time.Minute) },
		"client-deaf":     func() { conn := dials("udp"); conn.Write([]byte("hello")); waitsFor(conn, 0) },
		"client-in-hand":  func() { conn := dials("udp"); conn.Write([]byte("hello")); io.ReadAll(conn) },
		"client-moves-on": func() { dials("udp").Write([]byte("hello")); waitsFor(dials("udp"), 0) },
		"client-rounds": func() {
			conn := dials("udp")
			conn.Write([]byte("hello"))
			waitsFor(conn, timeout.Truncate(time.Second))
		},
		"client-rings": func() {
			conn := dials("udp")
			conn.SetWriteDeadline(time.Now().Add(timeout))
			conn.Write([]byte("hello"))
			waitsFor(conn, 0)
		},
		"client-an-hour": func() { asks("udp", "hello", time.Hour) },
	} {
		fakes[name] = client
	}
	tooLong := func(t *testing.T, fake string) {
		proof(t)
		server := lab.ListenUDP(t)
		patient := server.Run(fake, "-timeout", "10m")
		server.Expect("hello")
		hasty := server.Run(fake, "-timeout", "150ms")
		server.Expect("hello")
		hasty.ExpectError()

		patient.ExpectStillRunning()
	}
	scenarios = append(scenarios, []scenario{
		{"client-asked-twice", func(t *testing.T) {
			server := lab.ListenUDP(t)
			server.Run("client-twice")
			server.Expect("hello")
			server.ExpectNothing()
		}},
		{"client-was-refused", func(t *testing.T) {
			proof(t)
			server := lab.ReserveUDP(t)
			server.Run("client-deaf").ExpectError()
		}},
		{"client-never-asked", func(t *testing.T) {
			proof(t)
			server := lab.ReserveUDP(t)
			server.Run("client-silent").ExpectError()
		}},
		{"client-reads-past-the-answer", func(t *testing.T) {
			proof(t)
			server := lab.ListenUDP(t)
			client := server.Run("client-in-hand")
			server.Say(server.Expect("hello"), "HELLO")
			client.ExpectOutput("HELLO\n")
		}},
		{"client-left-its-socket", func(t *testing.T) {
			proof(t)
			server := lab.ListenUDP(t)
			client := server.Run("client-moves-on")
			server.Say(server.Expect("hello"), "HELLO")
			client.ExpectOutput("HELLO\n")
		}},
		{"client-never-has-a-timer", func(t *testing.T) { tooLong(t, "client-deaf") }},
		{"client-has-no-timer-of-150ms", func(t *testing.T) { tooLong(t, "client-rounds") }},
		{"client-had-a-timer", func(t *testing.T) { tooLong(t, "client-rings") }},
		{"client-has-another-timer", func(t *testing.T) { tooLong(t, "client-an-hour") }},
		{"client-gave-up-beside-another", func(t *testing.T) {
			server := lab.ListenUDP(t)
			patient := server.Run("client-hasty")
			server.Expect("hello")
			server.Run("client-hasty").ExpectError()
			patient.ExpectStillRunning()
		}},
	}...)
}

// waitsFor reads from the socket, whatever its errors, for so long; 0 is for ever.
func waitsFor(conn net.Conn, limit time.Duration) {
	if limit > 0 {
		conn.SetReadDeadline(time.Now().Add(limit))
	}
	for {
		if _, err := conn.Read(make([]byte, 100)); os.IsTimeout(err) {
			exit(1, err.Error())
		}
	}
}
