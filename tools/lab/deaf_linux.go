package lab

import "syscall"

// narrow gives a socket the segments of a real network, and a small buffer.
// With the segments of loopback, which are of 64 KiB, the kernel keeps megabytes
// of answers for a client that reads none.
func narrow(_, _ string, socket syscall.RawConn) error {
	return socket.Control(func(fd uintptr) {
		syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_MAXSEG, 1400)
		syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 1<<15)
	})
}
