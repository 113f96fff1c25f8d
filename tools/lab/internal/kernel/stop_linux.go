package kernel

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
	"time"

	"sockets.test/tools/internal/proc"
)

// StandStill does something while a program stands still. It may see EINTR
// afterwards, from calls such as epoll_wait(2); see signal(7).
func StandStill(p *proc.Process, do func()) {
	defer p.Signal(syscall.SIGCONT)
	p.Signal(syscall.SIGSTOP)
	for began := time.Now(); !stopped(p.Pid()) && time.Since(began) < time.Second; {
		time.Sleep(50 * time.Microsecond)
	}
	do()
}

// stopped reports whether the signal has come to every thread; see proc(5).
func stopped(pid int) bool {
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, thread := range threads {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/stat", pid, thread.Name()))
		state := stat[bytes.LastIndexByte(stat, ')')+1:]
		if err == nil && !bytes.HasPrefix(state, []byte(" T")) {
			return false
		}
	}
	return err == nil
}
