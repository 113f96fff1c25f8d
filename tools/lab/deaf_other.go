//go:build !linux

package lab

import "syscall"

// narrow does nothing here: less is sure to wait.
func narrow(_, _ string, socket syscall.RawConn) error { return nil }
