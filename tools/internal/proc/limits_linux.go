package proc

import (
	"bytes"
	"os"
	"strconv"
	"time"

	"sockets.test/tools/internal/procfs"
)

// hold ends the program once it uses more than it may. Where the machine has
// less memory than that, the kernel is to take this program first.
func (p *Process) hold(most Limits) {
	if most == (Limits{}) {
		return
	}
	_ = os.WriteFile(procfs.Path(p.Pid(), "oom_score_adj"), []byte("1000"), 0)
	go func() {
		for memory := int64(0); ; {
			select {
			case <-p.done:
				return
			case <-time.After(most.pause(memory)):
			}
			all := append(descendants(p.Pid(), most.Processes), p.Pid())
			memory = used(all, most.Memory)
			if why := most.excess(memory, len(all)); why != "" {
				p.end(why)
				return
			}
		}
	}()
}

// used is the memory that processes use. What they share, as a process and its
// forks do, is counted once, but only where the answer depends on it.
func used(pids []int, most int64) int64 {
	all, shared := int64(0), int64(0)
	for _, pid := range pids {
		all += resident(pid)
	}
	if most == 0 || all <= most {
		return all
	}
	for _, pid := range pids {
		shared += proportional(pid)
	}
	return shared
}

// resident is the memory that a process uses; see proc_pid_statm(5).
func resident(pid int) int64 {
	statm, _ := os.ReadFile(procfs.Path(pid, "statm"))
	if fields := bytes.Fields(statm); len(fields) > 1 {
		pages, _ := strconv.ParseInt(string(fields[1]), 10, 64)
		return pages * int64(os.Getpagesize())
	}
	return 0 // it is gone
}

// proportional is resident, but of memory that is shared by n processes only
// the nth part; see proc_pid_smaps(5). The kernel counts page by page for that.
func proportional(pid int) int64 {
	smaps, err := os.ReadFile(procfs.Path(pid, "smaps_rollup"))
	if err != nil {
		return resident(pid)
	}
	_, rest, _ := bytes.Cut(smaps, []byte("\nPss:"))
	if fields := bytes.Fields(rest); len(fields) > 0 {
		kB, _ := strconv.ParseInt(string(fields[0]), 10, 64)
		return kB << 10
	}
	return 0
}
