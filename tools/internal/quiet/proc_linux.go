package quiet

import (
	"bytes"
	"debug/buildinfo"
	"debug/elf"
	"errors"
	"io/fs"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// proc reads the files of proc(5). It calls the kernel itself: package os
// would ask of each file whether it can be polled, at twice the cost.
type proc struct {
	buf []byte // what was read last; the next read overwrites it
}

// path names a file: path(7, "task", "8") is /proc/7/task/8.
func path(pid int, elem ...string) string {
	return "/proc/" + strconv.Itoa(pid) + "/" + strings.Join(elem, "/")
}

// read returns the contents of a file, until the next read.
func (p *proc) read(name string) ([]byte, error) {
	fd, err := open(name, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	if p.buf == nil {
		p.buf = make([]byte, 16<<10)
	}
	for n := 0; ; {
		if n == len(p.buf) {
			p.buf = append(p.buf, make([]byte, n)...)
		}
		m, err := unix.Read(fd, p.buf[n:])
		switch {
		case err == unix.EINTR:
		case err != nil:
			return nil, err
		case m == 0:
			return p.buf[:n], nil
		default:
			n += m
		}
	}
}

func open(name string, flags int) (int, error) {
	for {
		fd, err := unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC|flags, 0)
		if err != unix.EINTR {
			return fd, err
		}
	}
}

// numbers lists a folder of threads ("task") or of descriptors ("fd").
func (p *proc) numbers(pid int, folder string) ([]int, error) {
	fd, err := open(path(pid, folder), unix.O_DIRECTORY)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	var names []string
	var buf [4096]byte
	for {
		n, err := unix.ReadDirent(fd, buf[:])
		if err != nil {
			return nil, err
		}
		if n == 0 {
			break
		}
		_, _, names = unix.ParseDirent(buf[:n], -1, names)
	}
	list := make([]int, len(names))
	for i, name := range names {
		if list[i], err = strconv.Atoi(name); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// descriptor tells what a descriptor is: "socket:[1234]", "pipe:[5]", a path.
func (p *proc) descriptor(pid, fd int) ([]byte, error) {
	buf := make([]byte, 64) // enough to recognise what matters
	n, err := unix.Readlink(path(pid, "fd", strconv.Itoa(fd)), buf)
	return buf[:max(n, 0)], err
}

// A status is what /proc/PID/task/TID/status says that matters here.
type status struct {
	state             byte
	voluntary, forced uint64 // context switches: it waited, or had to make way
	catchesAlarm      bool
}

func (p *proc) status(pid, tid int) (status, error) {
	text, err := p.read(path(pid, "task", strconv.Itoa(tid), "status"))
	if err != nil {
		return status{}, err
	}
	state := field(text, "\nState:\t")
	caught, err0 := strconv.ParseUint(field(text, "\nSigCgt:\t"), 16, 64)
	voluntary, err1 := strconv.ParseUint(field(text, "\nvoluntary_ctxt_switches:\t"), 10, 64)
	forced, err2 := strconv.ParseUint(field(text, "\nnonvoluntary_ctxt_switches:\t"), 10, 64)
	if err := errors.Join(err0, err1, err2); err != nil || state == "" {
		return status{}, errors.Join(err, errors.ErrUnsupported)
	}
	return status{state[0], voluntary, forced, caught&(1<<(unix.SIGALRM-1)) != 0}, nil
}

func field(text []byte, name string) string {
	_, rest, _ := bytes.Cut(text, []byte(name))
	value, _, _ := bytes.Cut(rest, []byte("\n"))
	return string(value)
}

// call tells the system call that a thread sleeps in. The kernel says
// "running" unless the thread is really off its processor.
func (p *proc) call(pid, tid int) (nr uint64, a args, running bool, err error) {
	text, err := p.read(path(pid, "task", strconv.Itoa(tid), "syscall"))
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

// children lists the processes that a thread has started. The list is exact
// while nobody in it dies, and the proof has them all asleep.
func (p *proc) children(pid, tid int) ([]int, error) {
	text, err := p.read(path(pid, "task", strconv.Itoa(tid), "children"))
	if errors.Is(err, fs.ErrNotExist) && p.has(path(pid, "task", strconv.Itoa(tid))) {
		return nil, errors.ErrUnsupported // a kernel without CONFIG_PROC_CHILDREN
	}
	if err != nil {
		return nil, err
	}
	var list []int
	for field := range bytes.FieldsSeq(text) {
		child, err := strconv.Atoi(string(field))
		if err != nil {
			return nil, err
		}
		list = append(list, child)
	}
	return list, nil
}

func (p *proc) has(name string) bool { return unix.Access(name, unix.F_OK) == nil }

// A file is an executable file, and a kind what can be known of it for good.
type file struct{ dev, inode uint64 }

type kind struct {
	native bool // made for this machine, so that its calls are numbered as ours
	golang bool
}

// kind reads the file that a process runs, the first time that it sees it.
func (w *Watch) kind(pid int) (kind, error) {
	exe := path(pid, "exe")
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

// IsGo tells whether the program itself, not one that it runs, is made with Go.
func (w *Watch) IsGo() bool {
	k, err := w.kind(w.pid)
	return err == nil && k.golang
}

// zombie tells whether a process is over, and waits for its parent to ask.
func (w *Watch) zombie(pid int) bool {
	status, err := w.proc.status(pid, pid)
	return err == nil && status.state == 'Z'
}
