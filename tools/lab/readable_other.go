//go:build !linux

package lab

import (
	"slices"
	"syscall"
	"time"
)

// readable does not know here: whoever asks must try.
func readable(_ time.Duration, conns []syscall.Conn) []bool {
	return slices.Repeat([]bool{true}, len(conns))
}

// atHand is how long such a try may take.
const atHand = time.Millisecond
