package quiet

import (
	"cmp"
	"io/fs"
	"maps"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"sockets.test/tools/internal/procfs"
)

// A Meter tells what a program does while it is awake. It is not safe for concurrent use.
type Meter struct {
	watch  *Watch
	begun  bool
	mark   sample        // when bytes moved, or the first look
	kept   time.Duration // by then; see Effort
	last   sample
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

// A sample is what one look saw, of all processes and threads together.
type sample struct {
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

// Moved tells the Meter of bytes that it does not see, or that somebody knows of.
func (m *Meter) Moved() { m.begun, m.effort.All = false, 0 }

// Look returns what the program has done since bytes last moved, or since the
// first look. It returns false where that cannot be known.
func (m *Meter) Look() (Effort, bool) {
	now, err := m.sample()
	if err != nil {
		m.begun = false
		return Effort{}, false
	}
	if m.begun { // a thread that has ended took its share along
		m.effort.Kept += max(0, now.delay-m.last.delay)
		m.effort.All += max(0, now.cpu-m.last.cpu)
	}
	if !m.begun || moved(m.mark, m.last, now) {
		m.begun, m.mark, m.kept = true, now, m.effort.Kept
		m.effort = Effort{Kept: m.effort.Kept, All: m.effort.All}
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

// moved reports whether the program has read a page since the mark, or the queues
// of a socket of its have changed since the last look.
func moved(mark, last, now sample) bool {
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

// sample looks at every process, and then at their sockets.
func (m *Meter) sample() (sample, error) {
	now := sample{at: time.Now(), queues: make(map[uint64][2]int)}
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
		all, err := entries(m.watch.pid, protocol, known)
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

// process adds what one process has done to the sample.
func (m *Meter) process(pid int, now *sample) (children []int, err error) {
	p := &m.watch.proc
	stat, err := p.Stat(pid)
	if err != nil {
		return nil, err
	}
	now.cpu += time.Duration(stat.Ticks) * procfs.Tick
	io, err := p.IO(pid)
	if err != nil {
		return nil, err
	}
	now.read += int(io.Bytes)
	now.reads += int(io.Calls)

	tids, err := p.Threads(pid)
	if err != nil {
		return nil, err
	}
	kind, err := m.watch.kind(pid)
	if err != nil && lost(err) == Unknown {
		return nil, err
	}
	wakes := kind.golang || len(tids) == 1
	for _, tid := range tids {
		status, err := p.Status(pid, tid)
		if err != nil && lost(err) == Awake {
			continue // a thread that has ended meanwhile
		}
		if err != nil {
			return nil, err
		}
		if wakes {
			now.switches += status.Voluntary
		}
		sched, err := p.Sched(pid, tid)
		now.delay += sched.Delay
		now.timeless = now.timeless || err != nil
		born, err := p.Children(pid, tid)
		if err != nil && lost(err) == Unknown {
			return nil, err
		}
		children = append(children, born...)
	}
	return children, nil
}

// Delay is for how long the program's threads, all together, have been ready to
// run and had no processor; 0 where that is not told. Its descendants, and
// threads that have ended, do not count.
func (w *Watch) Delay() (sum time.Duration) {
	tids, _ := w.proc.Threads(w.pid)
	for _, tid := range tids {
		sched, _ := w.proc.Sched(w.pid, tid)
		sum += sched.Delay
	}
	return sum
}

// Busiest is the thread of the process that uses most processor time, of those
// that run at this moment, or would if the machine let them. It returns false
// where none does, for a while, or that cannot be seen.
func Busiest(pid int) (tid int, ok bool) {
	var p procfs.Reader
	before := ran(&p, pid)
	for range 20 {
		time.Sleep(time.Millisecond)
		now := ran(&p, pid)
		tids := slices.SortedFunc(maps.Keys(now), func(a, b int) int {
			return cmp.Or(cmp.Compare(now[b]-before[b], now[a]-before[a]), cmp.Compare(now[b], now[a]))
		})
		for _, tid := range tids {
			if status, err := p.Status(pid, tid); err == nil && status.State == 'R' {
				return tid, true
			}
		}
	}
	return 0, false
}

// ran is for how long each thread has been on a processor.
func ran(p *procfs.Reader, pid int) map[int]time.Duration {
	list := make(map[int]time.Duration)
	tids, _ := p.Threads(pid)
	for _, tid := range tids {
		if sched, err := p.Sched(pid, tid); err == nil {
			list[tid] = sched.Ran
		}
	}
	return list
}
