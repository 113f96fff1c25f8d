package kernel

import (
	"errors"
	"syscall"
)

// IsReset reports whether an error is RST, on Windows too (WSAECONNRESET). A
// broken pipe is what a Write sees after it.
func IsReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.Errno(10054))
}

// IsRefused reports whether an error is that nobody listens.
func IsRefused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.Errno(10061))
}
