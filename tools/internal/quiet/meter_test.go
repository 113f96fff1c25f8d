//go:build linux && (amd64 || arm64)

package quiet_test

import (
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"sockets.test/tools/internal/quiet"
)

func init() { maps.Copy(programs, sleepless) }

// sleepless are programs of which no proof can be had.
var sleepless = map[string]func(){
	"select with a default": func() {
		done := make(chan bool)
		ready("-")
		for {
			select {
			case <-done:
			default:
			}
		}
	},
	"reads the end again and again": func() {
		l := listenTCP()
		ready(l.Addr())
		c, _ := l.Accept()
		for buf := make([]byte, 9); ; {
			c.Read(buf)
		}
	},
	"connects to a closed port for ever": func() {
		l := listenTCP()
		l.Close()
		ready("-")
		for {
			net.Dial("tcp", l.Addr().String())
		}
	},
	"complains for ever": func() {
		ready("-")
		null, _ := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
		for {
			fmt.Fprintln(null, "what now?")
		}
	},
	"talks to itself for ever": func() {
		fd, err := unix.Eventfd(0, 0)
		check(err)
		ready("-")
		for one := []byte{1, 0, 0, 0, 0, 0, 0, 0}; ; {
			unix.Write(fd, one)
			unix.Read(fd, one)
		}
	},
	"a busy goroutine beside a server": func() {
		go programs["busy loop"]()
		listenUDP().ReadFrom(make([]byte, 1))
	},
	"deadlines of 50 ms": func() {
		conn := listenUDP()
		ready("-")
		for {
			conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
			conn.ReadFrom(make([]byte, 1))
		}
	},
	"a ticker beside a server": func() {
		tick := time.NewTicker(100 * time.Millisecond)
		go func() {
			for range tick.C {
			}
		}()
		conn := listenUDP()
		ready("-")
		conn.ReadFrom(make([]byte, 1))
	},

	// These answer, each in its own way.
	"computes for 100 ms": func() { echoWhen(func(int) { compute(100 * time.Millisecond) }) },
	"looks every millisecond": func() {
		conn := listenUDP().(*net.UDPConn)
		ready(conn.LocalAddr())
		for buf := make([]byte, 64); ; {
			conn.SetReadDeadline(time.Now().Add(time.Millisecond))
			if n, from, err := conn.ReadFrom(buf); err == nil {
				conn.WriteTo(buf[:n], from)
			}
		}
	},
	"looks without a pause": func() {
		fd, addr := nonblocking()
		ready(addr)
		for buf := make([]byte, 64); ; {
			if n, from, err := unix.Recvfrom(fd, buf, 0); err == nil {
				unix.Sendto(fd, buf[:n], 0, from)
			}
		}
	},
	"naps 30 times": func() {
		echoWhen(func(int) {
			for range 30 {
				time.Sleep(10 * time.Millisecond)
			}
		})
	},
	"reads byte by byte": func() {
		l := listenTCP()
		ready(l.Addr())
		c, _ := l.Accept()
		for buf := make([]byte, 1); ; {
			if n, _ := c.Read(buf); n == 0 {
				break
			}
		}
		c.Write([]byte("done"))
		select {}
	},
}

// echoWhen answers each datagram when it has done something.
func echoWhen(done func(int)) {
	conn := listenUDP()
	ready(conn.LocalAddr())
	buf := make([]byte, 64)
	for i := 0; ; i++ {
		n, from, err := conn.ReadFrom(buf)
		check(err)
		done(i)
		conn.WriteTo(buf[:n], from)
	}
}

// compute uses so much processor time, however long that takes.
func compute(much time.Duration) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var began, now unix.Timespec
	unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &began)
	for time.Duration(now.Nano()-began.Nano()) < much {
		unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &now)
	}
}

func nonblocking() (fd int, addr string) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK, 0)
	check(err)
	check(unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	name, err := unix.Getsockname(fd)
	check(err)
	return fd, "127.0.0.1:" + strconv.Itoa(name.(*unix.SockaddrInet4).Port)
}

// No bound of package lab's is lower.
const (
	spinning = time.Second
	stirring = 4 * time.Second
)

// For programs that never answer, lower ones show as much.
const (
	spun    = 300 * time.Millisecond
	stirred = time.Second
)

// enough looks until the program has spun, or stirred, for long enough.
func enough(t *testing.T, pid int) quiet.Effort {
	t.Helper()
	meter := quiet.New(pid).Meter()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(25 * time.Millisecond) {
		e, ok := meter.Look()
		require.True(t, ok)
		if e.Spins(spun) || e.Stirs(stirred) {
			return e
		}
		require.True(t, time.Now().Before(end), "%+v", e)
	}
}

