//go:build unix

package kernel

import (
	"net"
	"syscall"
)

// SendNow sends as much as the kernel has room for. A connection that is gone
// takes everything.
func SendNow(conn *net.TCPConn, data []byte) int { return WriteNow(conn, data) }

// WriteNow writes as much as the pipe has room for. A program that has gone
// takes everything, and reads nothing.
func WriteNow(pipe syscall.Conn, data []byte) int {
	conn, err := pipe.SyscallConn()
	if err != nil {
		return len(data)
	}
	n := 0
	err = conn.Write(func(fd uintptr) bool {
		for {
			wrote, err := syscall.Write(int(fd), data[n:])
			switch {
			case err == syscall.EINTR:
				continue
			case err == syscall.EAGAIN:
				return true
			case err != nil:
				n = len(data)
				return true
			}
			if n += wrote; n == len(data) {
				return true
			}
		}
	})
	if err != nil { // the pipe is closed
		return len(data)
	}
	return n
}
