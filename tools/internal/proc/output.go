package proc

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"os"
	"strings"
	"sync"
	"time"
)

// edge is how much of an output's beginning and of its end is kept.
const edge = 64 << 10

// An Output is what a program wrote to one stream. The program never waits for
// a reader, whatever it writes: the first and the last 64 KiB are kept, and the
// count of the bytes between them.
type Output struct {
	pipe   *os.File
	ended  chan struct{}      // closed when nobody reads the pipe any more
	flushs chan chan struct{} // see Flush

	flushing sync.Mutex

	mu      sync.Mutex
	head    []byte
	tail    []byte // up to two edges; the last one counts
	dropped int
	size    int
	sum     hash.Hash // of all that was written
	closed  bool
	changed chan struct{}
}

func collect(pipe *os.File) *Output {
	o := &Output{
		pipe:    pipe,
		ended:   make(chan struct{}),
		flushs:  make(chan chan struct{}, 1),
		changed: make(chan struct{}),
		sum:     sha256.New(),
	}
	go o.read()
	return o
}

// Bytes is what was written so far. If that is much, a line in the middle says
// how many bytes were left out.
func (o *Output) Bytes() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	tail, dropped := o.tail, o.dropped
	if extra := len(tail) - edge; extra > 0 {
		tail, dropped = tail[extra:], dropped+extra
	}
	all := bytes.Clone(o.head)
	if dropped > 0 {
		all = fmt.Appendf(all, "\n[%d bytes left out]\n", dropped)
	}
	return append(all, tail...)
}

// Beginning is what was written at first, and how many bytes were written behind
// that. It is everything, unless that is so much that Bytes leaves some out.
func (o *Output) Beginning() (head []byte, behind int) {
	all := o.Bytes()
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(all) == o.size {
		return all, 0
	}
	return bytes.Clone(o.head), o.size - len(o.head)
}

// String is Bytes as text.
func (o *Output) String() string { return string(o.Bytes()) }

// Size is the number of bytes written so far.
func (o *Output) Size() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.size
}

// Is reports whether exactly this was written, also where Bytes leaves some out.
func (o *Output) Is(text string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	sum := sha256.Sum256([]byte(text))
	return o.size == len(text) && bytes.Equal(o.sum.Sum(nil), sum[:])
}

// Lines are the whole lines so far, without their ends. Once the stream is
// closed, a last line need not have an end.
func (o *Output) Lines() []string {
	closed := o.Closed() // before the text, which may grow
	lines := strings.Split(o.String(), "\n")
	if last := len(lines) - 1; !closed || lines[last] == "" {
		lines = lines[:last]
	}
	return lines
}

// Changed is closed when more is written, or the stream is closed. Ask for it
// first and look at the output then, so that no change slips between:
//
//	for {
//		changed := out.Changed()
//		if enough(out.Lines()) || out.Closed() {
//			return
//		}
//		<-changed
//	}
func (o *Output) Changed() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.changed
}

// Closed reports that nothing will follow: the program and whoever it shared
// the stream with have closed it, or are gone.
func (o *Output) Closed() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closed
}

// read owns the pipe until its end, or until stop closes it.
func (o *Output) read() {
	defer close(o.ended)
	defer o.pipe.Close()
	defer o.end()
	buf := make([]byte, 32<<10)
	for {
		n, err := o.pipe.Read(buf)
		o.add(buf[:n])
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			flushed := <-o.flushs
			_ = o.pipe.SetReadDeadline(time.Time{})
			if ended := readNow(o.pipe, buf, o.add); ended {
				return
			}
			close(flushed)
		case err != nil:
			return
		}
	}
}

// Flush returns when all that the program has written by now has been
// collected. It does not wait for the end of the pipe, which a grandchild may
// hold open: it stops the reader, which then takes what is there without
// waiting for more.
func (o *Output) Flush() {
	o.flushing.Lock() // a second one would take the reader's deadline away
	defer o.flushing.Unlock()
	select {
	case <-o.flushs: // one that nobody answered
	default:
	}
	flushed := make(chan struct{})
	o.flushs <- flushed
	var late <-chan time.Time
	if o.pipe.SetReadDeadline(time.Unix(1, 0)) != nil {
		late = time.After(100 * time.Millisecond) // Windows: its pipes cannot be stopped
	}
	select {
	case <-flushed:
	case <-o.ended:
	case <-late:
	}
}

// stop reads what is left and closes the pipe, though others may hold it open.
func (o *Output) stop() {
	o.Flush()
	o.pipe.Close()
	<-o.ended
}

func (o *Output) add(b []byte) {
	if len(b) == 0 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.size += len(b)
	o.sum.Write(b)
	n := min(edge-len(o.head), len(b))
	o.head = append(o.head, b[:n]...)
	o.tail = append(o.tail, b[n:]...)
	if extra := len(o.tail) - edge; extra >= edge {
		o.dropped += extra
		o.tail = append(o.tail[:0], o.tail[extra:]...)
	}
	o.tell()
}

func (o *Output) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.tell()
}

func (o *Output) tell() {
	close(o.changed)
	o.changed = make(chan struct{})
}
