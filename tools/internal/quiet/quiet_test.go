//go:build linux && (amd64 || arm64)

package quiet_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"sockets.test/tools/internal/quiet"
)

// TestMain makes this binary the programs that the tests look at, too.
func TestMain(m *testing.M) {
	if program := os.Getenv("QUIET_PROGRAM"); program != "" {
		programs[program]()
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// programs print one line, most of them an address, and are then as quiet as
// their names say. Some sleep, for that is what is to be recognised; the tests do
// not.
var programs = map[string]func(){
	"idle server": func() {
		conn := listenUDP()
		ready(conn.LocalAddr())
		conn.ReadFrom(make([]byte, 1))
	},
	"nothing but select": func() {
		conn := listenUDP()
		ready(conn.LocalAddr())
		select {}
	},
	"two goroutines that wait for each other": func() {
		listenUDP()
		a, b := make(chan int), make(chan int)
		ready("-")
		go func() { <-a; b <- 1 }()
		<-b
		a <- 1
	},
	"wait for input": func() {
		ready("-")
		os.Stdin.Read(make([]byte, 1))
	},
	"sleep": func() {
		ready("-")
		time.Sleep(time.Hour)
	},
	"sleep for a while before the answer": func() {
		listenUDP()
		ready("-")
		time.Sleep(3 * time.Second)
		fmt.Println("answer")
		select {}
	},
	"AfterFunc": func() {
		listenUDP()
		time.AfterFunc(time.Hour, func() {})
		ready("-")
		select {}
	},
	"ticker": func() {
		tick := time.NewTicker(time.Hour)
		ready("-")
		for range tick.C {
		}
	},
	"read deadline": func() {
		conn := listenUDP()
		conn.SetReadDeadline(time.Now().Add(time.Hour))
		ready("-")
		conn.ReadFrom(make([]byte, 1))
	},
	"busy loop": func() {
		ready("-")
		for {
		}
	},
	"recvfrom":                 func() { blockInRecvfrom(unix.Timeval{}) },
	"recvfrom with a time-out": func() { blockInRecvfrom(unix.Timeval{Sec: 3600}) },
	"recvfrom beside a goroutine that sleeps": func() {
		runtime.GOMAXPROCS(1) // the sleeper must find another thread to wait in
		go time.Sleep(time.Hour)
		blockInRecvfrom(unix.Timeval{})
	},
	"accept":                 func() { blockInAccept(unix.Timeval{}) },
	"accept with a time-out": func() { blockInAccept(unix.Timeval{Sec: 3600}) },
	"timerfd": func() {
		fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, 0)
		check(err)
		check(unix.TimerfdSettime(fd, 0, &unix.ItimerSpec{Value: unix.Timespec{Sec: 3600}}, nil))
		ready("-")
		select {}
	},
	"timerfd that is not set": func() {
		_, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, 0)
		check(err)
		ready("-")
		select {}
	},
	"child that is idle": func() { parent("idle server") },
	"child that sleeps":  func() { parent("sleep") },
	"child that is busy": func() { parent("busy loop") },
	"child that is over": func() { parent("nothing") },
	"child that is over, and another that is waited for": func() {
		_ = child("nothing").Start()
		parent("idle server")
	},
	"child whose first thread is over": func() { parent("first thread over") },
	"first thread over": func() {
		go func() {
			for {
			}
		}()
		ready("-")
		for { // until this goroutine is on the first thread
			runtime.LockOSThread()
			if unix.Gettid() == os.Getpid() {
				unix.RawSyscall(unix.SYS_EXIT, 0, 0, 0)
			}
			runtime.UnlockOSThread()
			runtime.Gosched()
		}
	},
	"nothing":             func() { os.Exit(0) },
	"UDP echo":            echoUDP,
	"TCP echo":            echoTCP,
	"never accept":        func() { l := listenTCP(); ready(l.Addr()); select {} },
	"accept, never read":  func() { l := listenTCP(); ready(l.Addr()); l.Accept(); select {} },
	"write without end":   func() { l := listenTCP(); ready(l.Addr()); c, _ := l.Accept(); io.Copy(c, zeros{}) },
	"write with Nagle":    nagle,
	"child that inherits": func() { parent("never accept") },
}

func ready(what any) { fmt.Println(what) }

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func listenUDP() net.PacketConn {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	check(err)
	return conn
}

func listenTCP() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	return listener
}

func blockInRecvfrom(timeout unix.Timeval) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	check(err)
	check(unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	check(unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &timeout))
	ready("-")
	unix.Recvfrom(fd, make([]byte, 1), 0)
}

func blockInAccept(timeout unix.Timeval) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	check(err)
	check(unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	check(unix.Listen(fd, 1))
	check(unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &timeout))
	ready("-")
	unix.Accept(fd)
}

