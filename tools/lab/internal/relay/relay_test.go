package relay

import (
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/proc"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/wait"
)

// A script says in which order datagrams arrive, and which do not.
func TestScript(t *testing.T) {
	for script, want := range map[string]string{
		"":                                   "1 2 3 4 5 6",
		"drop 3 6":                           "1 2 (3) 4 5 (6)",
		"drop all":                           "(1) (2) (3) (4) (5) (6)",
		"twice 5":                            "1 2 3 4 5 5 6",
		"repeat 2 after 4":                   "1 2 3 4 2 5 6",
		"repeat 2 after 4, repeat 2 after 6": "1 2 3 4 2 5 6 2",
		"hold 2 until 3":                     "1 3 2 4 5 6",
		"hold 2 3 4 until 5":                 "1 5 2 3 4 6",
		"hold 2 until 4, drop 4":             "1 3 (4) 2 5 6",
		"hold 2 until 9":                     "1 3 4 5 6",
		"answers drop 1":                     "1 2 3 4 5 6",
		`stranger says "hello\n" after 2`:    "1 2 hello\n 3 4 5 6",
		`drop 2, stranger says "2" after 2`:  "1 (2) 2 3 4 5 6",
	} {
		t.Run(script, func(t *testing.T) {
			var list []string
			if script != "" {
				list = strings.Split(script, ", ")
			}
			r := New(t, list...)
			sink := listenUDP(t)
			r.udp = netip.MustParseAddrPort(sink.LocalAddr().String())
			r.record = wire.New("server")
			f := r.flow(netip.MustParseAddrPort(r.Addr))

			for _, n := range "123456" {
				r.pass(&r.there, &Datagram{flow: f, Data: []byte(string(n))})
			}

			var arrived []string
			for _, e := range r.record.Events() {
				if e.Lost {
					arrived = append(arrived, "("+string(e.Data)+")")
				} else {
					arrived = append(arrived, string(e.Data))
				}
			}
			assert.Equal(t, want, strings.Join(arrived, " "))
		})
	}
}

// What is no instruction is refused.
func TestLinkRefuses(t *testing.T) {
	for _, script := range []string{"", "lose 3", "drop", "hold until 3", "drop three", "hold 2", "hold 2 after 3", "repeat 2", "cut 3", "end 3", "rest 3", "stranger says x after 3", `stranger says "x`, "late", "answers late 3", "pieces", "answers lines", "drop 3 until 4"} {
		assert.Error(t, New(t).read(script), script)
	}
}

// Answers have a script of their own, and go to the client that asked.
func TestLinkAnswers(t *testing.T) {
	r := New(t, "answers drop 2", "answers twice 3", "drop 1")
	server, client := listenUDP(t), listenUDP(t)
	r.udp = netip.MustParseAddrPort(server.LocalAddr().String())
	r.record = wire.New("server")
	f := r.flow(netip.MustParseAddrPort(client.LocalAddr().String()))

	for _, text := range []string{"1", "2", "3"} {
		_, err := server.WriteToUDPAddrPort([]byte(text), netip.MustParseAddrPort(f.conn.LocalAddr().String()))
		require.NoError(t, err)
		require.Eventually(t, func() bool { return r.answer(f) }, wait.Deadline, time.Millisecond)
	}

	var got []string
	buf := make([]byte, 10)
	client.SetReadDeadline(time.Now().Add(wait.Deadline))
	for range 3 {
		n, from, err := client.ReadFromUDPAddrPort(buf)
		require.NoError(t, err)
		assert.Equal(t, r.Addr, from.String())
		got = append(got, string(buf[:n]))
	}
	assert.Equal(t, []string{"1", "3", "3"}, got)
}

// What the server says on a connection reaches its client, and so does the end.
func TestLinkStreamBack(t *testing.T) {
	r, client, conn := connected(t)

	_, err := conn.Write([]byte("hello"))
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	for !r.Streams[0].answered {
		r.moveBack(r.Streams[0])
	}

	client.SetReadDeadline(time.Now().Add(wait.Deadline))
	all, err := io.ReadAll(client)
	assert.NoError(t, err)
	assert.Equal(t, "hello", string(all))
}

