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
//
// # A program that does not sleep
//
// Of a program that goes round in a loop, or sleeps for a moment again and
// again, nothing can be proven: from outside, one that counts its rounds and
// will answer after the next looks the same as one that never will. A
// [Meter] measures instead what it has done since bytes last moved, and who
// waits decides how much of that is enough:
//
//   - [Effort.Spins]: so much processor time. A busy machine gives less of it
//     in a second, and makes nobody use more.
//   - [Effort.Talks]: much more processor time, while bytes moved all the time, but
//     none that the watcher knows of: it talks to itself.
//   - [Effort.Stirs]: so much time asleep by its own alarms, and awake, in which
//     it woke again and again. The time for which it was ready to run and had
//     no processor does not count.
//
// Bytes have moved when a socket of the program's has more or less in its
// queues, or the program has read a page from whatever it was: a program that
// starts reads files, and one that is slow reads what it has not read yet.
// What it writes does not count, nor do sockets that it opens and closes: one
// that complains, or tries to connect, for ever does both.
//
// This is a bound and no proof. A program that is right and uses more before it
// answers is taken for one that never does: more processor time, because what
// it computes is much, or its processor slow; or more time asleep, while it, or
// another thread of it, takes eight naps or more. What the host of a virtual
// machine takes away may be counted as used. A program in another language than
// Go, and with several threads, never stirs: some runtimes have threads that
// wake for themselves, those of Java twenty times a second.
package quiet

import (
	"net/netip"
	"os"
	"sync"
	"time"
)

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

// An Effort is what a program and its descendants have done while nothing came
// of it.
type Effort struct {
	Clock    time.Duration // how long that is
	CPU      time.Duration // processor time
	All      time.Duration // processor time since the first look, or since Moved: also while its own bytes moved
	Own      time.Duration // Clock, less the waiting for a processor; 0 where that is not told
	Wakes    int           // how many looks found that it had slept and woken since the look before
	Kept     time.Duration // waiting for a processor since the first look, all threads together
	Compiled bool          // it is one process, and a Go program: it begins at once
}

// Spins reports whether the program has used so much processor time, in no less
// time by the clock: ten threads that wait for a time without sleeping use ten
// times what one does.
func (e Effort) Spins(bound time.Duration) bool { return e.CPU >= bound && e.Clock >= bound }

// Talks reports whether the program has used so much processor time, whatever has
// moved in its sockets.
func (e Effort) Talks(bound time.Duration) bool { return e.All >= bound }

// naps are as many as a program takes that looks again and again. One that is
// slow takes one or two.
const naps = 8

// Stirs reports whether the program has slept and woken again and again for so
// long.
func (e Effort) Stirs(bound time.Duration) bool { return e.Wakes >= naps && e.Own >= bound }

// Shown reports whether this system shows what sockets a process holds, and so
// whether its silence can be proven.
var Shown = sync.OnceValue(func() bool {
	_, ok := Listeners(os.Getpid())
	return ok
})