// parent waits for a child, which says when it is ready.
func child(program string) *exec.Cmd {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "QUIET_PROGRAM="+program)
	child.Stdout = os.Stdout
	return child
}

func parent(program string) {
	child := child(program)
	check(child.Start())
	if program == "nothing" { // leave it a zombie
		check(unix.Waitid(unix.P_PID, child.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil))
		ready("-")
		select {}
	}
	child.Wait()
}

// The echo servers answer everything but "silence".
func echoUDP() {
	conn := listenUDP()
	ready(conn.LocalAddr())
	buf := make([]byte, 64)
	for {
		n, from, err := conn.ReadFrom(buf)
		check(err)
		if string(buf[:n]) != "silence" {
			conn.WriteTo(buf[:n], from)
		}
	}
}

func echoTCP() {
	listener := listenTCP()
	ready(listener.Addr())
	for {
		conn, err := listener.Accept()
		check(err)
		go func() {
			lines := make(chan string) // one more goroutine to hand over to
			go func() {
				for line := range lines {
					io.WriteString(conn, line)
				}
			}()
			in := bufio.NewReader(conn)
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if line != "silence\n" {
					lines <- line
				}
			}
		}()
	}
}

// nagle writes twice, and the second piece waits in the kernel until the first
// has been acknowledged.
func nagle() {
	listener := listenTCP()
	ready(listener.Addr())
	for {
		conn, err := listener.Accept()
		check(err)
		conn.(*net.TCPConn).SetNoDelay(false)
		go func() {
			buf := make([]byte, 1)
			for {
				if _, err := conn.Read(buf); err != nil {
					return
				}
				io.WriteString(conn, "a")
				io.WriteString(conn, "b")
			}
		}()
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// start runs one of the programs and returns its process and its first line.
func start(t testing.TB, program string) (pid int, line string) {
	t.Helper()
	return run(t, append(os.Environ(), "QUIET_PROGRAM="+program), os.Args[0])
}

func run(t testing.TB, env []string, name string, args ...string) (pid int, line string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = env
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that children end with it
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		unix.Kill(-cmd.Process.Pid, unix.SIGKILL)
		stdin.Close()
		cmd.Wait()
	})
	line, err = bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	return cmd.Process.Pid, strings.TrimSpace(line)
}

// settle asks until the verdict is not Awake any more; programs take a moment
// to get to where they stay.
func settle(t testing.TB, pid int) quiet.Verdict {
	t.Helper()
	watch := quiet.New(pid)
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); runtime.Gosched() {
		if v := watch.Prove(); v != quiet.Awake {
			return v
		}
	}
	return quiet.Awake
}

// never asks long enough for any program to have got to where it stays.
func never(t testing.TB, pid int, unwanted ...quiet.Verdict) {
	t.Helper()
	watch := quiet.New(pid)
	for end := time.Now().Add(500 * time.Millisecond); time.Now().Before(end); runtime.Gosched() {
		require.NotContains(t, unwanted, watch.Prove())
	}
}

func TestProve(t *testing.T) {
	for _, program := range []string{
		"idle server",
		"nothing but select",
		"two goroutines that wait for each other",
		"wait for input",
		"recvfrom",
		"accept",
		"timerfd that is not set",
		"child that is idle",
		"child that is over",
		"never accept",
	} {
		t.Run(program+" is asleep", func(t *testing.T) {
			pid, _ := start(t, program)
			assert.Equal(t, quiet.Asleep, settle(t, pid))
		})
	}

	for _, program := range []string{
		"sleep",
		"sleep for a while before the answer",
		"AfterFunc",
		"ticker",
		"read deadline",
		"busy loop",
		"recvfrom with a time-out",
		"recvfrom beside a goroutine that sleeps",
		"accept with a time-out",
		"timerfd",
		"child that sleeps",
		"child that is busy",
		"child that is over, and another that is waited for",
		"child whose first thread is over",
	} {
		t.Run(program+" is awake", func(t *testing.T) {
			t.Parallel()
			pid, _ := start(t, program)
			never(t, pid, quiet.Asleep, quiet.Unknown)
		})
	}

	t.Run("a program that is gone is awake", func(t *testing.T) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "QUIET_PROGRAM=nothing")
		require.NoError(t, cmd.Start())
		require.NoError(t, unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil))

		assert.Equal(t, quiet.Awake, quiet.New(cmd.Process.Pid).Prove(), "a zombie")

		cmd.Wait()
		assert.Equal(t, quiet.Awake, quiet.New(cmd.Process.Pid).Prove(), "nothing")
	})
}

