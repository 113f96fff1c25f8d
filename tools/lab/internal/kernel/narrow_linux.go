package kernel

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Narrow gives a socket the segments of a real network, and small buffers.
// With the segments of loopback, which are of 64 KiB, the kernel keeps megabytes
// of answers for a client that reads none.
func Narrow(_, _ string, socket syscall.RawConn) error {
	return socket.Control(func(fd uintptr) {
		syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_MAXSEG, 1400)
		syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 1<<15)
		syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_SNDBUF, 1<<16)
	})
}

// Kept is how many bytes the kernel keeps, at most, for a program that writes,
// and whose peer does not read: the last of the three numbers of tcp_wmem, see
// tcp(7). A machine that was tuned for more is not put to the test.
func Kept() int {
	text, _ := os.ReadFile("/proc/sys/net/ipv4/tcp_wmem")
	fields := strings.Fields(string(text))
	if len(fields) != 3 {
		return 4 << 20
	}
	n, _ := strconv.Atoi(fields[2])
	return min(n, 8<<20)
}
