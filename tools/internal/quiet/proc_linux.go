package quiet

import (
	"debug/buildinfo"
	"debug/elf"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"sockets.test/tools/internal/procfs"
)

// alarmed reports whether a thread's process has a handler for SIGALRM.
func alarmed(s procfs.Status) bool { return s.Caught&(1<<(unix.SIGALRM-1)) != 0 }

// call says which system call a thread sleeps in. The kernel says "running"
// unless the thread is really off its processor.
func (w *Watch) call(pid, tid int) (nr uint64, a args, running bool, err error) {
	text, err := w.proc.Read(procfs.Path(pid, "task", strconv.Itoa(tid), "syscall"))
	if err != nil {
		return 0, a, false, err
	}
	fields := strings.Fields(string(text))
	switch {
	case len(fields) == 1 && fields[0] == "running":
		return 0, a, true, nil
	case len(fields) != 9: // -1: asleep, and not in a system call
		return 1<<64 - 1, a, false, nil
	}
	if nr, err = strconv.ParseUint(fields[0], 10, 64); err != nil {
		return 0, a, false, err
	}
	for i := range a {
		if a[i], err = strconv.ParseUint(fields[i+1], 0, 64); err != nil {
			return 0, a, false, err
		}
	}
	return nr, a, false, nil
}

// A file is an executable file, and a kind what can be known of it for good.
type file struct{ dev, inode uint64 }

type kind struct {
	native bool // made for this machine, so that its calls are numbered as ours
	golang bool
}

// kind reads the file that a process runs, the first time that it sees it.
func (w *Watch) kind(pid int) (kind, error) {
	exe := procfs.Path(pid, "exe")
	var st unix.Stat_t
	if err := unix.Stat(exe, &st); err != nil {
		return kind{}, err
	}
	id := file{uint64(st.Dev), st.Ino}
	if k, ok := w.kinds[id]; ok {
		return k, nil
	}
	f, err := elf.Open(exe)
	if err != nil {
		return kind{}, err
	}
	defer f.Close()
	_, err = buildinfo.ReadFile(exe)
	k := kind{
		native: f.Class == elf.ELFCLASS64 && f.Machine == machine,
		golang: err == nil,
	}
	w.kinds[id] = k
	return k, nil
}

// IsGo reports whether the program itself, not one that it runs, is made with Go.
func (w *Watch) IsGo() bool {
	k, err := w.kind(w.pid)
	return err == nil && k.golang
}

// zombie reports whether a process is over, and waits for its parent to ask.
func (w *Watch) zombie(pid int) bool {
	status, err := w.proc.Status(pid, pid)
	return err == nil && status.State == 'Z'
}
