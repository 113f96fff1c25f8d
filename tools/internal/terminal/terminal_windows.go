package terminal

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// prepare makes an old console understand what Draw writes.
func prepare(out *os.File) error {
	var mode uint32
	console := windows.Handle(out.Fd())
	if err := windows.GetConsoleMode(console, &mode); err != nil {
		return err
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING)
}

func (t *Terminal) watchSignals() (stop func()) { return func() {} }

// Suspend is for Unix.
func (t *Terminal) Suspend() error { return errors.New("there is no Ctrl-Z on Windows") }
