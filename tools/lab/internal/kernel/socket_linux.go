package kernel

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

// Holds reports whether the kernel has something for this socket: bytes, an
// empty datagram, the end of the stream or an error. It takes nothing.
func Holds(conn syscall.Conn) bool {
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

// HoldsKnown reports whether Holds can be believed.
const HoldsKnown = true

// Unsent is the number of bytes that the peer's kernel has not acknowledged
// (SIOCOUTQ in tcp(7)).
func Unsent(conn syscall.Conn) (n int) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0
	}
	raw.Control(func(fd uintptr) { n, _ = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ) })
	return n
}

// PortsAreShared reports whether SharePort has an effect.
const PortsAreShared = true

// SharePort, as the Control of a socket, lets a second one of ours bind its port.
func SharePort(_, _ string, conn syscall.RawConn) (err error) {
	control := conn.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
	})
	return errors.Join(control, err)
}

// ShortenBacklog leaves room for one connection that nobody has accepted: the
// kernel takes one more than the backlog (listen(2)).
func ShortenBacklog(listener syscall.Conn) bool {
	raw, err := listener.SyscallConn()
	if err != nil {
		return false
	}
	control := raw.Control(func(fd uintptr) { err = unix.Listen(int(fd), 0) })
	return err == nil && control == nil
}
