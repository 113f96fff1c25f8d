package lab

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
	"time"
)

// standStill does something while the program stands still, if that is a Go
// program: others may take the EINTR that some calls return afterwards, such as
// epoll_wait(2), for an error; see signal(7).
func (p *Program) standStill(do func()) {
	if !p.watch.IsGo() {
		do()
		return
	}
	defer p.proc.Signal(syscall.SIGCONT)
	p.proc.Signal(syscall.SIGSTOP)
	for began := time.Now(); !p.stopped() && time.Since(began) < time.Second; {
		time.Sleep(50 * time.Microsecond)
	}
	do()
}

// stopped tells whether the signal has come to every thread; see proc(5).
func (p *Program) stopped() bool {
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", p.PID()))
	for _, thread := range threads {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/stat", p.PID(), thread.Name()))
		state := stat[bytes.LastIndexByte(stat, ')')+1:]
		if err == nil && !bytes.HasPrefix(state, []byte(" T")) {
			return false
		}
	}
	return err == nil
}
