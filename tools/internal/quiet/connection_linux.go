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
	fd, err := diagSocket()
	if err != nil {
		return entry{}, err
	}
	defer unix.Close(fd)
	request := diagRequest{
		Family:   unix.AF_INET6,
		Protocol: unix.IPPROTO_TCP,
		// To ask for its tcp_info, too, locks the socket: a read that has just taken
		// the bytes, but not returned yet, and may still take more, is waited for.
		Ext:    1 << (2 - 1), // INET_DIAG_INFO
		States: ^uint32(0),
		ID:     sockID{Cookie: [2]uint32{^uint32(0), ^uint32(0)}}, // no cookie
	}
	if local.Addr().Is4() {
		request.Family = unix.AF_INET
	}
	binary.BigEndian.PutUint16(request.ID.LocalPort[:], local.Port())
	binary.BigEndian.PutUint16(request.ID.RemotePort[:], remote.Port())
	copy(request.ID.Local[:], local.Addr().AsSlice())
	copy(request.ID.Remote[:], remote.Addr().AsSlice())
	if err := send(fd, message(unix.SOCK_DIAG_BY_FAMILY, 0, request)); err != nil {
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
	var header unix.NlMsghdr
	if _, err := binary.Decode(buf[:n], binary.NativeEndian, &header); err != nil || header.Type != unix.SOCK_DIAG_BY_FAMILY {
		return entry{}, os.ErrNotExist // NLMSG_ERROR
	}
	e, err := parse(buf[unix.SizeofNlMsghdr:n], unix.IPPROTO_TCP)
	if err != nil {
		return entry{}, err
	}
	if e.Local != local || e.Remote != remote { // the welcome socket, for want of a better match
		return entry{}, os.ErrNotExist
	}
	return e, nil
}
