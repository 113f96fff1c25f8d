//go:build unix

package terminal

import (
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// echo is how long one Ctrl-Z may take to come a second time, by way of the go
// command.
const echo = 100 * time.Millisecond

// StopTogether has Ctrl-Z stop this process with its whole group. The go command,
// under which a tool runs, catches SIGTSTP, passes it on, and would not stop: the
// shell would wait for it, and no key would do anything any more.
//
// A Terminal sees to that itself.
func StopTogether() {
	signals := make(chan os.Signal, 1)
	signal.Reset(unix.SIGTSTP)
	signal.Notify(signals, unix.SIGTSTP)
	go func() {
		var settled <-chan time.Time
		for {
			select {
			case <-signals:
				if settled == nil {
					settled = time.After(echo)
				}
			case <-settled:
				settled = nil
				_ = stopGroup()
			}
		}
	}()
}

// errNoShell is why nothing is stopped.
var errNoShell = errors.New("there is no shell to go back to")

// hasShell reports whether there is one that could let this group go on.
func hasShell() bool {
	session, err := unix.Getsid(0)
	return err == nil && session != unix.Getpgrp()
}

// stopGroup stops all processes of this group, by SIGSTOP, which nobody catches.
func stopGroup() error {
	if !hasShell() {
		return errNoShell
	}
	return syscall.Kill(0, syscall.SIGSTOP)
}
