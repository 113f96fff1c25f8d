package quiet

import (
	"time"

	"golang.org/x/sys/unix"
)

// ProveFor is [Watch.Prove], but a thread that waits with a time-out of far or
// more counts as asleep. A client with a deadline of ten minutes is such a
// program: for those who will not wait for that, it will do nothing. The kernel
// shows how long the time-out was when the wait began, and the wait began no
// earlier than the program: who asks a program that is younger than far
// knows how long it will sleep at least.
//
// Only some time-outs can be told to be far: those of poll and epoll_wait, in
// which Go waits for the network and for timers, and those of sockets.
func (w *Watch) ProveFor(far time.Duration) Verdict {
	w.far = far
	defer func() { w.far = 0 }()
	return w.Prove()
}

// lengths are the calls whose time-out is a number of milliseconds, and which
// of their arguments it is.
var lengths = map[uint64]int{unix.SYS_EPOLL_PWAIT: 3}

func (w *Watch) isFar(nr uint64, a args) bool {
	arg, ok := lengths[nr]
	return ok && w.isLong(time.Duration(int32(a[arg]))*time.Millisecond)
}

// isLong reports whether a time-out of this length counts as none, and notes it.
func (w *Watch) isLong(set time.Duration) bool {
	if w.far == 0 || set < w.far {
		return false
	}
	if w.first == 0 || set < w.first {
		w.first = set
	}
	return true
}

// TimeOut looks whether every thread sleeps, as Sleeps does, and returns for how
// long the first of those went to sleep that will wake by themselves; 0 if none
// will. It is not ok if the program was not seen to sleep, or if a thread waits
// with a time-out that is not shown; see ProveFor.
func (w *Watch) TimeOut() (set time.Duration, ok bool) {
	w.first = 0
	ok = w.Sleeps()
	return w.first, ok
}