func TestMeter(t *testing.T) {
	for _, program := range []string{
		"busy loop",
		"select with a default",
		"connects to a closed port for ever",
		"complains for ever",
		"talks to itself for ever",
		"a busy goroutine beside a server",
	} {
		t.Run(program+" spins", func(t *testing.T) {
			t.Parallel()
			pid, _ := start(t, program)
			e := enough(t, pid)
			assert.True(t, e.Spins(spun), "%+v", e)
			assert.True(t, e.Compiled)
			_, ok := quiet.Busiest(pid)
			assert.True(t, ok)
		})
	}

	t.Run("reads the end again and again spins", func(t *testing.T) {
		t.Parallel()
		pid, addr := start(t, "reads the end again and again")
		dial(t, addr).CloseWrite()
		e := enough(t, pid)
		assert.True(t, e.Spins(spun), "%+v", e)
	})

	t.Run("child that is busy spins, and is not one program", func(t *testing.T) {
		t.Parallel()
		pid, _ := start(t, "child that is busy")
		e := enough(t, pid)
		assert.True(t, e.Spins(spun), "%+v", e)
		assert.False(t, e.Compiled)
	})

	for _, program := range []string{"deadlines of 50 ms", "looks every millisecond", "a ticker beside a server"} {
		t.Run(program+" stirs", func(t *testing.T) {
			t.Parallel()
			pid, _ := start(t, program)
			e := enough(t, pid)
			assert.True(t, e.Stirs(stirred), "%+v", e)
			assert.Less(t, e.CPU, spun)
		})
	}

	for _, program := range []string{"sleep", "idle server", "child that sleeps", "child that is over"} {
		t.Run(program+" does neither", func(t *testing.T) {
			t.Parallel()
			pid, _ := start(t, program)
			meter := quiet.New(pid).Meter()
			var e quiet.Effort
			for range 20 {
				time.Sleep(25 * time.Millisecond)
				var ok bool
				e, ok = meter.Look()
				require.True(t, ok)
			}
			assert.Less(t, e.Wakes, 8, "%+v", e)
			assert.Less(t, e.CPU, 200*time.Millisecond, "%+v", e)
		})
	}

	t.Run("a program that is gone", func(t *testing.T) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "QUIET_PROGRAM=nothing")
		require.NoError(t, cmd.Run())
		_, ok := quiet.New(cmd.Process.Pid).Meter().Look()
		assert.False(t, ok)
		_, ok = quiet.Busiest(cmd.Process.Pid)
		assert.False(t, ok)
	})
}

// A thread that has to wait for a processor shows for how long; one that is gone,
// nothing.
func TestDelay(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells")
	}
	busy(t, 2*runtime.NumCPU())
	pid, _ := start(t, "busy loop")
	watch := quiet.New(pid)
	before := watch.Delay()
	require.Eventually(t, func() bool { return watch.Delay() > before }, 20*time.Second, time.Millisecond)

	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "QUIET_PROGRAM=nothing")
	require.NoError(t, cmd.Run())
	require.Zero(t, quiet.New(cmd.Process.Pid).Delay())
}

// Python polls in other calls than Go does.
func TestMeterOfPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed")
	}
	const udp = "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', 0)); print(flush=True)\n"
	for name, program := range map[string]string{
		"select with a time-out": udp + "import select\nwhile True: select.select([s], [], [], 0.1)",
		"without blocking":       udp + "s.setblocking(False)\nwhile True:\n  try: s.recv(9)\n  except BlockingIOError: pass",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pid, _ := run(t, os.Environ(), python, "-c", program)
			e := enough(t, pid)
			assert.Equal(t, name == "without blocking", e.Spins(spun), "%+v", e)
			assert.False(t, e.Compiled)
		})
	}
}

// A program that is right has used nowhere near enough when it answers, however
// busy the machine is.
func TestNoFalseAlarmAwake(t *testing.T) {
	requests := map[string]int{"computes for 100 ms": 1, "naps 30 times": 3, "looks every millisecond": 100, "looks without a pause": 20, "UDP echo": 100}
	if n, err := strconv.Atoi(os.Getenv("QUIET_REQUESTS")); err == nil {
		for program, usual := range requests {
			requests[program] = max(1, usual*n/300)
		}
	}
	busy(t, 8)
	for program, n := range requests {
		t.Run(program, func(t *testing.T) {
			pid, addr := start(t, program)
			client, err := net.Dial("udp", addr)
			require.NoError(t, err)
			defer client.Close()
			watch := quiet.New(pid)
			var most quiet.Effort
			for i := range n {
				request := fmt.Sprintf("request %d", i)
				meter := watch.Meter()
				_, err := io.WriteString(client, request)
				require.NoError(t, err)
				for got := ""; got == ""; time.Sleep(time.Millisecond) {
					e, ok := meter.Look()
					require.True(t, ok)
					require.False(t, e.Spins(spun), "%+v", e)
					require.False(t, e.Stirs(stirring/2), "%+v", e)
					most.CPU, most.Own, most.Wakes = max(most.CPU, e.CPU), max(most.Own, e.Own), max(most.Wakes, e.Wakes)
					most.Clock = max(most.Clock, e.Clock)
					if got = readable(t, client); got != "" {
						require.Equal(t, request, got)
					}
				}
			}
			t.Logf("%d requests; at most %v of processor time, %v by its own clock and %v by ours, %d wakes",
				n, most.CPU, most.Own, most.Clock, most.Wakes)
		})
	}
}

// A program that still reads what came has not had its chance.
func TestMeterSeesBytesMove(t *testing.T) {
	pid, addr := start(t, "reads byte by byte")
	client := dial(t, addr)
	go func() {
		io.WriteString(client, strings.Repeat("x", 1<<20))
		client.CloseWrite()
	}()
	meter := quiet.New(pid).Meter()
	var most time.Duration
	for got := ""; got == ""; got = readable(t, client) {
		time.Sleep(5 * time.Millisecond)
		e, ok := meter.Look()
		require.True(t, ok)
		most = max(most, e.CPU)
	}
	assert.Less(t, most, spinning/4)
}

// busy keeps the machine busy with so many loops, until the test ends.
func busy(t *testing.T, loops int) {
	for range loops {
		start(t, "busy loop")
	}
}
