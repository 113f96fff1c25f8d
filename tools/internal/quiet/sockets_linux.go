package quiet

import (
	"bytes"
	"net/netip"
	"os"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"

	"sockets.test/tools/internal/procfs"
)

// states are the names of TCP's states by the kernel's numbers,
// include/net/tcp_states.h.
var states = [...]string{1: "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1",
	"FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING"}

const timeWait, listen = 6, 10

// probing is the timer of a sender whose peer takes no more bytes, because it
// has not read those that it has; inet_diag's idiag_timer, see sock_diag(7).
const probing = 4

// Sockets lists the TCP and UDP sockets that the program or one of its
// descendants holds. It returns false where that cannot be known. A socket
// whose connection has ended on both sides is in no list of the kernel's, and
// not in this one; Held counts it.
func Sockets(pid int) (list []Socket, ok bool) { return sockets(pid, known) }

// Listeners lists those of Sockets at which clients arrive: the listening ones
// of TCP, and all of UDP. It takes a third of the time or less: the kernel has a
// short table of the sockets that listen, and a very long one of connections.
func Listeners(pid int) (list []Socket, ok bool) { return sockets(pid, 1<<listen) }

// sockets lists the program's sockets of TCP in these states, and all of UDP.
func sockets(pid int, tcp uint32) (list []Socket, ok bool) {
	held, ok := heldBy(pid)
	if !ok {
		return nil, false
	}
	for _, ask := range []struct {
		protocol uint8
		states   uint32
	}{{unix.IPPROTO_TCP, tcp}, {unix.IPPROTO_UDP, known}} {
		all, err := entries(pid, ask.protocol, ask.states)
		if err != nil {
			return nil, false
		}
		for _, e := range all {
			if held[e.Inode] {
				list = append(list, e.Socket)
			}
		}
	}
	return list, true
}

// Held counts the sockets for which the program and its descendants hold a
// descriptor. It returns false where that cannot be known.
func Held(pid int) (n int, ok bool) {
	held, ok := heldBy(pid)
	return len(held), ok
}

// heldBy gives the inodes of those sockets.
func heldBy(pid int) (held map[uint64]bool, ok bool) {
	held = make(map[uint64]bool)
	ok = eachHeld(pid, func(inode uint64, _ string) { held[inode] = true })
	return held, ok
}

// eachHeld gives each of those sockets, and the file that is its descriptor.
func eachHeld(pid int, each func(inode uint64, file string)) (ok bool) {
	var p procfs.Reader
	for family := []int{pid}; len(family) > 0; family = family[1:] {
		fds, err := p.Descriptors(family[0])
		if err != nil {
			return false
		}
		for _, fd := range fds {
			if name, err := p.Descriptor(family[0], fd); err == nil {
				if inode, ok := socketInode(name); ok {
					each(inode, procfs.Path(family[0], "fd", strconv.Itoa(fd)))
				}
			}
		}
		tids, err := p.Threads(family[0])
		if err != nil {
			return false
		}
		for _, tid := range tids {
			born, err := p.Children(family[0], tid)
			if err != nil {
				return false
			}
			family = append(family, born...)
		}
	}
	return true
}

// Descriptors counts the open descriptors of the program itself.
func Descriptors(pid int) (n int, ok bool) {
	var p procfs.Reader
	fds, err := p.Descriptors(pid)
	return len(fds), err == nil
}

// Connection finds the TCP connection between two addresses as the side of
// local sees it, also when nobody has accepted it yet, or everybody has closed
// it; nobody holds it then, and its Inode is 0.
func Connection(pid int, local, remote netip.AddrPort) (Socket, bool) {
	e, err := lookup(pid, local, remote)
	return e.Socket, err == nil
}

// Waiting counts the connections that nobody has accepted yet at the listening
// socket that is bound to this address, and to no wider one.
func Waiting(pid int, local netip.AddrPort) (n int, ok bool) {
	nobody := netip.AddrPortFrom(netip.IPv4Unspecified(), 0)
	e, err := lookup(pid, local, nobody)
	return e.RecvQ, err == nil && e.State == "LISTEN"
}

