//go:build amd64 || arm64

package quiet

import "golang.org/x/sys/unix"

// calls are the system calls that a waiting thread is found in, and how each
// tells from its arguments whether it has a time-out. A call that is not here
// is unknown, and no proof is built on it. That goes for pause, sigsuspend
// and sigtimedwait too: they wait for signals, and an alarm cannot be seen.
var calls = map[uint64]func(args) wait{
	unix.SYS_FUTEX:           futex,
	unix.SYS_EPOLL_PWAIT:     milliseconds(3),
	unix.SYS_EPOLL_PWAIT2:    timespec(3),
	unix.SYS_PPOLL:           timespec(2),
	unix.SYS_PSELECT6:        timespec(4),
	unix.SYS_WAIT4:           always(indefinite), // its children are looked at too
	unix.SYS_WAITID:          always(indefinite),
	unix.SYS_NANOSLEEP:       always(timed),
	unix.SYS_CLOCK_NANOSLEEP: always(timed),
	unix.SYS_CONNECT:         always(timed), // the kernel gives up by itself; but see Deaf
	unix.SYS_ACCEPT:          always(reading),
	unix.SYS_ACCEPT4:         always(reading),
	unix.SYS_READ:            always(reading),
	unix.SYS_READV:           always(reading),
	unix.SYS_RECVFROM:        always(reading),
	unix.SYS_RECVMSG:         always(reading),
	unix.SYS_WRITE:           always(writing),
	unix.SYS_WRITEV:          always(writing),
	unix.SYS_SENDTO:          always(writing),
	unix.SYS_SENDMSG:         always(writing),
}

// futex is indefinite for FUTEX_WAIT and FUTEX_WAIT_BITSET with no time-out,
// which is the fourth argument of both; see futex(2).
func futex(a args) wait {
	const opWait, opWaitBitset = 0, 9
	const flags = 128 | 256 // FUTEX_PRIVATE_FLAG, FUTEX_CLOCK_REALTIME

	switch op := a[1] &^ flags; {
	case op != opWait && op != opWaitBitset:
		return unknown
	case a[3] != 0:
		return timedFutex
	}
	return indefinite
}

// milliseconds is for calls with an int whose negative values mean for ever,
// as in epoll_wait(2) and poll(2). The register is wider than the int.
func milliseconds(arg int) func(args) wait {
	return func(a args) wait {
		if int32(a[arg]) < 0 {
			return indefinite
		}
		return timed
	}
}

// timespec is for calls with a pointer to a time whose NULL means for ever, as
// in ppoll(2) and pselect(2).
func timespec(arg int) func(args) wait {
	return func(a args) wait {
		if a[arg] == 0 {
			return indefinite
		}
		return timed
	}
}

func always(w wait) func(args) wait { return func(args) wait { return w } }
