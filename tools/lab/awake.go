package lab

import (
	"fmt"
	"time"

	"sockets.test/tools/internal/quiet"
)

// Of a program that is awake nothing can be proven: it may answer yet. It has
// failed when it has had its chance, by its own measures and not by the clock;
// see package quiet. These are the bounds, and why a right program, and a slow
// one, stays within them:
//
//   - A Go program never rests if it has used a second of processor time, and
//     no byte has moved. The most that any solution or variant of the course
//     has used at a time, with -race too, is a twentieth of that. The -timeout
//     that a test gives it is added: it may wait for that without sleeping. So
//     no test makes it wait for any other time of half a second or more.
//   - Other programs have two: theirs may be a slower language, whose runtime
//     compiles what is used first. Until one has done the first thing that was
//     waited for, it may be starting, and only the deadline decides.
//   - A program wakes in vain if it has, again and again, for four seconds of
//     its own time, and the -timeout. A right one that naps needs 300 ms.
//
// When the failure is certain, and it is only asked what would wake the
// program, less will do: all that a wrong guess costs then is a name.
const (
	spinsGo    = 1 * time.Second
	spinsOther = 2 * time.Second
	stirs      = 4 * time.Second

	spinsProbed = 200 * time.Millisecond
	stirsProbed = 400 * time.Millisecond
	probed      = 2 * time.Second // by the clock, of a program that was awake before

	moving  = time.Second // after the last byte, it still does
	stride  = 64 << 10    // bytes taken of what was typed, or printed by a client, are a step forward
	chatter = 8 << 20     // bytes printed are more than any answer; what follows them is no step
	starved = 4           // times the limit is the end, however busy the machine
)

const (
	NeverRests  Outcome = "never rests"   // it runs without a pause, and what is waited for does not come
	WakesInVain Outcome = "wakes in vain" // it sleeps for a while and wakes, and the same holds
)

// A vigil watches a program that is awake while somebody waits for it.
type vigil struct {
	meter  *quiet.Meter
	next   time.Time // when to look again
	since  time.Time // it began, or the last step forward
	went   int       // how far the program had got by then; see progress
	effort quiet.Effort
	seen   bool // the last look found out
}

// vigil begins to watch. Most waits are over before it looks.
func (p *Program) vigil() *vigil {
	first := 100 * time.Millisecond
	if p.failing { // little is enough then
		first = 20 * time.Millisecond
	}
	now := time.Now()
	return &vigil{meter: p.watch.Meter(), next: now.Add(first), since: now, went: p.progress()}
}

// progress is how many bytes went through the program's standard input and
// output, which no socket shows: a client that takes a line of millions byte by
// byte, or prints an answer so, is at work. A server that prints for ever is not.
func (p *Program) progress() int {
	taken := len(p.typed) - len(p.untyped)
	if !p.record.OnLeft {
		return taken
	}
	return taken + min(p.proc.Stdout().Size(), chatter)
}

// look tells in which manner the program has done enough, and "" if it may yet
// do something else.
func (v *vigil) look(p *Program) Outcome {
	if time.Now().Before(v.next) {
		return ""
	}
	began := time.Now()
	if now := p.progress(); now-v.went >= stride {
		v.meter.Moved()
		v.since, v.went = began, now
	}
	v.effort, v.seen = v.meter.Look()
	v.next = time.Now().Add(pause(p, time.Since(began)))
	waits := p.timeout()
	if waits >= deadline { // it was told to wait for longer than anybody would
		waits = 0
	}
	switch {
	case p.failing:
		return manner(v.effort, spinsProbed, stirsProbed)
	case v.effort.Compiled:
		return manner(v.effort, spinsGo+waits, stirs+waits)
	case p.acted:
		return manner(v.effort, spinsOther+waits, stirs+waits)
	}
	return ""
}

// pause is the time until the next look. A busy machine makes a look long, and
// many who look without a pause make it busy.
func pause(p *Program, look time.Duration) time.Duration {
	const least, most = 25 * time.Millisecond, 200 * time.Millisecond
	if p.failing {
		return least
	}
	return min(max(least, 10*look), most)
}

// over tells whether the limit has passed. The deadline passes by the program's
// own clock, which stands while a busy machine gives it no processor, or while
// bytes move to or from it: it is only slow. But not for ever.
func (v *vigil) over(since, limit time.Duration) bool {
	if limit < deadline {
		return since > limit
	}
	moves := v.seen && v.effort.Clock < moving
	return since-v.effort.Kept > limit && !moves || since > starved*limit
}

// guess says which manner it is of a program that has used up the deadline,
// and so fails anyway. On a busy machine it may not have got to its bound.
func (v *vigil) guess() Outcome {
	if v.effort.CPU < v.effort.Own/2 {
		return manner(v.effort, v.effort.CPU+1, stirsProbed)
	}
	return manner(v.effort, spinsProbed, stirsProbed)
}

func manner(e quiet.Effort, spins, stirs time.Duration) Outcome {
	switch {
	case e.Spins(spins):
		return NeverRests
	case e.Stirs(stirs):
		return WakesInVain
	}
	return ""
}

// hangs tells whether the finding is that the program goes on, and does not do
// what it should.
func (p *Program) hangs(f *finding) bool {
	return f.outcome == NotReady && f.got == nil || f.outcome == WontStop || f.outcome == Tolerates || p.asleep(f)
}

// awake says in a sentence what a program that is awake does not do.
func (p *Program) awake(f *finding) string {
	never := ""
	switch f.outcome {
	case NotReady:
		never = "never says on standard output that it is ready"
	case NeverAccepted:
		never = "never accepts the connection"
	case NeverRead:
		never = "never reads the bytes that arrived"
	case NeverAnswered:
		never = "never says a word"
		if p.record.Asked() {
			never = "never answers what it has read"
		}
	case NeverClosed:
		never = "never closes the connection"
		if p.record.OnLeft {
			never = "never ends its stream"
		}
	case NeverSent:
		never = "never sends anything"
	case NeverConnected:
		never = "never connects"
	case WontStop:
		never = "does not stop when it is asked to"
	default:
		never = "does not end, where it should"
	}
	how := "runs without a pause"
	if f.manner == WakesInVain {
		how = "wakes again and again"
	}
	return fmt.Sprintf("%s %s, and %s.", subject.name, how, never)
}

// efforts says what the program has done meanwhile.
func (p *Program) efforts() string {
	if p.manner == NeverRests {
		return fmt.Sprintf("%.1f s of processor time", p.effort.CPU.Seconds())
	}
	return fmt.Sprintf("slept and woke for %.1f s", p.effort.Own.Seconds())
}
