package proc

// Untried: this was compiled and vetted, never run.

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// A group is a job. It dies with the last handle to it, and only this process
// has one. A child that the program starts before it is put into the job escapes.
type group struct{ job windows.Handle }

func startGroup(cmd *exec.Cmd) (group, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return group{}, fmt.Errorf("cannot create a job: %w", err)
	}
	var limits windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION
	limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
	if err == nil {
		err = cmd.Start()
	}
	if err == nil {
		if err = assign(job, cmd.Process.Pid); err != nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}
	if err != nil {
		windows.CloseHandle(job)
		return group{}, err
	}
	return group{job}, nil
}

func assign(job windows.Handle, pid int) error {
	process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(pid))
	if err != nil {
		return err
	}
	defer windows.CloseHandle(process)
	return windows.AssignProcessToJobObject(job, process)
}

func (g group) kill() { _ = windows.TerminateJobObject(g.job, 1) }

func (g group) close() { windows.CloseHandle(g.job) }

func await(cmd *exec.Cmd) { _ = cmd.Wait() }

// signal knows two: Ctrl-Break, which a Go program takes for os.Interrupt, and Kill.
func signal(p *os.Process, s os.Signal) error {
	switch s {
	case os.Interrupt:
		return windows.GenerateConsoleCtrlEvent(windows.CTRL_BREAK_EVENT, uint32(p.Pid))
	case os.Kill:
		return p.Kill()
	}
	return fmt.Errorf("Windows has no signal like %v", s)
}

func exiting(int) bool { return false }

// readNow is never called, as a deadline cannot be set.
func readNow(*os.File, []byte, func([]byte)) (ended bool) { return true }

func occupy(string) (release func()) { return func() {} }

// abandoned guesses: it takes what is older than a day for a dead process's.
func abandoned(_ string, age time.Duration) bool { return age > 24*time.Hour }
