package quiet

import (
	"encoding/binary"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// What the kernel is asked, and answers, about sockets: sock_diag(7), and
// linux/inet_diag.h for the structs. A message is a struct nlmsghdr of
// netlink(7) and one of these.

// A sockID is a struct inet_diag_sockid.
type sockID struct {
	LocalPort, RemotePort [2]byte // in the network's order
	Local, Remote         [16]byte
	Interface             uint32
	Cookie                [2]uint32
}

// A diagRequest is a struct inet_diag_req_v2.
type diagRequest struct {
	Family, Protocol, Ext, _ uint8
	States                   uint32
	ID                       sockID
}

// A tcpRequest is a struct inet_diag_req, the older of the two.
type tcpRequest struct {
	Family, SourceLen, DestinationLen, Ext uint8
	ID                                     sockID
	States, Dbs                            uint32
}

// A diagMessage is a struct inet_diag_msg.
type diagMessage struct {
	Family, State, Timer, Retransmits uint8
	ID                                sockID
	Expires, RecvQ, SendQ, UID, Inode uint32
}

// getTCP is the kind of a tcpRequest, TCPDIAG_GETSOCK. It is for TCP alone, and
// for IPv4 and IPv6 at once: the kernel goes through its tables, which are
// large, once and not twice.
const getTCP = 18

// requests ask for all sockets of a protocol that are in these states.
func requests(protocol uint8, states uint32) (list [][]byte) {
	if protocol == unix.IPPROTO_TCP {
		return [][]byte{message(getTCP, unix.NLM_F_DUMP, tcpRequest{States: states})}
	}
	for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
		list = append(list, message(unix.SOCK_DIAG_BY_FAMILY, unix.NLM_F_DUMP, diagRequest{Family: family, Protocol: protocol, States: states}))
	}
	return list
}

// message is a request of a kind, as the kernel reads it.
func message(kind, flags uint16, request any) []byte {
	header := unix.NlMsghdr{Len: uint32(unix.SizeofNlMsghdr + binary.Size(request)), Type: kind, Flags: unix.NLM_F_REQUEST | flags}
	b, _ := binary.Append(nil, binary.NativeEndian, header)
	b, _ = binary.Append(b, binary.NativeEndian, request)
	return b
}

func diagSocket() (fd int, err error) {
	return unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
}

func send(fd int, request []byte) error {
	return unix.Sendto(fd, request, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
}

// receive adds the kernel's answer, up to its end, to the list.
func receive(fd int, protocol uint8, list []entry) ([]entry, error) {
	buf := make([]byte, 32<<10) // netlink(7): at least 8 KiB
	for {
		n, _, err := unix.Recvfrom(fd, buf, 0)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return nil, err
		}
		for rest := buf[:n]; len(rest) >= unix.SizeofNlMsghdr; {
			var header unix.NlMsghdr
			binary.Decode(rest, binary.NativeEndian, &header)
			size := int(header.Len)
			if size < unix.SizeofNlMsghdr || size > len(rest) {
				return nil, os.ErrInvalid
			}
			switch header.Type {
			case unix.NLMSG_DONE:
				return list, nil
			case unix.SOCK_DIAG_BY_FAMILY, getTCP:
				e, err := parse(rest[unix.SizeofNlMsghdr:size], protocol)
				if err != nil {
					return nil, err
				}
				list = append(list, e)
			default: // NLMSG_ERROR: the kernel does not know the protocol
				return nil, os.ErrInvalid
			}
			rest = rest[min((size+3)&^3, len(rest)):]
		}
	}
}

// parse reads a diagMessage.
func parse(b []byte, protocol uint8) (entry, error) {
	var m diagMessage
	if _, err := binary.Decode(b, binary.NativeEndian, &m); err != nil {
		return entry{}, err
	}
	address := func(ip [16]byte, port [2]byte) netip.AddrPort {
		addr := netip.AddrFrom16(ip)
		if m.Family == unix.AF_INET {
			addr = netip.AddrFrom4([4]byte(ip[:4]))
		}
		return unmap(netip.AddrPortFrom(addr, binary.BigEndian.Uint16(port[:])))
	}
	e := entry{timer: m.Timer, Socket: Socket{
		Net:    "tcp",
		Local:  address(m.ID.Local, m.ID.LocalPort),
		Remote: address(m.ID.Remote, m.ID.RemotePort),
		RecvQ:  int(m.RecvQ),
		SendQ:  int(m.SendQ),
		Inode:  uint64(m.Inode),
	}}
	if int(m.State) < len(states) {
		e.State = states[m.State]
	}
	switch {
	case protocol == unix.IPPROTO_UDP:
		e.Net = "udp"
		if e.State == "CLOSE" { // what the kernel calls not connected
			e.State = ""
		}
	case e.State == "LISTEN":
		e.SendQ = 0 // the kernel shows the backlog's limit here
	}
	return e, nil
}
