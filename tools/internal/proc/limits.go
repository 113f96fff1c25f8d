package proc

import (
	"fmt"
	"time"
)

// Limits are what a program may use, together with the processes that it
// starts and that have a living parent. Zero means no limit. Whoever uses more
// is killed with them all, and Exit.Excess says why.
//
// Only Linux has them. They are looked at and not enforced: a program goes
// beyond them by what it can take between two looks, which come the closer the
// more it has. A resource limit would do neither: RLIMIT_AS ends every program
// with a race detector, RLIMIT_DATA one that only sets memory aside, and
// RLIMIT_NPROC counts what else the user runs.
type Limits struct {
	Memory    int64 // bytes that are in use, not merely set aside
	Processes int   // at the same time
}

// excess says in which way this is more than the limits allow; "" if it is not.
func (l Limits) excess(memory int64, processes int) string {
	switch {
	case l.Memory > 0 && memory > l.Memory:
		return fmt.Sprintf("it used more than %s of memory", size(l.Memory))
	case l.Processes > 0 && processes > l.Processes:
		return fmt.Sprintf("it had more than %d processes", l.Processes)
	}
	return ""
}

// pause is how long a program that uses so much memory need not be looked at:
// no machine fills 8 GiB in a second.
func (l Limits) pause(memory int64) time.Duration {
	const seldom, often, perSecond = 250 * time.Millisecond, 5 * time.Millisecond, 8 << 30
	if l.Memory == 0 {
		return seldom
	}
	left := time.Duration(float64(l.Memory-memory) / perSecond * float64(time.Second))
	return min(max(left, often), seldom)
}

func size(bytes int64) string {
	for _, unit := range []struct {
		bytes int64
		name  string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if bytes%unit.bytes == 0 {
			return fmt.Sprint(bytes/unit.bytes, " ", unit.name)
		}
	}
	return fmt.Sprint(bytes, " bytes")
}
