package quiet

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// A Meter tells what a program does while it is awake. It is for one goroutine.
type Meter struct {
	watch  *Watch
	begun  bool
	mark   tally         // when bytes moved, or the first look
	kept   time.Duration // by then; see Effort
	last   tally
	effort Effort
}

// Meter returns a Meter that counts from its first look.
func (w *Watch) Meter() *Meter { return &Meter{watch: w} }

// page is how much a program must have read for that to be progress.
const page = 4096

// event is what a read of an eventfd returns, by which the runtime of Go wakes
// its own poller whenever a timer changes. Reads that return no more on average
// are no progress; those that find the end of a stream return nothing.
const event = 8

// tick is the unit of the times in proc_pid_stat(5): USER_HZ is 100 on every
// machine whose calls are understood here.
const tick = 10 * time.Millisecond

// A tally is what one look saw, of all processes and threads together.
type tally struct {
	at       time.Time
	cpu      time.Duration
	delay    time.Duration     // ready to run, with no processor free
	timeless bool              // this kernel does not tell the delay
	switches uint64            // how often a thread has gone to sleep
	read     int               // bytes, by read(2), from whatever it was
	reads    int               // how often
	queues   map[uint64][2]int // bytes in its sockets, by inode
	compiled bool              // one process, and a Go program
}

// Moved tells the Meter of bytes that no socket shows.
func (m *Meter) Moved() { m.begun = false }

// Look returns what the program has done since bytes last moved, or since the
// first look. It returns false where that cannot be known.
func (m *Meter) Look() (Effort, bool) {
	now, err := m.tally()
	if err != nil {
		m.begun = false
		return Effort{}, false
	}
	if m.begun { // a thread that has ended took its share along
		m.effort.Kept += max(0, now.delay-m.last.delay)
	}
	if !m.begun || moved(m.mark, m.last, now) {
		m.begun, m.mark, m.kept = true, now, m.effort.Kept
		m.effort = Effort{Kept: m.effort.Kept}
	} else {
		m.effort.CPU += max(0, now.cpu-m.last.cpu)
		m.effort.Clock = now.at.Sub(m.mark.at)
		if !now.timeless {
			m.effort.Own = max(0, m.effort.Clock-(m.effort.Kept-m.kept))
		}
		if now.switches != m.last.switches {
			m.effort.Wakes++
		}
	}
	m.effort.Compiled = now.compiled
	m.last = now
	return m.effort, true
}

// moved tells whether the program has read a page since the mark, or the queues
// of a socket of its have changed since the last look.
func moved(mark, last, now tally) bool {
	if now.read-mark.read-event*(now.reads-mark.reads) >= page {
		return true
	}
	for inode, bytes := range now.queues {
		if was, ok := last.queues[inode]; ok && was != bytes {
			return true
		}
	}
	return false
}

// tally looks at every process, and then at their sockets.
func (m *Meter) tally() (tally, error) {
	now := tally{at: time.Now(), queues: make(map[uint64][2]int)}
	family := []int{m.watch.pid}
	for i := 0; i < len(family); i++ {
		children, err := m.process(family[i], &now)
		if err != nil && (i == 0 || lost(err) == Unknown) {
			return now, err
		}
		family = append(family, children...)
	}
	kind, err := m.watch.kind(m.watch.pid)
	if err != nil {
		return now, err
	}
	now.compiled = kind.golang && len(family) == 1

	held, ok := heldBy(m.watch.pid)
	if !ok {
		return now, fs.ErrPermission
	}
	for _, protocol := range []uint8{unix.IPPROTO_TCP, unix.IPPROTO_UDP} {
		all, err := entries(m.watch.pid, protocol)
		if err != nil {
			return now, err
		}
		for _, e := range all {
			if held[e.Inode] {
				now.queues[e.Inode] = [2]int{e.RecvQ, e.SendQ}
			}
		}
	}
	return now, nil
}

