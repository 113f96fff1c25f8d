package quiet

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"sockets.test/tools/internal/procfs"
)

// A Watch looks at one program and its descendants. It is not safe for concurrent use.
type Watch struct {
	pid   int
	proc  procfs.Reader
	kinds map[file]kind // what the files that the program runs are
	Deaf  bool          // nobody will answer a handshake that the program has begun
	far   time.Duration // a timer set for so long counts as none; 0: every timer counts
	first time.Duration // the shortest of those; 0 without any
}

// New returns a Watch over the process pid. Whoever started the process may
// look at it; others need the rights of a debugger, see ptrace(2).
func New(pid int) *Watch {
	return &Watch{pid: pid, kinds: make(map[file]kind)}
}

// Look looks once, without waiting. Threads are looked at one after another,
// so what one look saw need not have been true of all of them at any one time.
// See [Watch.Prove].
func (w *Watch) Look() Verdict {
	v, seen := w.program()
	if v != Asleep {
		return v
	}
	return w.traffic(seen)
}

// Prove looks three times, a millisecond apart, and returns Asleep only if
// every look says so and nothing moved between them.
//
// Why that is a proof: a thread that was asleep in the first look and has not
// been switched off a processor since (the counters of proc(5), status) has not
// run since. So there was a moment, after the first look and before the second,
// when all of them slept. A sleeping program starts no thread, sends nothing
// and arms no timer, so what the first look found is still so. Bytes that were
// on their way by then are either seen on their way, upstream first, or have
// arrived and woken somebody before the last look.
func (w *Watch) Prove() Verdict {
	v, first := w.program()
	if v != Asleep {
		return v
	}
	if v := w.traffic(first); v != Asleep {
		return v
	}
	for range 2 {
		time.Sleep(time.Millisecond)
		v, again := w.program()
		if v != Asleep {
			return v
		}
		if !maps.Equal(first.threads, again.threads) {
			return Awake
		}
	}
	return Asleep
}

// Sleeps reports whether there was a moment just now at which every thread slept,
// whatever timers are set and whatever is on its way: two looks, without the pauses
// in which [Watch.Prove] gives bytes the time to arrive.
func (w *Watch) Sleeps() bool {
	w.far = 1
	defer func() { w.far = 0 }()
	v, first := w.program()
	if v != Asleep {
		return false
	}
	v, again := w.program()
	return v == Asleep && maps.Equal(first.threads, again.threads)
}

// A snapshot is what one look at the program saw.
type snapshot struct {
	threads map[int]thread
	sockets map[uint64]bool // by inode
	waits   bool            // a thread waits for a child to end
	dead    bool            // and a child has ended that nobody has asked for
}

// A thread is what must not change while a thread sleeps.
type thread struct {
	voluntary, forced uint64 // context switches
	call              uint64
	args              args
}

type args [6]uint64

// wait says how long a thread stays in the system call it is in.
type wait int

const (
	unknown    wait = iota // not understood
	over                   // it has ended
	timed                  // until a time that is set, or it does not wait at all
	timedFutex             // the same, but see sysmon in process
	indefinite             // until somebody else acts
	reading                // indefinite, if the descriptor has no time-out
	writing                // the same
)

// program looks at every process of the program.
func (w *Watch) program() (Verdict, snapshot) {
	seen := snapshot{threads: make(map[int]thread), sockets: make(map[uint64]bool)}
	family := []int{w.pid}
	verdict := Asleep
	for i := 0; i < len(family); i++ {
		before := len(seen.threads)
		v, children := w.process(family[i], &seen)
		if v == Awake {
			return Awake, seen
		}
		if v == Unknown {
			verdict = Unknown // but somebody may yet turn out to be awake
		}
		if i == 0 && v == Asleep && len(seen.threads) == before {
			return Awake, seen // dead: let its parent find out
		}
		family = append(family, children...)
	}
	if seen.waits && seen.dead {
		return Awake, seen // it may be told at any moment
	}
	return verdict, seen
}

// process looks at every thread of one process, and at its alarms. A process
// that has no thread left is a zombie, and asleep for good. One whose first
// thread has ended looks the same, and its others may do anything yet.
func (w *Watch) process(pid int, seen *snapshot) (Verdict, []int) {
	kind, err := w.kind(pid)
	if errors.Is(err, fs.ErrNotExist) && w.zombie(pid) {
		tids, err := w.proc.Threads(pid)
		if err != nil || len(tids) > 1 {
			return Awake, nil
		}
		seen.dead = true
		return Asleep, nil
	}
	if err != nil {
		return lost(err), nil
	}
	if !kind.native {
		return Unknown, nil
	}

	tids, err := w.proc.Threads(pid)
	if err != nil {
		return lost(err), nil
	}
	verdict, sysmon := Asleep, kind.golang
	var children []int
	for _, tid := range tids {
		wait, err := w.thread(pid, tid, kind, seen)
		if err != nil {
			return lost(err), nil
		}
		switch wait {
		case over:
			continue
		case timed:
			return Awake, nil
		case timedFutex:
			// The runtime of Go has one thread, sysmon, that goes to sleep
			// last and for a minute (runtime/proc.go); when a goroutine's
			// timer is armed, another thread waits for that in epoll_wait.
			// Elsewhere a timed futex is how a program waits for a time.
			if !sysmon {
				return Awake, nil
			}
			sysmon = false
		case unknown:
			verdict = Unknown
		}
		born, err := w.proc.Children(pid, tid)
		if err != nil {
			return lost(err), nil
		}
		children = append(children, born...)
	}
	if v := w.alarms(pid, seen); v != Asleep {
		return v, children
	}
	return verdict, children
}

