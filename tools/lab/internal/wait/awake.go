package wait

import (
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/quiet"
)

// Of a program that is awake nothing can be proven: it may answer yet. It has
// failed when it has had its chance, by its own measures and not by the clock;
// see package quiet. These are the bounds, and why a right program, and a slow
// one, stays within them:
//
//   - A Go program never rests if it has used 0.7 s of processor time, and
//     no byte has moved. The most that any solution or variant of the course
//     has used at a time, with -race too, is a fourteenth of that. The -timeout
//     that a test gives it is added: it may wait for that without sleeping. So
//     no test makes it wait for any other time of half a second or more.
//   - Other programs have 2 s: theirs may be a slower language, whose runtime
//     compiles what is used first. Until one has done the first thing that was
//     waited for, it may be starting, and only the deadline decides.
//   - It never rests, too, if it has used four times as much while bytes moved in
//     its sockets, and none of them came from the lab, or to it: a server that
//     answers itself is as busy as one that has much to do.
//   - A program wakes in vain if it has, again and again, for four seconds of
//     its own time, and the -timeout. A right one that naps needs 300 ms.
//
// When the failure is certain, and it is only asked what would wake the
// program, less will do: all that a wrong guess costs then is a name.
const (
	spinsGo    = 700 * time.Millisecond
	spinsOther = 2 * time.Second
	talks      = 4 // times as much
	stirs      = 4 * time.Second

	spinsProbed = 200 * time.Millisecond
	stirsProbed = 400 * time.Millisecond
	probed      = 2 * time.Second // by the clock, of a program that was awake before

	moving = time.Second // after the last byte, it still does
	stride = 64 << 10    // bytes taken of what was typed, or printed by a client, are a step forward
)

// Starved times the limit is the end, however busy the machine.
const Starved = 4

// A stallWatch watches a program that is awake while somebody waits for it.
type stallWatch struct {
	meter  *quiet.Meter
	next   time.Time // when to look again
	since  time.Time // it began, or the last step forward
	went   int       // how far the program had got by then; see Process.Progress
	effort quiet.Effort
	seen   bool // the last look found out
}

// stallWatch begins to watch. Most waits are over before it looks.
func (p *Process) stallWatch() *stallWatch {
	first := 100 * time.Millisecond
	if p.Judged { // little is enough then
		first = 20 * time.Millisecond
	}
	now := time.Now()
	return &stallWatch{meter: p.Watch.Meter(), next: now.Add(first), since: now, went: p.Progress()}
}

// look says in which manner the program has done enough, and Running if it may yet
// do something else.
func (v *stallWatch) look(p *Process) failure.Resting {
	if time.Now().Before(v.next) {
		return failure.Running
	}
	began := time.Now()
	if now := p.Progress(); now-v.went >= stride {
		v.meter.Moved()
		v.since, v.went = began, now
	}
	v.effort, v.seen = v.meter.Look()
	v.next = time.Now().Add(pause(p, time.Since(began)))
	waits := p.Timeout
	if waits >= Deadline { // it was told to wait for longer than anybody would
		waits = 0
	}
	switch {
	case p.Judged:
		return manner(v.effort, spinsProbed, stirsProbed)
	case v.effort.Compiled:
		return manner(v.effort, spinsGo+waits, stirs+waits)
	case p.acted:
		return manner(v.effort, spinsOther+waits, stirs+waits)
	}
	return failure.Running
}

// pause is the time until the next look. A busy machine makes a look long, and
// many who look without a pause make it busy.
func pause(p *Process, look time.Duration) time.Duration {
	const least, most = 25 * time.Millisecond, 200 * time.Millisecond
	if p.Judged {
		return least
	}
	return min(max(least, 10*look), most)
}

// over reports whether the limit has passed. The deadline passes by the program's
// own clock, which stands while a busy machine gives it no processor, or while
// bytes move to or from it: it is only slow. But not for ever.
func (v *stallWatch) over(since, limit time.Duration) bool {
	if limit < Deadline {
		return since > limit
	}
	moves := v.seen && v.effort.Clock < moving
	return since-v.effort.Kept > limit && !moves || since > Starved*limit
}

// guess says which manner it is of a program that has used up the deadline,
// and so fails anyway. On a busy machine it may not have got to its bound.
func (v *stallWatch) guess() failure.Resting {
	if v.effort.CPU < v.effort.Own/2 {
		return manner(v.effort, v.effort.CPU+1, stirsProbed)
	}
	return manner(v.effort, spinsProbed, stirsProbed)
}

func manner(e quiet.Effort, spins, stirs time.Duration) failure.Resting {
	switch {
	case e.Spins(spins), e.Talks(talks * spins):
		return failure.BusyLoop
	case e.Stirs(stirs):
		return failure.Polls
	}
	return failure.Running
}
