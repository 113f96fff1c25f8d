//go:build !linux

package kernel

import "sockets.test/tools/internal/proc"

// StandStill does something: nothing here shows that a program stands still.
func StandStill(_ *proc.Process, do func()) { do() }
