//go:build !linux

package kernel

import (
	"syscall"

	"sockets.test/tools/internal/proc"
)

// Quit has a Go program show its stacks and end, where there is such a signal.
func Quit(p *proc.Process, _ bool) error { return p.Signal(syscall.SIGQUIT) }
