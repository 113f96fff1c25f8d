//go:build !linux

package kernel

import "syscall"

// Holds reports nothing: without proof of silence nobody asks, and the deadline
// alone decides.
func Holds(syscall.Conn) bool { return false }

// HoldsKnown reports whether Holds can be believed.
const HoldsKnown = false

// Unsent is not known here.
func Unsent(syscall.Conn) int { return 0 }

// PortsAreShared reports whether SharePort has an effect.
const PortsAreShared = false

// SharePort does nothing here.
func SharePort(_, _ string, _ syscall.RawConn) error { return nil }

// ShortenBacklog reports that it cannot be done here.
func ShortenBacklog(syscall.Conn) bool { return false }
