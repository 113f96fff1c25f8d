// Package terminal takes the user's terminal over, for single keys and one
// screen that is drawn again, and gives it back as it was.
//
// Non-goals: what is drawn; see package screen.
//
// Limits. A process that is killed with SIGKILL, or by a panic in a goroutine of
// somebody else's, gives nothing back: the command reset does. On Windows there
// is no Ctrl-Z, and a new size is seen at the next drawing.
package terminal

import (
	"bytes"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"
)

// Usable reports whether these are a terminal that can do more than print lines.
func Usable(in, out *os.File) bool {
	return term.IsTerminal(int(in.Fd())) && term.IsTerminal(int(out.Fd())) && os.Getenv("TERM") != "dumb"
}

// Colours reports whether the user wants them; see https://no-color.org.
func Colours() bool { return os.Getenv("NO_COLOR") == "" }

// A Terminal is one that was taken over. Its methods are not safe for
// concurrent use, but for Restore, which any goroutine may call at any time.
type Terminal struct {
	in, out *os.File
	keys    chan string
	again   chan struct{}
	stop    func() // of the signals

	mu     sync.Mutex
	saved  *term.State // nil while the terminal is the user's
	taken  *term.State // as it is while it is ours
	closed bool
}

// usual is the screen that the shell had, with its cursor.
const usual = ansi.ResetModeSynchronizedOutput + ansi.ShowCursor + ansi.ResetModeAltScreenSaveCursor

// Open takes the terminal over. The caller owes it a Close, in a defer, so that
// a panic finds the terminal as it was.
func Open(in, out *os.File) (*Terminal, error) {
	t := &Terminal{in: in, out: out, keys: make(chan string), again: make(chan struct{}, 1)}
	if err := prepare(out); err != nil {
		return nil, err
	}
	if err := t.take(); err != nil {
		return nil, err
	}
	t.stop = t.watchSignals()
	go t.read()
	return t, nil
}

// Close gives the terminal back for good.
func (t *Terminal) Close() error {
	t.stop()
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	return t.Restore()
}

func (t *Terminal) take() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil
	}
	saved, err := term.MakeRaw(int(t.in.Fd()))
	if err != nil {
		return err
	}
	if t.saved == nil { // after a SIGCONT it may be ours already
		t.saved = saved
	}
	if t.taken, err = term.GetState(int(t.in.Fd())); err != nil {
		return err
	}
	_, err = io.WriteString(t.out, ansi.SetModeAltScreenSaveCursor+ansi.HideCursor)
	return err
}

// Restore gives the terminal back, if it is not the user's already. What somebody
// else has set since, as a shell does that takes it back itself, stays set.
func (t *Terminal) Restore() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.saved == nil {
		return nil
	}
	io.WriteString(t.out, usual)
	saved := t.saved
	t.saved = nil
	if now, err := term.GetState(int(t.in.Fd())); err == nil && t.taken != nil && *now != *t.taken {
		return nil
	}
	return term.Restore(int(t.in.Fd()), saved)
}

// Size is what fits; 80 by 24 if the terminal does not say.
func (t *Terminal) Size() (columns, lines int) {
	columns, lines, err := term.GetSize(int(t.out.Fd()))
	if err != nil || columns <= 0 || lines <= 0 {
		return 80, 24
	}
	return columns, lines
}

// Draw shows these lines and no others, from the top. There must not be more of
// them, nor wider ones, than fit. While the terminal is the user's, it does nothing.
func (t *Terminal) Draw(lines []string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.saved == nil {
		return nil
	}
	b := new(bytes.Buffer)
	b.WriteString(ansi.SetModeSynchronizedOutput + ansi.CursorHomePosition)
	for i, line := range lines {
		if i > 0 {
			b.WriteString("\r\n")
		}
		b.WriteString(line + ansi.EraseLineRight)
	}
	b.WriteString(ansi.EraseScreenBelow + ansi.ResetModeSynchronizedOutput)
	_, err := t.out.Write(b.Bytes())
	return err
}

// Keys sends each key: a letter as itself, others by their names below. It is
// closed when the terminal is gone.
func (t *Terminal) Keys() <-chan string { return t.keys }

// The keys that are no letters. Others are not sent.
const (
	Up, Down       = "up", "down"
	PageUp, PageDn = "page up", "page down"
	Escape         = "escape"
	Enter          = "enter"
	Interrupt      = "ctrl-c"
	Stop           = "ctrl-z"
)

// Again says that all must be drawn again: the size is another, or the user
// has come back.
func (t *Terminal) Again() <-chan struct{} { return t.again }

func (t *Terminal) redraw() {
	select {
	case t.again <- struct{}{}:
	default: // it is said already
	}
}

// read sends keys for ever: a Read from a terminal cannot be cancelled, so it
// ends with the process.
func (t *Terminal) read() {
	defer close(t.keys)
	buf := make([]byte, 256)
	for {
		n, err := t.in.Read(buf)
		for _, key := range decode(buf[:n]) {
			t.keys <- key
		}
		if err != nil {
			return
		}
	}
}

// decode gives the keys in what one Read returned.
func decode(input []byte) (keys []string) {
	for state := byte(0); len(input) > 0; {
		sequence, width, n, next := ansi.DecodeSequence(input, state, nil)
		input, state = input[n:], next
		if name, ok := names[string(sequence)]; ok {
			keys = append(keys, name)
		} else if width > 0 {
			keys = append(keys, strings.ToLower(string(sequence)))
		}
	}
	return keys
}

// names are what terminals send, unless they were asked for another mode: see
// https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, "PC-Style Function Keys".
var names = map[string]string{
	"\x1b[A": Up, "\x1b[B": Down,
	"\x1b[5~": PageUp, "\x1b[6~": PageDn,
	"\x1b": Escape, "\r": Enter, "\x03": Interrupt, "\x1a": Stop,
}
