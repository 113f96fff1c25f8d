package lab

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

// holds tells whether the kernel has something for this socket: bytes, an
// empty datagram, the end of the stream or an error. It takes nothing.
func holds(conn syscall.Conn) bool {
	raw, err := conn.SyscallConn()
	if err != nil {
		return false
	}
	some := false
	raw.Control(func(fd uintptr) {
		_, _, err := unix.Recvfrom(int(fd), make([]byte, 1), unix.MSG_PEEK|unix.MSG_DONTWAIT)
		some = !errors.Is(err, unix.EAGAIN)
	})
	return some
}

// unsent is the number of bytes that the peer's kernel has not acknowledged
// (SIOCOUTQ in tcp(7)).
func unsent(conn syscall.Conn) (n int) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0
	}
	raw.Control(func(fd uintptr) { n, _ = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ) })
	return n
}

// portsAreShared tells that a port can be bound by a second socket of ours
// while the first still holds it.
const portsAreShared = true

func sharePort(_, _ string, conn syscall.RawConn) (err error) {
	control := conn.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
	})
	return errors.Join(control, err)
}

// shortenQueue leaves room for one connection that nobody has accepted: the
// kernel takes one more than the backlog (listen(2)).
func shortenQueue(welcome syscall.Conn) bool {
	raw, err := welcome.SyscallConn()
	if err != nil {
		return false
	}
	control := raw.Control(func(fd uintptr) { err = unix.Listen(int(fd), 0) })
	return err == nil && control == nil
}
