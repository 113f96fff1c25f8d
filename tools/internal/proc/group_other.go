//go:build unix && !linux

package proc

import (
	"os/exec"
	"syscall"
)

func start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd.Start()
}

func (g group) kill() { _ = syscall.Kill(-g.leader, syscall.SIGKILL) }

// await reaps the program: x/sys has no call that would only look. So its group
// is killed when its number is free already, if nobody of the group is left; but
// numbers are given out in turn, and it comes again late.
func await(cmd *exec.Cmd) { _ = cmd.Wait() }

func exiting(int) bool { return false }