// Python waits in other calls than Go does, and waits for times in futexes.
func TestPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed")
	}
	const udp = "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', 0)); print(flush=True); "
	for _, test := range []struct {
		name, program string
		want          quiet.Verdict
	}{
		{"recvfrom", udp + "s.recvfrom(9)", quiet.Asleep},
		{"recvfrom with a time-out", udp + "s.settimeout(3600); s.recvfrom(9)", quiet.Awake},
		{"select", udp + "import select; select.select([s], [], [])", quiet.Asleep},
		{"input", "print(flush=True); input()", quiet.Asleep},
		{"a lock that nobody opens", "import threading; l = threading.Lock(); l.acquire(); print(flush=True); l.acquire()", quiet.Asleep},
		{"sleep", "import time; print(flush=True); time.sleep(3600)", quiet.Awake},
		{"an event in a thread", udp + "import threading; threading.Thread(target=lambda: threading.Event().wait(3600)).start(); s.recvfrom(9)", quiet.Awake},
		{"an alarm", "import signal; signal.signal(signal.SIGALRM, lambda *a: None); " + udp + "signal.alarm(3600); s.recvfrom(9)", quiet.Unknown},
	} {
		t.Run(test.name+" is "+test.want.String(), func(t *testing.T) {
			t.Parallel()
			pid, _ := run(t, os.Environ(), python, "-c", test.program)
			if test.want == quiet.Awake {
				never(t, pid, quiet.Asleep, quiet.Unknown)
			} else {
				assert.Equal(t, test.want, settle(t, pid))
			}
		})
	}
}

func TestSockets(t *testing.T) {
	t.Run("a UDP server holds one socket, not connected", func(t *testing.T) {
		pid, addr := start(t, "idle server")
		list, ok := quiet.Sockets(pid)
		require.True(t, ok)
		require.Len(t, list, 1)
		assert.NotZero(t, list[0].Inode)
		list[0].Inode = 0
		assert.Equal(t, quiet.Socket{
			Net:    "udp",
			Local:  netip.MustParseAddrPort(addr),
			Remote: netip.MustParseAddrPort("0.0.0.0:0"),
		}, list[0])

		list, ok = quiet.Listeners(pid)
		require.True(t, ok)
		assert.Len(t, list, 1)
	})

	t.Run("datagrams that nobody reads", func(t *testing.T) {
		pid, addr := start(t, "nothing but select")
		client, err := net.Dial("udp", addr)
		require.NoError(t, err)
		defer client.Close()
		io.WriteString(client, "hello")
		require.Equal(t, quiet.Asleep, settle(t, pid))

		list, ok := quiet.Sockets(pid)
		require.True(t, ok)
		require.Len(t, list, 1)
		assert.NotZero(t, list[0].RecvQ)
	})

	t.Run("a connection that nobody accepts", func(t *testing.T) {
		pid, addr := start(t, "never accept")
		client := dial(t, addr)
		io.WriteString(client, "hello")
		require.Equal(t, quiet.Asleep, settle(t, pid))

		list, ok := quiet.Sockets(pid)
		require.True(t, ok)
		require.Len(t, list, 1)
		assert.Equal(t, "LISTEN", list[0].State)
		assert.Equal(t, 1, list[0].RecvQ, "waiting to be accepted")
		assert.Zero(t, list[0].SendQ)

		server, ok := connection(pid, client)
		require.True(t, ok)
		assert.Equal(t, "ESTABLISHED", server.State)
		assert.Equal(t, 5, server.RecvQ)
		assert.Zero(t, server.Inode)
	})

	t.Run("a connection accepted, and not read", func(t *testing.T) {
		pid, addr := start(t, "accept, never read")
		client := dial(t, addr)
		io.WriteString(client, "hello")
		client.CloseWrite()
		require.Equal(t, quiet.Asleep, settle(t, pid))

		server, ok := connection(pid, client)
		require.True(t, ok)
		assert.Equal(t, "CLOSE_WAIT", server.State)
		assert.Equal(t, 6, server.RecvQ, "the end of the stream counts as one")
		assert.NotZero(t, server.Inode)
		list, _ := quiet.Sockets(pid)
		assert.Contains(t, list, server)
		listeners, ok := quiet.Listeners(pid)
		require.True(t, ok)
		require.Len(t, listeners, 1)
		assert.Equal(t, "LISTEN", listeners[0].State)
		assert.Contains(t, list, listeners[0])
	})

	t.Run("the sockets of a child are the program's", func(t *testing.T) {
		pid, addr := start(t, "child that inherits")
		list, ok := quiet.Sockets(pid)
		require.True(t, ok)
		require.Len(t, list, 1)
		assert.Equal(t, addr, list[0].Local.String())
	})

	t.Run("no such connection", func(t *testing.T) {
		_, ok := quiet.Connection(os.Getpid(), netip.AddrPort{}, netip.AddrPort{})
		assert.False(t, ok)
	})
}

