package kernel

import (
	"syscall"

	"golang.org/x/sys/unix"

	"sockets.test/tools/internal/proc"
	"sockets.test/tools/internal/quiet"
)

// Quit has a Go program show its stacks and end. The stack of a goroutine that
// runs is only shown on the thread that the signal finds it on, so of a program
// that is busy the signal goes to the thread that runs, if there is one.
func Quit(p *proc.Process, busy bool) error {
	if busy {
		if thread, ok := quiet.Busiest(p.Pid()); ok && unix.Tgkill(p.Pid(), thread, unix.SIGQUIT) == nil {
			return nil
		}
	}
	return p.Signal(syscall.SIGQUIT)
}