// thread tells how long a thread stays where it is, and notes where that is.
func (w *Watch) thread(pid, tid int, kind kind, seen *snapshot) (wait, error) {
	status, err := w.proc.Status(pid, tid)
	if err != nil {
		return unknown, err
	}
	switch status.State {
	case 'S':
	case 'Z', 'X':
		return over, nil
	case 'T', 't': // stopped, by a terminal or a debugger: do not guess
		return unknown, nil
	default: // R, it runs; D, a disk will answer
		return timed, nil
	}
	nr, args, running, err := w.call(pid, tid)
	if err != nil {
		return unknown, err
	}
	if running {
		return timed, nil
	}
	seen.threads[tid] = thread{status.Voluntary, status.Forced, nr, args}
	seen.waits = seen.waits || nr == unix.SYS_WAIT4 || nr == unix.SYS_WAITID

	call := calls[nr]
	if call == nil || alarmed(status) && !kind.golang { // whose runtime catches every signal
		return unknown, nil
	}
	switch s := call(args); s {
	case timed:
		if w.isFar(nr, args) {
			return indefinite, nil
		}
		return timed, nil
	case reading:
		return w.descriptor(pid, int(int32(args[0])), unix.SO_RCVTIMEO)
	case writing:
		return w.descriptor(pid, int(int32(args[0])), unix.SO_SNDTIMEO)
	default:
		return s, nil
	}
}

// descriptor tells how long a thread waits on a descriptor. A socket can have
// a time-out, which is one of the options of socket(7).
func (w *Watch) descriptor(pid, fd, option int) (wait, error) {
	name, err := w.proc.Descriptor(pid, fd)
	switch {
	case err != nil:
		return unknown, err
	case bytes.HasPrefix(name, []byte("socket:")):
	case bytes.HasPrefix(name, []byte("pipe:")),
		bytes.HasPrefix(name, []byte("/dev/pts/")),
		bytes.HasPrefix(name, []byte("/dev/tty")),
		string(name) == "anon_inode:[eventfd]",
		string(name) == "anon_inode:[timerfd]": // alarms looks at these
		return indefinite, nil
	default:
		return unknown, nil
	}

	// The option is the socket's, so borrow that; see pidfd_getfd(2).
	process, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return unknown, err
	}
	defer unix.Close(process)
	socket, err := unix.PidfdGetfd(process, fd, 0)
	if err != nil {
		return unknown, err
	}
	defer unix.Close(socket)
	timeout, err := unix.GetsockoptTimeval(socket, unix.SOL_SOCKET, option)
	if err != nil {
		return unknown, err
	}
	if set := time.Duration(timeout.Nano()); set > 0 && !w.isLong(set) {
		return timed, nil
	}
	return indefinite, nil
}

// alarms looks for timers that ring outside any call: those of
// timer_create(2) and timerfd_create(2). It notes the sockets on its way.
func (w *Watch) alarms(pid int, seen *snapshot) Verdict {
	timers, err := w.proc.Read(procfs.Path(pid, "timers"))
	if err != nil {
		return Unknown // the kernel may have been built without this file
	}
	if len(timers) > 0 {
		return Awake
	}
	fds, err := w.proc.Descriptors(pid)
	if err != nil {
		return lost(err)
	}
	for _, fd := range fds {
		name, err := w.proc.Descriptor(pid, fd)
		if err != nil {
			return lost(err)
		}
		if inode, ok := socketInode(name); ok {
			seen.sockets[inode] = true
		}
		if string(name) == "anon_inode:[timerfd]" {
			info, err := w.proc.Read(procfs.Path(pid, "fdinfo", strconv.Itoa(fd)))
			if err != nil {
				return lost(err)
			}
			if !bytes.Contains(info, []byte("it_value: (0, 0)")) {
				return Awake
			}
		}
	}
	return Asleep
}

// lost is the verdict when a file cannot be read: what has gone away is alive,
// or its end is for its parent to find out; anything else is no right to look.
func lost(err error) Verdict {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH) || errors.Is(err, unix.EBADF) {
		return Awake
	}
	return Unknown
}
