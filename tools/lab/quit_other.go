//go:build !linux

package lab

import "syscall"

// quit has a Go program show its stacks, where there is such a signal.
func (p *Program) quit() error { return p.proc.Signal(syscall.SIGQUIT) }
