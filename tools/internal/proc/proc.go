// Package proc starts a program that is to be judged, and leaves nothing of it
// behind: no process, no descriptor, no temporary folder.
//
// The program and its children are one group, apart from the terminal. Whoever
// of the group is left when the program exits is killed then, and Kill kills
// them all. A judge need not come to that: a Ctrl-C, a panic or the time-out of
// go test may end it first. On Linux the kernel then kills the program, and on
// Windows the whole group; a later process removes its temporary folders.
//
// Limits. When the judge is killed, the program's children live on under Linux,
// and the program too under other Unix systems: they see that their peers have
// gone, and end if they heed that. A descendant that leaves the group, as a
// daemon does, escapes; under Linux only if its parent has ended. A program of
// another user's, by way of sudo, cannot be killed, and Kill waits for it.
package proc

import (
	"cmp"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// A Command says what to run.
type Command struct {
	Path string   // a file, or a name to look up in PATH
	Args []string // without the name
	Dir  string   // the current directory if empty
	Env  []string // the current environment if nil

	// Limits, if set, are what the program may use.
	Limits Limits

	// Stdout, if set, takes what the program prints, instead of
	// Process.Stdout: for output that must not be shortened.
	Stdout *os.File
}

// A Process is a program that was started. Its methods may be called at any
// time, from any goroutine.
type Process struct {
	cmd            *exec.Cmd
	group          group
	stdin          *os.File
	stdout, stderr *Output
	done           chan struct{}
	exit           Exit
	kill           sync.Once

	mu     sync.Mutex
	reaped bool   // from now on its number may be another's
	excess string // why it was ended, if it used too much
}

// Start starts the program in a session of its own (Windows: a job), away from
// the terminal and its Ctrl-C, with a pipe for each standard stream. The caller
// owes it a Kill.
//
// Unless GORACE is set, a program built with -race will not sleep the usual
// second before it exits.
func Start(c Command) (*Process, error) {
	stdin, toStdin, err0 := os.Pipe()
	fromStdout, stdout, err1 := os.Pipe()
	fromStderr, stderr, err2 := os.Pipe()
	defer closeAll(stdin, stdout, stderr)

	cmd := exec.Command(c.Path, c.Args...)
	cmd.Dir, cmd.Env = c.Dir, quickExit(c.Env)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, stderr
	if c.Stdout != nil {
		cmd.Stdout = c.Stdout
	}

	var g group
	err := errors.Join(err0, err1, err2)
	if err == nil {
		g, err = startGroup(cmd)
	}
	if err != nil {
		closeAll(toStdin, fromStdout, fromStderr)
		return nil, err
	}
	p := &Process{
		cmd:    cmd,
		group:  g,
		stdin:  toStdin,
		stdout: collect(fromStdout),
		stderr: collect(fromStderr),
		done:   make(chan struct{}),
	}
	go p.wait()
	p.hold(c.Limits)
	return p, nil
}

// wait is all that waits for the program. The pipes are files, so cmd.Wait
// returns when the program exits, whoever else holds them open; what the
// program wrote is in them by then, and Flush takes it out.
func (p *Process) wait() {
	await(p.cmd)
	p.reap()
	p.exit = exitOf(p.cmd.ProcessState, p.excess)
	p.stdout.Flush()
	p.stderr.Flush()
	close(p.done)
}

// reap kills whom the program has left in its group, while the program, dead
// and not yet reaped, holds the group's number.
func (p *Process) reap() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.group.kill()
	_ = p.cmd.Wait() // its error is the exit status, in other words
	p.reaped = true
}

// end kills the group, if the program has not exited. If it used too much, why
// says so.
func (p *Process) end(why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.reaped {
		p.excess = cmp.Or(p.excess, why)
		p.group.kill()
	}
}

// Pid is the number of the program's process.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Stdin is the program's standard input; Close ends it. Kill closes it too.
func (p *Process) Stdin() io.WriteCloser { return p.stdin }

// Stdout is what the program printed.
func (p *Process) Stdout() *Output { return p.stdout }

// Stderr is what the program printed on standard error.
func (p *Process) Stderr() *Output { return p.stderr }

// Done is closed once the program has exited, all that it wrote has been
// collected, and its exit is known.
func (p *Process) Done() <-chan struct{} { return p.done }

// Exit is how the program ended. It is valid once Done is closed.
func (p *Process) Exit() Exit { return p.exit }

// Signal sends a signal to the program itself, not to its children. It is
// os.ErrProcessDone if there is no program any more.
func (p *Process) Signal(s os.Signal) error { return signal(p.cmd.Process, s) }

// Exiting reports whether the program is on its way out, or has ended. Only
// Linux tells before the end.
func (p *Process) Exiting() bool {
	select {
	case <-p.done:
		return true
	default:
		return exiting(p.Pid())
	}
}

// Kill ends the program and its children, and returns when the program is gone
// and the pipes are closed. What they wrote can still be read. Only the first
// call does anything; others wait for it.
func (p *Process) Kill() {
	p.kill.Do(func() {
		p.end("")
		<-p.done
		p.group.close()
		p.stdin.Close()
		p.stdout.stop()
		p.stderr.stop()
	})
}

// An Exit is how a program ended.
type Exit struct {
	Code   int    // the exit status, -1 if a signal ended the program
	Signal string // "killed", "terminated"; empty if no signal did
	Excess string // "it used more than 2 GiB of memory"; empty if it kept to its Limits
}

// String says it as the os package does: "exit status 1", "signal: killed"; or
// "killed: it used more than 2 GiB of memory".
func (e Exit) String() string {
	switch {
	case e.Excess != "":
		return e.Signal + ": " + e.Excess
	case e.Signal != "":
		return "signal: " + e.Signal
	}
	return "exit status " + strconv.Itoa(e.Code)
}

func exitOf(s *os.ProcessState, excess string) Exit {
	e := Exit{Code: s.ExitCode()}
	if w, ok := s.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		e.Signal, e.Excess = w.Signal().String(), excess
	}
	return e
}

func quickExit(env []string) []string {
	if env == nil {
		env = os.Environ()
	}
	env = slices.Clip(env) // it is the caller's
	if slices.ContainsFunc(env, func(s string) bool { return strings.HasPrefix(s, "GORACE=") }) {
		return env
	}
	return append(env, "GORACE=atexit_sleep_ms=10")
}

// closeAll takes nil for a file that was never opened.
func closeAll(files ...*os.File) {
	for _, f := range files {
		f.Close()
	}
}
