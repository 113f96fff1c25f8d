// Package procfs reads what Linux shows of a process in /proc; see proc(5).
//
// It parses the files that more than one package asks for, and of those only
// the fields that somebody needs. What a number means for a program is for the
// caller to say.
package procfs

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Path names a file: Path(7, "task", "8") is "/proc/7/task/8".
func Path(pid int, elem ...string) string {
	return "/proc/" + strconv.Itoa(pid) + "/" + strings.Join(elem, "/")
}

// Tick is the unit of the times in a Stat: USER_HZ is 100 on every machine that
// Go runs on.
const Tick = 10 * time.Millisecond

// A Stat is what /proc/PID/stat says.
type Stat struct {
	State   byte
	Flags   uint64 // PF_EXITING and others, of linux/sched.h
	Ticks   int    // processor time, of the user's code and the kernel's together
	Threads int
}

// ParseStat reads the text of a stat file.
func ParseStat(text []byte) (Stat, error) {
	const state, flags, utime, stime, threads = 0, 6, 11, 12, 17 // behind the name, which may have anything in it
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(fields) <= threads {
		return Stat{}, fmt.Errorf("stat has %d fields behind the name: %w", len(fields), errors.ErrUnsupported)
	}
	s := Stat{State: fields[state][0]}
	user, err0 := strconv.Atoi(string(fields[utime]))
	kernel, err1 := strconv.Atoi(string(fields[stime]))
	s.Ticks = user + kernel
	var err2, err3 error
	s.Flags, err2 = strconv.ParseUint(string(fields[flags]), 10, 64)
	s.Threads, err3 = strconv.Atoi(string(fields[threads]))
	return s, errors.Join(err0, err1, err2, err3)
}

// A Status is what /proc/PID/task/TID/status says of a thread.
type Status struct {
	State             byte
	Caught            uint64 // signals that have a handler: bit n-1 is signal n
	Voluntary, Forced uint64 // context switches: it waited, or had to make way
}

// ParseStatus reads the text of a status file.
func ParseStatus(text []byte) (s Status, err error) {
	state := field(text, "State")
	if state == "" {
		return Status{}, fmt.Errorf("status has no State: %w", errors.ErrUnsupported)
	}
	s.State = state[0]
	var err0, err1, err2 error
	s.Caught, err0 = number(text, "SigCgt", 16)
	s.Voluntary, err1 = number(text, "voluntary_ctxt_switches", 10)
	s.Forced, err2 = number(text, "nonvoluntary_ctxt_switches", 10)
	return s, errors.Join(err0, err1, err2)
}

// An IO is what /proc/PID/io says: what the process has read by read(2) and the
// like, from whatever it was.
type IO struct{ Bytes, Calls uint64 }

// ParseIO reads the text of an io file.
func ParseIO(text []byte) (io IO, err error) {
	var err0, err1 error
	io.Bytes, err0 = number(text, "rchar", 10)
	io.Calls, err1 = number(text, "syscr", 10)
	return io, errors.Join(err0, err1)
}

func number(text []byte, name string, base int) (uint64, error) {
	n, err := strconv.ParseUint(field(text, name), base, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", name, errors.Join(err, errors.ErrUnsupported))
	}
	return n, nil
}

// field is what a line "name:\tvalue" says; "" where there is no such line.
func field(text []byte, name string) string {
	rest, ok := bytes.CutPrefix(text, []byte(name+":"))
	if !ok {
		_, rest, _ = bytes.Cut(text, []byte("\n"+name+":"))
	}
	value, _, _ := bytes.Cut(rest, []byte("\n"))
	return string(bytes.TrimSpace(value))
}

// A Sched is what schedstat says of a thread
// (Documentation/scheduler/sched-stats.rst).
type Sched struct {
	Ran   time.Duration // on a processor
	Delay time.Duration // ready to run, with no processor free
}

// ParseSched reads the text of a schedstat file.
func ParseSched(text []byte) (Sched, error) {
	fields := bytes.Fields(text)
	if len(fields) < 2 {
		return Sched{}, fmt.Errorf("schedstat has %d fields: %w", len(fields), errors.ErrUnsupported)
	}
	ran, err0 := strconv.ParseInt(string(fields[0]), 10, 64)
	delay, err1 := strconv.ParseInt(string(fields[1]), 10, 64)
	return Sched{time.Duration(ran), time.Duration(delay)}, errors.Join(err0, err1)
}

// ParseNumbers reads numbers with spaces between them: the text of a children
// file.
func ParseNumbers(text []byte) ([]int, error) {
	var list []int
	for field := range bytes.FieldsSeq(text) {
		n, err := strconv.Atoi(string(field))
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, nil
}
