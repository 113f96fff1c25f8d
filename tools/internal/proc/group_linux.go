package proc

import (
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"sockets.test/tools/internal/procfs"
)

// start starts cmd in a session of its own. The kernel kills it when this
// process ends.
func start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	started := make(chan error, 1)
	starter() <- func() { started <- cmd.Start() }
	return <-started
}

// starter runs functions in a thread that lives as long as this process: the
// kernel takes the death of the thread that forked for the death of the parent,
// and Go ends the thread of a goroutine that has locked it and returns.
var starter = sync.OnceValue(func() chan<- func() {
	starts := make(chan func())
	go func() {
		runtime.LockOSThread()
		for start := range starts {
			start()
		}
	}()
	return starts
})

// kill kills the group at one blow, and of those that have left it the ones
// that were still below it.
func (g group) kill() {
	left := descendants(g.leader, 0)
	_ = syscall.Kill(-g.leader, syscall.SIGKILL)
	for _, pid := range left {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// descendants are the processes below one, whoever of them started which. Those
// whose parent has died are not found, and none is where the kernel was built
// without CONFIG_PROC_CHILDREN. If most is not 0, more than that are not sought.
func descendants(pid, most int) []int {
	var r procfs.Reader
	all := []int{pid}
	for i := 0; i < len(all) && (most == 0 || len(all) <= most); i++ {
		threads, _ := r.Threads(all[i])
		for _, thread := range threads {
			children, _ := r.Children(all[i], thread) // a thread that is gone has left its children to another
			all = append(all, children...)
		}
	}
	return all[1:]
}

// await returns when the program has exited, and leaves it to cmd.Wait to reap
// it. It waits a moment more: the program's last thread clears away what /proc
// shows of it when its parent is told already; a parent that asks at once does
// the same beside it, and on a busy machine the two spend a third of all
// processor time on each other.
func await(cmd *exec.Cmd) {
	for unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
	time.Sleep(500 * time.Microsecond)
}

// exiting asks the kernel. A program that is gone was on its way out.
func exiting(pid int) bool {
	const flag = 0x4 // PF_EXITING of linux/sched.h
	var r procfs.Reader
	stat, err := r.Stat(pid)
	if err != nil {
		return true
	}
	return stat.Flags&flag != 0 || stat.State == 'Z' && stat.Threads == 1 // with more threads, not all are dead yet
}