func TestDescriptors(t *testing.T) {
	pid, _ := start(t, "recvfrom")
	one, ok := quiet.Descriptors(pid)
	require.True(t, ok)
	pid, _ = start(t, "wait for input")
	none, ok := quiet.Descriptors(pid)
	require.True(t, ok)
	assert.Equal(t, none+1, one)
}

// A writer whose reader does not read sleeps until the reader acts.
func TestWriterThatIsStuck(t *testing.T) {
	pid, addr := start(t, "write without end")
	client := dial(t, addr)
	require.Equal(t, quiet.Asleep, settle(t, pid))

	server, ok := connection(pid, client)
	require.True(t, ok)
	assert.NotZero(t, server.SendQ)
}

// Bytes that the kernel holds back are on their way: "b" comes up to 40 ms
// after "a", when the program has long been asleep.
func TestNagle(t *testing.T) {
	pid, addr := start(t, "write with Nagle")
	client := dial(t, addr)
	for range 20 { // Linux acknowledges at once at first, and later on is slow
		io.WriteString(client, "?")
		require.Equal(t, quiet.Asleep, settle(t, pid))
		require.Equal(t, "ab", readable(t, client))
	}
}

// Nothing that a program does is called silence, however busy the machine is.
func TestNoFalseAlarm(t *testing.T) {
	requests := 300
	if testing.Short() {
		requests = 200
	}
	if n, err := strconv.Atoi(os.Getenv("QUIET_REQUESTS")); err == nil {
		requests = n
	}
	const loops = 8
	stop := make(chan struct{})
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + loops))
	defer close(stop)
	for range loops {
		go func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
			}
		}()
	}

	for _, network := range []string{"udp", "tcp"} {
		t.Run(network, func(t *testing.T) {
			pid, addr := start(t, strings.ToUpper(network)+" echo")
			client, err := net.Dial(network, addr)
			require.NoError(t, err)
			defer client.Close()

			watch := quiet.New(pid)
			var proofs, silences int
			var slowest, total time.Duration
			began := time.Now()
			for i := range requests {
				request, want := fmt.Sprintf("request %d\n", i), fmt.Sprintf("request %d\n", i)
				if i%100 == 99 {
					request, want = "silence\n", ""
					if network == "udp" {
						request = "silence"
					}
				}
				sent := time.Now()
				_, err := io.WriteString(client, request)
				require.NoError(t, err)

				got := ""
				for got == "" {
					v := watch.Prove()
					proofs++
					got = readable(t, client)
					if v == quiet.Asleep {
						require.Equal(t, want, got, "after %d requests", i)
						break
					}
					require.Equal(t, quiet.Awake, v)
				}
				if i%5000 == 4999 {
					t.Logf("%d requests after %v", i+1, time.Since(began))
				}
				if want == "" {
					silences++
					total += time.Since(sent)
					slowest = max(slowest, time.Since(sent))
				}
			}
			t.Logf("%d requests, %d proofs, in %v; %d silences proven, in %v on average and %v at worst",
				requests, proofs, time.Since(began), silences, total/time.Duration(max(silences, 1)), slowest)
		})
	}
}

func dial(t testing.TB, addr string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn.(*net.TCPConn)
}

func connection(pid int, client net.Conn) (quiet.Socket, bool) {
	return quiet.Connection(pid,
		netip.MustParseAddrPort(client.RemoteAddr().String()),
		netip.MustParseAddrPort(client.LocalAddr().String()))
}

// readable returns what can be read without waiting.
func readable(t testing.TB, client net.Conn) string {
	t.Helper()
	raw, err := client.(interface {
		SyscallConn() (syscall.RawConn, error)
	}).SyscallConn()
	require.NoError(t, err)
	buf := make([]byte, 64)
	n := 0
	var failure error
	require.NoError(t, raw.Read(func(fd uintptr) bool {
		n, _, failure = unix.Recvfrom(int(fd), buf, unix.MSG_DONTWAIT)
		return true
	}))
	if failure == unix.EAGAIN {
		return ""
	}
	require.NoError(t, failure)
	return string(buf[:n])
}

func BenchmarkLook(b *testing.B) {
	for _, program := range []string{"UDP echo", "TCP echo"} {
		b.Run(program, func(b *testing.B) {
			pid, _ := start(b, program)
			require.Equal(b, quiet.Asleep, settle(b, pid))
			watch := quiet.New(pid)
			for b.Loop() {
				watch.Look()
			}
		})
	}
}

func BenchmarkProve(b *testing.B) {
	pid, _ := start(b, "UDP echo")
	require.Equal(b, quiet.Asleep, settle(b, pid))
	watch := quiet.New(pid)
	for b.Loop() {
		watch.Prove()
	}
}
