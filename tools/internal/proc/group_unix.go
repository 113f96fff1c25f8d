//go:build unix

package proc

import (
	"os"
	"syscall"
)

func signal(p *os.Process, s os.Signal) error { return p.Signal(s) }

// readNow gives to add what is in the pipe, and reports whether that was the
// end of it. A writer that never tires is left for later: the longest pipe
// holds a mebibyte.
func readNow(pipe *os.File, buf []byte, add func([]byte)) (ended bool) {
	conn, err := pipe.SyscallConn()
	if err != nil {
		return true
	}
	err = conn.Read(func(fd uintptr) bool {
		for budget := 1 << 20; budget > 0; {
			n, err := syscall.Read(int(fd), buf)
			switch {
			case err == syscall.EINTR:
				continue
			case n <= 0:
				ended = err != syscall.EAGAIN
				return true
			}
			add(buf[:n])
			budget -= n
		}
		return true
	})
	return ended || err != nil
}