// A connection is cut when its client has said all: one that still speaks, while
// its server already reads, would see the reset and take it for its own failure.
func TestLinkCutsBehindTheClient(t *testing.T) {
	r, client, conn := connected(t, "cut after 0")
	s := r.Streams[0]

	assert.False(t, r.moveStream(), "the client may have something to say")
	_, err := client.Write([]byte("hello"))
	require.NoError(t, err)
	require.NoError(t, client.Close())
	require.Eventually(t, func() bool { r.hear(s); return s.Ended }, wait.Deadline, time.Millisecond)
	assert.True(t, r.moveStream())

	n, err := conn.Read(make([]byte, 10))
	assert.Zero(t, n)
	assert.ErrorIs(t, err, syscall.ECONNRESET)
}

// What a client has said is heard, also if its server has gone by then.
func TestLinkHearsTheClientOfAServerThatIsGone(t *testing.T) {
	for name, listens := range map[string]bool{"before it accepted": false, "afterwards": true} {
		t.Run(name, func(t *testing.T) {
			r, client, server := connected(t)
			if !listens {
				r.tcp = netip.MustParseAddrPort(anyPort) // where nobody listens
				var err error
				client, err = net.Dial("tcp4", r.Addr)
				require.NoError(t, err)
			}
			_, err := client.Write([]byte("hello"))
			require.NoError(t, err)
			require.NoError(t, client.Close())

			if listens {
				server.(*net.TCPConn).SetLinger(0)
				server.Close()
				require.Eventually(t, func() bool { return r.moveBack(r.Streams[0]) }, wait.Deadline, time.Millisecond)
			} else {
				require.Eventually(t, r.accept, wait.Deadline, time.Millisecond)
			}

			s := r.Streams[len(r.Streams)-1]
			assert.Equal(t, "hello", string(s.All))
			assert.True(t, s.Ended)
			assert.False(t, s.Broke)
		})
	}
}

// A stream rests until somebody wakes it, once, and the others go on meanwhile.
func TestLinkRests(t *testing.T) {
	r, client, server := connected(t, "rest 1 after 3", "pieces 2")
	self, err := os.Executable()
	require.NoError(t, err)
	program, err := proc.Start(proc.Command{Path: self, Args: []string{"-test.run", "^$"}}) // it need not be the server
	require.NoError(t, err)
	t.Cleanup(func() { program.Kill() })
	r.program = wait.New(program, time.Now())
	_, err = client.Write([]byte("hello"))
	require.NoError(t, err)
	s := r.Streams[0]
	read := func() string {
		t.Helper()
		buf := make([]byte, 10)
		server.SetReadDeadline(time.Now().Add(wait.Deadline))
		n, err := server.Read(buf)
		require.NoError(t, err)
		return string(buf[:n])
	}
	require.Eventually(t, func() bool { r.hear(s); return len(s.All) == 5 }, wait.Deadline, time.Millisecond)

	assert.True(t, r.moveStream())
	assert.Equal(t, "he", read())
	require.Eventually(t, r.moveStream, wait.Deadline, time.Millisecond)
	assert.Equal(t, "l", read())
	assert.Equal(t, s, r.resting())
	assert.Nil(t, r.first(), "another would be the first now")
	assert.False(t, r.moveStream())

	assert.True(t, r.wake())
	assert.Nil(t, r.resting())
	assert.True(t, r.moveStream())
	assert.Equal(t, "lo", read())
}

// connected returns a link, and the two ends of a connection through it.
func connected(t *testing.T, script ...string) (r *Relay, client, server net.Conn) {
	r = New(t, script...)
	listener, err := net.Listen("tcp4", anyPort)
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	r.tcp = netip.MustParseAddrPort(listener.Addr().String())
	r.record = wire.New("server")
	client, err = net.Dial("tcp4", r.Addr)
	require.NoError(t, err)
	t.Cleanup(func() { client.Close() })
	require.Eventually(t, r.accept, wait.Deadline, time.Millisecond)
	server, err = listener.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { server.Close() })
	return r, client, server
}

const anyPort = "127.0.0.1:0"

func listenUDP(t *testing.T) *net.UDPConn {
	conn, err := net.ListenPacket("udp4", anyPort)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn.(*net.UDPConn)
}
