//go:build unix

package main

import (
	"os"
	"syscall"
)

// detached keeps a process out of the terminal's reach.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// stepBack gives way to whatever the learner does, with all threads: on Linux a
// priority is a thread's, but a detached process is a group of its own.
func stepBack() {
	if syscall.Getpgrp() == os.Getpid() {
		_ = syscall.Setpriority(syscall.PRIO_PGRP, 0, 10) // else it takes part as it is
	}
}