// traffic reports whether bytes are on their way to or from the program: first
// those that TCP holds back (Nagle's algorithm waits for an acknowledgement,
// which waits for up to 40 ms to be sent along), then those between sockets.
func (w *Watch) traffic(seen snapshot) Verdict {
	if len(seen.sockets) > 0 {
		all, err := entries(w.pid, unix.IPPROTO_TCP, known)
		if err != nil {
			return Unknown
		}
		if w.Deaf {
			all = slices.DeleteFunc(all, func(e entry) bool { return e.State == "SYN_SENT" })
		}
		if moving(all, seen.sockets, ours) {
			return Awake
		}
	}
	return w.backlog()
}

// moving reports whether TCP will move bytes by itself, on any connection that
// can matter to the holder of the given sockets: one of its own, or one that it
// may have closed with bytes yet to go to us. A machine has many that nobody
// holds any more, and the rest are no affair of the program's.
func moving(all []entry, held map[uint64]bool, ours func() (map[uint64]bool, bool)) bool {
	its := ports(all, held)
	var near map[uint16]bool // looked for when it matters, for it takes a while
	for _, e := range all {
		moves := e.State == "SYN_RECV" || e.SendQ > 0 && !stuck(e, all) // the handshake will be tried again
		switch {
		case !moves:
			continue
		case its[e.Local.Port()] || its[e.Remote.Port()]:
			return true
		case e.Inode != 0 || !e.Remote.Addr().IsLoopback():
			continue
		}
		if near == nil {
			held, ok := ours()
			if !ok {
				return true
			}
			near = ports(all, held)
		}
		if near[e.Local.Port()] || near[e.Remote.Port()] {
			return true
		}
	}
	return false
}

// ports are the local ones of these sockets.
func ports(all []entry, inodes map[uint64]bool) map[uint16]bool {
	list := make(map[uint16]bool)
	for _, e := range all {
		if inodes[e.Inode] {
			list[e.Local.Port()] = true
		}
	}
	return list
}

// ours are the sockets of the process that watches, and of all that it started.
func ours() (map[uint64]bool, bool) { return heldBy(os.Getpid()) }

// stuck reports whether the bytes that e has to send wait for the other side to
// read. Reading is an act, and the kernel does not act.
func stuck(e entry, all []entry) bool {
	if e.timer != probing {
		return false
	}
	for _, peer := range all {
		if peer.Local == e.Remote && peer.Remote == e.Local {
			return peer.RecvQ > 0
		}
	}
	return false
}

// backlog looks for packets between two sockets of this machine. They wait in
// a queue for each processor, whose length is the 12th column of
// /proc/net/softnet_stat since Linux 5.10 (net/core/net-procfs.c).
func (w *Watch) backlog() Verdict {
	text, err := w.proc.Read("/proc/net/softnet_stat")
	if err != nil {
		return Unknown
	}
	for line := range bytes.Lines(text) {
		columns := bytes.Fields(line)
		if len(columns) < 13 {
			return Unknown
		}
		if string(columns[11]) != "00000000" {
			return Awake
		}
	}
	return Asleep
}

// An entry is a socket in the kernel's list.
type entry struct {
	Socket
	timer uint8
}

// known are the states of sockets that are of interest: all but TIME_WAIT, in
// which nobody holds a socket, and 13, that of sockets which are bound and no
// more. The kernel goes through a table of its own for those, and before Linux
// 6.8 it did not list them.
const known = ^uint32(1<<timeWait | 1<<13)

// entries asks the kernel for all sockets of a protocol in these states, as
// ss(8) does. /proc/PID/net/tcp says the same and takes thirty times as long.
func entries(pid int, protocol uint8, states uint32) (list []entry, err error) {
	if !sameNetwork(pid) {
		return nil, os.ErrInvalid
	}
	fd, err := diagSocket()
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	for _, request := range requests(protocol, states) {
		if err := send(fd, request); err != nil {
			return nil, err
		}
		if list, err = receive(fd, protocol, list); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func unmap(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// socketInode takes the number from "socket:[1234]".
func socketInode(name []byte) (uint64, bool) {
	number, ok := bytes.CutPrefix(name, []byte("socket:["))
	if !ok {
		return 0, false
	}
	inode, err := strconv.ParseUint(string(bytes.TrimSuffix(number, []byte("]"))), 10, 64)
	return inode, err == nil
}

// sameNetwork reports whether a process is in our own network namespace, the
// only one whose sockets the kernel tells us.
func sameNetwork(pid int) bool {
	var own, its unix.Stat_t
	return unix.Stat("/proc/self/ns/net", &own) == nil &&
		unix.Stat(procfs.Path(pid, "ns/net"), &its) == nil &&
		own.Ino == its.Ino
}
