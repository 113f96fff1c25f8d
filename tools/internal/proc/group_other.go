//go:build unix && !linux

package proc

import (
	"os/exec"
	"syscall"
	"time"
)

// A group is a program and those of its descendants that did not leave it.
type group struct{ leader int }

func startGroup(cmd *exec.Cmd) (group, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return group{}, err
	}
	return group{cmd.Process.Pid}, nil
}

// kill gives up waiting after a second: what remains then is init's to reap.
func (g group) kill(done <-chan struct{}) {
	_ = syscall.Kill(-g.leader, syscall.SIGKILL)
	<-done
	for range 1000 {
		if syscall.Kill(-g.leader, syscall.SIGKILL) != nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func killFamily(string) {} // only Linux shows the environment of others

func exiting(int) bool { return false }

// settled is needed on Linux only.
func settled(int) {}