// process adds what one process has done to the tally.
func (m *Meter) process(pid int, now *tally) (children []int, err error) {
	p := &m.watch.proc
	stat, err := p.read(path(pid, "stat"))
	if err != nil {
		return nil, err
	}
	ticks, err := ticksOf(stat)
	if err != nil {
		return nil, err
	}
	now.cpu += time.Duration(ticks) * tick
	io, err := p.read(path(pid, "io"))
	if err != nil {
		return nil, err
	}
	read, err0 := strconv.Atoi(field(append([]byte("\n"), io...), "\nrchar: "))
	reads, err1 := strconv.Atoi(field(io, "\nsyscr: "))
	if err := errors.Join(err0, err1); err != nil {
		return nil, err
	}
	now.read += read
	now.reads += reads

	tids, err := p.numbers(pid, "task")
	if err != nil {
		return nil, err
	}
	kind, err := m.watch.kind(pid)
	if err != nil && lost(err) == Unknown {
		return nil, err
	}
	wakes := kind.golang || len(tids) == 1
	for _, tid := range tids {
		status, err := p.status(pid, tid)
		if err != nil && lost(err) == Awake {
			continue // a thread that has ended meanwhile
		}
		if err != nil {
			return nil, err
		}
		if wakes {
			now.switches += status.voluntary
		}
		delay, err := p.delay(pid, tid)
		now.delay += delay
		now.timeless = now.timeless || err != nil
		born, err := p.children(pid, tid)
		if err != nil && lost(err) == Unknown {
			return nil, err
		}
		children = append(children, born...)
	}
	return children, nil
}

// ticksOf adds up the times of proc_pid_stat(5), utime and stime. They stand
// behind the name, which may have anything in it.
func ticksOf(stat []byte) (sum int, err error) {
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return 0, errors.ErrUnsupported
	}
	for _, field := range fields[11:13] {
		n, err := strconv.Atoi(string(field))
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// delay is how long a thread was ready and waited for a processor: the second
// number of schedstat (Documentation/scheduler/sched-stats.rst).
func (p *proc) delay(pid, tid int) (time.Duration, error) {
	text, err := p.read(path(pid, "task", strconv.Itoa(tid), "schedstat"))
	if err != nil {
		return 0, err
	}
	fields := bytes.Fields(text)
	if len(fields) < 2 {
		return 0, errors.ErrUnsupported
	}
	n, err := strconv.ParseInt(string(fields[1]), 10, 64)
	return time.Duration(n), err
}

// Delay is for how long the program's threads, all together, have been ready to
// run and had no processor; 0 where that is not told. Its descendants, and
// threads that have ended, do not count.
func (w *Watch) Delay() (sum time.Duration) {
	tids, _ := w.proc.numbers(w.pid, "task")
	for _, tid := range tids {
		delay, _ := w.proc.delay(w.pid, tid)
		sum += delay
	}
	return sum
}

// Busiest is the thread of the process that uses most processor time, of those
// that run at this moment, or would if the machine let them. It returns false
// where none does, for a while, or that cannot be seen.
func Busiest(pid int) (tid int, ok bool) {
	var p proc
	before := p.times(pid)
	for range 20 {
		time.Sleep(time.Millisecond)
		now := p.times(pid)
		tids := slices.SortedFunc(maps.Keys(now), func(a, b int) int {
			return cmp.Or(cmp.Compare(now[b]-before[b], now[a]-before[a]), cmp.Compare(now[b], now[a]))
		})
		for _, tid := range tids {
			if status, err := p.status(pid, tid); err == nil && status.state == 'R' {
				return tid, true
			}
		}
	}
	return 0, false
}

// times are the processor times of the threads, in nanoseconds: the first
// number of schedstat.
func (p *proc) times(pid int) map[int]int64 {
	list := make(map[int]int64)
	tids, _ := p.numbers(pid, "task")
	for _, tid := range tids {
		text, err := p.read(path(pid, "task", strconv.Itoa(tid), "schedstat"))
		if err != nil {
			continue
		}
		first, _, _ := bytes.Cut(text, []byte(" "))
		list[tid], _ = strconv.ParseInt(string(first), 10, 64)
	}
	return list
}
