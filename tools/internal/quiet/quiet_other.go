//go:build !linux

package quiet

import (
	"net/netip"
	"time"
)

// A Watch looks at one program. Only Linux shows enough for a proof.
type Watch struct{ Deaf bool }

// New returns a Watch that knows nothing.
func New(pid int) *Watch { return &Watch{} }

// Look returns Unknown.
func (w *Watch) Look() Verdict { return Unknown }

// IsGo returns false.
func (w *Watch) IsGo() bool { return false }

// Prove returns Unknown.
func (w *Watch) Prove() Verdict { return Unknown }

// ProveFor returns Unknown.
func (w *Watch) ProveFor(far time.Duration) Verdict { return Unknown }

// Sleeps returns false.
func (w *Watch) Sleeps() bool { return false }

// TimeOut returns false.
func (w *Watch) TimeOut() (set time.Duration, ok bool) { return 0, false }

// Delay returns 0.
func (w *Watch) Delay() time.Duration { return 0 }

// A Meter measures nothing here.
type Meter struct{}

// Meter returns a Meter.
func (w *Watch) Meter() *Meter { return &Meter{} }

// Moved does nothing.
func (m *Meter) Moved() {}

// Look returns false.
func (m *Meter) Look() (Effort, bool) { return Effort{}, false }

// Busiest returns false.
func Busiest(pid int) (tid int, ok bool) { return 0, false }

// Sockets returns false: the sockets of another process cannot be listed here.
func Sockets(pid int) (list []Socket, ok bool) { return nil, false }

// Listeners returns false.
func Listeners(pid int) (list []Socket, ok bool) { return nil, false }

// Held returns false.
func Held(pid int) (n int, ok bool) { return 0, false }

// Over returns false.
func Over(pid int) (n int, ok bool) { return 0, false }

// Descriptors returns false.
func Descriptors(pid int) (n int, ok bool) { return 0, false }

// Connection returns false.
func Connection(pid int, local, remote netip.AddrPort) (Socket, bool) { return Socket{}, false }

// Waiting returns false.
func Waiting(pid int, local netip.AddrPort) (n int, ok bool) { return 0, false }
