//go:build !linux

package kernel

import (
	"slices"
	"syscall"
	"time"
)

// Readable does not know here: whoever asks must try.
func Readable(_ time.Duration, conns []syscall.Conn) []bool {
	return slices.Repeat([]bool{true}, len(conns))
}

// AtHand is how long such a try may take.
const AtHand = time.Millisecond
