package link

import (
	"syscall"
	"time"

	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/lab/internal/kernel"
)

// Lag takes what clients have sent that nobody waited for, and is the longest for
// which the program, or the lab, had no processor while it was carried.
func (l *Link) Lag() time.Duration {
	l.pulse()
	for kernel.Readable(time.Millisecond, []syscall.Conn{l.front})[0] && l.datagram() {
	}
	return l.lag
}

// pulse notes for how long the program has waited for a processor, and we have.
func (l *Link) pulse() {
	now := time.Now()
	if now.Sub(l.beat) < time.Millisecond {
		return
	}
	if !l.beat.IsZero() {
		l.lag = max(l.lag, now.Sub(l.beat))
	}
	l.beat = now
	l.lag = max(l.lag, l.program.Watch.Delay())
}

// due reports whether the next datagram may be handed on; see the script's late.
func (l *Link) due() bool {
	if !l.there.late[len(l.there.seen)+1] {
		return true
	}
	if l.readAt.IsZero() {
		list, _ := quiet.Listeners(l.program.Pid())
		for _, socket := range list {
			if socket.Net == "udp" && socket.Local.Port() == l.udp.Port() && socket.RecvQ == 0 {
				l.readAt = time.Now()
			}
		}
		return false
	}
	return time.Since(l.readAt) >= l.program.Timeout*6/10
}
