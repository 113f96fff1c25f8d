package kernel

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Readable waits, for a step at most, until at least one of these sockets has
// something for its reader: bytes, an end, a client to accept. It reports which.
func Readable(step time.Duration, conns []syscall.Conn) []bool {
	fds := make([]unix.PollFd, len(conns))
	for i, conn := range conns {
		fds[i].Fd = -1 // which poll(2) passes over
		if raw, err := conn.SyscallConn(); err == nil {
			raw.Control(func(fd uintptr) { fds[i] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN} })
		}
	}
	timeout := unix.NsecToTimespec(int64(step))
	unix.Ppoll(fds, &timeout, nil)
	some := make([]bool, len(conns))
	for i := range fds {
		some[i] = fds[i].Revents != 0
	}
	return some
}

// AtHand is how long a Read may take for what Readable has told of: for ever.
const AtHand = 10 * time.Second
