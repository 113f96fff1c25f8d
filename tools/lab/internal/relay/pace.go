package relay

import (
	"syscall"
	"time"

	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/lab/internal/kernel"
)

// Lag takes what clients have sent that nobody waited for, and is the longest for
// which the program, or the lab, had no processor while it was carried.
func (r *Relay) Lag() time.Duration {
	r.pulse()
	for kernel.Readable(time.Millisecond, []syscall.Conn{r.front})[0] && r.datagram() {
	}
	return r.lag
}

// pulse notes for how long the program has waited for a processor, and we have.
func (r *Relay) pulse() {
	now := time.Now()
	if now.Sub(r.beat) < time.Millisecond {
		return
	}
	if !r.beat.IsZero() {
		r.lag = max(r.lag, now.Sub(r.beat))
	}
	r.beat = now
	r.lag = max(r.lag, r.program.Watch.Delay())
}

// due reports whether the next datagram may be handed on; see the script's late.
func (r *Relay) due() bool {
	if !r.there.late[len(r.there.seen)+1] {
		return true
	}
	if r.readAt.IsZero() {
		list, _ := quiet.Listeners(r.program.Pid())
		for _, socket := range list {
			if socket.Net == "udp" && socket.Local.Port() == r.udp.Port() && socket.RecvQ == 0 {
				r.readAt = time.Now()
			}
		}
		return false
	}
	return time.Since(r.readAt) >= r.program.Timeout*6/10
}
