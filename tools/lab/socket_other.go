//go:build !linux

package lab

import "syscall"

// Without proof of silence nobody asks what the kernel holds: the deadline
// alone decides.
func holds(syscall.Conn) bool { return false }

func unsent(syscall.Conn) int { return 0 }

const portsAreShared = false

func sharePort(_, _ string, _ syscall.RawConn) error { return nil }

func shortenQueue(syscall.Conn) bool { return false }
