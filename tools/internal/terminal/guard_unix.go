//go:build unix

package terminal

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime/debug"
	"syscall"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// guardedVar marks the process that a guard started. That one inherits two
// pipes: the guard's life, and the way for its last words.
const (
	guardedVar = "SOCKETS_TEST_GUARDED"
	lifeFile   = 3
	wordsFile  = 4
)

// Guard runs this program once more, as it was called, waits for it, and gives
// the terminal back if it died without that: by SIGKILL, or by a panic in a
// goroutine that nobody here started. The shell waits for the guard, so it never
// finds the terminal as the dead one left it.
//
// In the guard, ended is true, and the status is what it should exit with: all
// has been done. In the program that it runs, and where there can be no guard,
// ended is false: go on. If it is the guard that dies, the program is told to
// end, by a SIGTERM.
//
// Call it before there is anything to clean up.
func Guard(in, out *os.File) (status int, ended bool) {
	if os.Getenv(guardedVar) != "" {
		os.Unsetenv(guardedVar)
		guarded()
		return 0, false
	}
	saved, err := term.GetState(int(in.Fd()))
	if err != nil {
		return 0, false
	}
	words, cmd, err := again(in, out)
	if err != nil {
		return 0, false
	}
	err = cmd.Wait()
	last := <-words
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return 0, true
	}
	now, err := term.GetState(int(in.Fd()))
	if err == nil && *now != *saved {
		io.WriteString(out, usual)
		_ = restore(in, saved)
		os.Stderr.Write(last) // what it said before is gone, with its screen
	}
	if by := exit.Sys().(syscall.WaitStatus); by.Signaled() {
		return 128 + int(by.Signal()), true // as shells have it
	}
	return exit.ExitCode(), true
}

// again starts this program once more. Its last words are those of a crash.
func again(in, out *os.File) (words <-chan []byte, cmd *exec.Cmd, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	theirLife, life, err1 := os.Pipe()
	heard, theirWords, err2 := os.Pipe()
	defer theirLife.Close()
	defer theirWords.Close()
	cmd = &exec.Cmd{
		Path: self, Args: os.Args, Env: append(os.Environ(), guardedVar+"=yes"),
		Stdin: in, Stdout: out, Stderr: os.Stderr,
		ExtraFiles: []*os.File{theirLife, theirWords},
	}
	err = errors.Join(err1, err2)
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		life.Close()
		heard.Close()
		return nil, nil, err
	}
	passOn(cmd.Process)
	all := make(chan []byte, 1)
	go func() {
		defer life.Close() // only now: the process holds it until then
		text, _ := io.ReadAll(heard)
		all <- text
	}()
	return all, cmd, nil
}

// passOn has the guard do nothing itself about signals that are meant for the
// program. One that the whole group has got comes twice, and means the same.
func passOn(p *os.Process) {
	signals := make(chan os.Signal, 8)
	signal.Reset(unix.SIGTSTP) // from StopTogether, if that was called
	signal.Notify(signals, unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT, unix.SIGTSTP, unix.SIGCONT)
	go func() {
		for s := range signals {
			_ = p.Signal(s) // to one that is gone it means nothing
		}
	}()
}

// guarded takes what the guard left to its program, and to no child of that.
func guarded() {
	unix.CloseOnExec(lifeFile)
	unix.CloseOnExec(wordsFile)
	words := os.NewFile(wordsFile, "last words")
	_ = debug.SetCrashOutput(words, debug.CrashOptions{}) // which has a copy
	words.Close()
	go func() {
		os.NewFile(lifeFile, "guard").Read(make([]byte, 1)) // until the guard is gone
		_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
	}()
}

// restore sets the terminal, also from the background, which the kernel would
// stop otherwise: whoever has died may have been in the foreground.
func restore(in *os.File, state *term.State) error {
	signal.Ignore(unix.SIGTTOU)
	defer signal.Reset(unix.SIGTTOU)
	return term.Restore(int(in.Fd()), state)
}
