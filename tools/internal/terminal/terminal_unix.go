//go:build unix

package terminal

import (
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

func prepare(*os.File) error { return nil }

// watchSignals sees to the signals that concern the terminal. Whoever stops
// this process with SIGSTOP cannot be seen before, but after: SIGCONT.
func (t *Terminal) watchSignals() (stop func()) {
	signals := make(chan os.Signal, 8)
	signal.Reset(unix.SIGTSTP) // from StopTogether, if that was called
	signal.Notify(signals, unix.SIGWINCH, unix.SIGTSTP, unix.SIGCONT)
	ended := make(chan struct{})
	go func() {
		for {
			select {
			case <-ended:
				return
			case s := <-signals:
				switch s {
				case unix.SIGTSTP:
					_ = t.Suspend()
				case unix.SIGCONT:
					_ = t.take()
					t.redraw()
				case unix.SIGWINCH:
					t.redraw()
				}
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		close(ended)
	}
}

// Suspend gives the terminal back and stops this process, as Ctrl-Z does, until
// the user's shell lets it go on. With the SIGCONT that follows the terminal is
// taken again, and not here: this thread may run on a little after its own kill.
func (t *Terminal) Suspend() error {
	if !hasShell() {
		return errNoShell
	}
	if err := t.Restore(); err != nil {
		return err
	}
	return stopGroup()
}
