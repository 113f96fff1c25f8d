package quiet

import (
	"strings"

	"golang.org/x/sys/unix"
)

// Over counts the TCP sockets that the program or one of its descendants still
// holds, and whose connection is over: it was reset, or has ended on both sides.
// No list of the kernel's has them, but a socket tells its protocol's name, as
// it does to lsof(8). It returns false where that cannot be known.
func Over(pid int) (n int, ok bool) {
	protocols := map[uint64]string{}
	if !eachHeld(pid, func(inode uint64, file string) {
		name := make([]byte, 32)
		if size, err := unix.Getxattr(file, "system.sockprotoname", name); err == nil {
			protocols[inode] = strings.TrimRight(string(name[:size]), "\x00")
		}
	}) {
		return 0, false
	}
	list, ok := Sockets(pid)
	for _, socket := range list {
		delete(protocols, socket.Inode)
	}
	for _, name := range protocols {
		if strings.Contains(name, "TCP") { // or TCPv6, or MPTCP, which Go listens with
			n++
		}
	}
	return n, ok
}
