package quiet

import (
	"encoding/binary"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// lookup asks the kernel for one TCP connection, where entries would make it
// go through all that the machine has. It is os.ErrNotExist if there is none.
func lookup(pid int, local, remote netip.AddrPort) (entry, error) {
	local, remote = unmap(local), unmap(remote)
	if !sameNetwork(pid) || local.Addr().Is4() != remote.Addr().Is4() {
		return entry{}, os.ErrInvalid
	}
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return entry{}, err
	}
	defer unix.Close(fd)
	// struct nlmsghdr of netlink(7), struct inet_diag_req_v2 of sock_diag(7).
	request := make([]byte, 16+56)
	binary.NativeEndian.PutUint32(request[0:], uint32(len(request)))
	binary.NativeEndian.PutUint16(request[4:], unix.SOCK_DIAG_BY_FAMILY)
	binary.NativeEndian.PutUint16(request[6:], unix.NLM_F_REQUEST)
	request[16], request[17] = unix.AF_INET6, unix.IPPROTO_TCP
	if local.Addr().Is4() {
		request[16] = unix.AF_INET
	}
	// To ask for its tcp_info, too, locks the socket: a read that has just taken
	// the bytes, but not returned yet, and may still take more, is waited for.
	request[18] = 1 << (2 - 1) // INET_DIAG_INFO of linux/inet_diag.h
	binary.NativeEndian.PutUint32(request[20:], ^uint32(0))
	binary.BigEndian.PutUint16(request[24:], local.Port())
	binary.BigEndian.PutUint16(request[26:], remote.Port())
	copy(request[28:44], local.Addr().AsSlice())
	copy(request[44:60], remote.Addr().AsSlice())
	binary.NativeEndian.PutUint64(request[64:], ^uint64(0)) // no cookie
	if err := unix.Sendto(fd, request, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return entry{}, err
	}
	buf := make([]byte, 8<<10)
	n, _, err := unix.Recvfrom(fd, buf, 0)
	for err == unix.EINTR {
		n, _, err = unix.Recvfrom(fd, buf, 0)
	}
	if err != nil {
		return entry{}, err
	}
	if n < 16+72 || binary.NativeEndian.Uint16(buf[4:]) != unix.SOCK_DIAG_BY_FAMILY {
		return entry{}, os.ErrNotExist // NLMSG_ERROR
	}
	e := parse(buf[16:n], unix.IPPROTO_TCP)
	if e.Local != local || e.Remote != remote { // the welcome socket, for want of a better match
		return entry{}, os.ErrNotExist
	}
	return e, nil
}
