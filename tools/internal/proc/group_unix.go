//go:build unix

package proc

import (
	"os"
	"os/exec"
	"syscall"
	"time"
)

// A group is a program and those of its descendants that did not leave it.
type group struct{ leader int }

func startGroup(cmd *exec.Cmd) (group, error) {
	if err := start(cmd); err != nil {
		return group{}, err
	}
	return group{cmd.Process.Pid}, nil
}

func (g group) close() {}

func signal(p *os.Process, s os.Signal) error { return p.Signal(s) }

// readNow gives to add what is in the pipe, and reports whether that was the
// end of it. A writer that never tires is left for later: the longest pipe
// holds a mebibyte.
func readNow(pipe *os.File, buf []byte, add func([]byte)) (ended bool) {
	conn, err := pipe.SyscallConn()
	if err != nil {
		return true
	}
	err = conn.Read(func(fd uintptr) bool {
		for budget := 1 << 20; budget > 0; {
			n, err := syscall.Read(int(fd), buf)
			switch {
			case err == syscall.EINTR:
				continue
			case n <= 0:
				ended = err != syscall.EAGAIN
				return true
			}
			add(buf[:n])
			budget -= n
		}
		return true
	})
	return ended || err != nil
}

// occupy locks a folder until release is called, or this process ends.
func occupy(dir string) (release func()) {
	f, err := os.Open(dir)
	if err != nil {
		return func() {}
	}
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	return func() { f.Close() }
}

// abandoned reports whether the process that has occupied a folder is gone.
func abandoned(dir string, _ time.Duration) bool {
	f, err := os.Open(dir)
	if err != nil {
		return false
	}
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
