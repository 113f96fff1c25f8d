// Package quiet proves that a program will never do anything again by itself.
//
// A test that waits for an answer must not take slowness for silence, and
// should not wait ten seconds to learn that no answer comes. Linux tells the
// two apart. A program of which every thread is asleep in a system call that
// has no time-out, with no timer armed and no bytes on their way to or from
// it, can be woken from outside and by nothing else.
//
// [Asleep] is a proof. [Awake] and [Unknown] are not: they say that the proof
// could not be had now, or cannot be had here, and that a deadline must decide.
//
// # What the proof does not see
//
//   - The Go runtime collects garbage when it has not for two minutes, and
//     that closes a connection which the program has lost. A program that
//     lives on such an accident counts as asleep.
//   - An interval timer (setitimer, alarm) is not shown by any file. A program
//     that is not in Go and catches SIGALRM is Unknown for that reason; one
//     that the signal would kill, or a Go program that arms the timer by a
//     system call, counts as asleep.
//   - A daemon that has left the family (its parent is gone) is the outside,
//     and so are other programs, and the machine beyond the loopback
//     interface.
//   - A terminal in raw mode can have a time-out of its own (VTIME).
//   - A packet that another processor has taken from the kernel's queue and not
//     yet handed to a socket is in no list. That lasts a microsecond, and the
//     looks of [Watch.Prove] are two milliseconds apart; but a processor that
//     is itself stopped meanwhile, by the host of a virtual machine, would
//     escape them.
package quiet

import "net/netip"

// Verdict is what a look at a program tells.
type Verdict int

const (
	Unknown Verdict = iota // no proof to be had: another system, a call not understood, no right to look
	Awake                  // it runs, or is gone, or something will wake it, or bytes are on their way
	Asleep                 // every thread waits for something that only the outside can bring
)

func (v Verdict) String() string {
	return [...]string{"unknown", "awake", "asleep"}[v]
}

// A Socket is one TCP or UDP socket, as the kernel lists it for
// ss(8); see sock_diag(7), and RFC 9293, 3.3.2 for the states of TCP.
type Socket struct {
	Net           string         // "tcp" or "udp"
	Local, Remote netip.AddrPort // IPv4 in IPv6 is shown as IPv4
	State         string         // "LISTEN", "ESTABLISHED", "CLOSE_WAIT", ...; "" for UDP that is not connected
	RecvQ         int            // bytes not yet read; of a listening socket, connections not yet accepted
	SendQ         int            // bytes not yet acknowledged, a FIN counting as one
	Inode         uint64         // 0 when no program holds it: not yet accepted, or closed
}
