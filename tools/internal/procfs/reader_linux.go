package procfs

import (
	"errors"
	"io/fs"
	"strconv"

	"golang.org/x/sys/unix"
)

// A Reader reads files. Its zero value is ready for use; it is not safe for
// concurrent use. It calls the kernel itself: package os would ask of each file
// whether it can be polled, at twice the cost.
//
// The error of a process or thread that is gone is fs.ErrNotExist or ESRCH;
// errors.ErrUnsupported is that of a kernel which does not show what is wanted.
type Reader struct {
	buf []byte // what was read last; the next read overwrites it
}

// Read returns the contents of a file, until the next call of the Reader's.
func (r *Reader) Read(name string) ([]byte, error) {
	fd, err := open(name, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	if r.buf == nil {
		r.buf = make([]byte, 16<<10)
	}
	for n := 0; ; {
		if n == len(r.buf) {
			r.buf = append(r.buf, make([]byte, n)...)
		}
		m, err := unix.Read(fd, r.buf[n:])
		switch {
		case err == unix.EINTR:
		case err != nil:
			return nil, err
		case m == 0:
			return r.buf[:n], nil
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

// Threads lists the threads of a process.
func (r *Reader) Threads(pid int) ([]int, error) { return names(Path(pid, "task")) }

// Descriptors lists the open descriptors of a process.
func (r *Reader) Descriptors(pid int) ([]int, error) { return names(Path(pid, "fd")) }

// names lists a folder in which every name is a number.
func names(folder string) ([]int, error) {
	fd, err := open(folder, unix.O_DIRECTORY)
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

// Descriptor says what a descriptor is: "socket:[1234]", "pipe:[5]", a path; of
// a long path it gives the beginning.
func (r *Reader) Descriptor(pid, fd int) ([]byte, error) {
	buf := make([]byte, 64) // enough to recognise what matters
	n, err := unix.Readlink(Path(pid, "fd", strconv.Itoa(fd)), buf)
	return buf[:max(n, 0)], err
}

// Stat is that of a process, of all its threads together.
func (r *Reader) Stat(pid int) (Stat, error) { return read(r, ParseStat, Path(pid, "stat")) }

// Status is that of a thread.
func (r *Reader) Status(pid, tid int) (Status, error) {
	return read(r, ParseStatus, Path(pid, "task", strconv.Itoa(tid), "status"))
}

// IO is that of a process.
func (r *Reader) IO(pid int) (IO, error) { return read(r, ParseIO, Path(pid, "io")) }

// Sched is that of a thread.
func (r *Reader) Sched(pid, tid int) (Sched, error) {
	return read(r, ParseSched, Path(pid, "task", strconv.Itoa(tid), "schedstat"))
}

// Children lists the processes that a thread has started. The list is exact
// while nobody in it dies. A kernel without CONFIG_PROC_CHILDREN does not show
// it.
func (r *Reader) Children(pid, tid int) ([]int, error) {
	task := Path(pid, "task", strconv.Itoa(tid))
	list, err := read(r, ParseNumbers, task+"/children")
	if errors.Is(err, fs.ErrNotExist) && unix.Access(task, unix.F_OK) == nil {
		return nil, errors.ErrUnsupported
	}
	return list, err
}

func read[T any](r *Reader, parse func([]byte) (T, error), name string) (parsed T, err error) {
	text, err := r.Read(name)
	if err != nil {
		return parsed, err
	}
	return parse(text)
}
