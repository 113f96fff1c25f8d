package lab

import (
	"syscall"

	"golang.org/x/sys/unix"

	"sockets.test/tools/internal/quiet"
)

// quit has a Go program show its stacks. That of a goroutine which runs is only
// shown on the thread that the signal finds it on, so it goes to the thread
// that runs, if there is one. Of a program that wakes in vain, where it sleeps
// tells more.
func (p *Program) quit() error {
	if p.late && p.manner != WakesInVain {
		if thread, ok := quiet.Busiest(p.PID()); ok && unix.Tgkill(p.PID(), thread, unix.SIGQUIT) == nil {
			return nil
		}
	}
	return p.proc.Signal(syscall.SIGQUIT)
}
