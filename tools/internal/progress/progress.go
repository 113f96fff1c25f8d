// Package progress remembers verdicts: which bytes of a program passed which
// tests, which failure was seen last, and how many hints were given for it.
//
// It is one small text file, a line a chapter. Nothing in it is believed beyond
// the bytes that it names: a program that has changed is unknown again, one
// whose tests have changed is told apart, and without the file every program is
// unknown. A chapter that was renamed is found by its program.
package progress

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/lockedfile"

	"sockets.test/tools/internal/safely"
)

// An Entry is the last verdict on a chapter. Its fields have no spaces.
type Entry struct {
	Chapter string // the key
	Passed  bool
	Program string // the hash of the program's bytes
	Against string // the hash of the tests
	Hint    int    // rungs shown of the failure's ladder
	Failure string // which failure that is; empty if it passed
}

// A State is what the file knows of a program.
type State int

const (
	Unknown State = iota // these bytes were never judged
	Failed               // these bytes failed these tests
	Changed              // these bytes passed, but the tests have changed since
	Passed               // these bytes passed these tests
)

// A File is the entries, one a chapter.
type File struct {
	path    string
	entries map[string]Entry
	order   []string
}

// Open reads the file in dir. One that is not there is empty; one that cannot
// be understood is kept under another name, which the error tells, and the
// File is empty and good.
func Open(dir string) (*File, error) {
	f := &File{path: filepath.Join(dir, "progress")}
	if f.read() != nil {
		return f, f.setAside()
	}
	return f, nil
}

// read takes the entries from the disk: all of them, or none.
func (f *File) read() error {
	f.entries, f.order = map[string]Entry{}, nil
	text, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var list []Entry
	for line := range strings.Lines(string(text)) {
		e, err := parse(line)
		if err != nil {
			return err
		}
		list = append(list, e)
	}
	for _, e := range list {
		f.put(e)
	}
	return nil
}

func parse(line string) (Entry, error) {
	var e Entry
	verdict := ""
	// The failure is last, and may not be there.
	n, err := fmt.Sscan(line, &verdict, &e.Chapter, &e.Program, &e.Against, &e.Hint, &e.Failure)
	e.Passed = verdict == "passed"
	if n < 5 || !e.Passed && verdict != "failed" {
		return e, fmt.Errorf("%q is not a line of progress: %w", line, err)
	}
	return e, nil
}

// setAside keeps a file that cannot be read.
func (f *File) setAside() error {
	for i := 1; ; i++ {
		kept := fmt.Sprintf("%s.broken-%d", f.path, i)
		if _, err := os.Lstat(kept); err == nil {
			continue
		}
		if err := os.Rename(f.path, kept); err != nil {
			return err
		}
		return fmt.Errorf("%s could not be understood; it is kept as %s, and every chapter is judged anew", f.path, filepath.Base(kept))
	}
}

// Get is the last verdict on this program, whatever the chapter was called
// then; or else the last one on the chapter.
func (f *File) Get(chapter, program string) (Entry, bool) {
	e, ok := f.entries[chapter]
	if ok && e.Program == program {
		return e, true
	}
	for _, key := range f.order {
		if f.entries[key].Program == program {
			return f.entries[key], true
		}
	}
	return e, ok
}

// State tells what is known of this program and these tests.
func (f *File) State(chapter, program, against string) State {
	e, ok := f.Get(chapter, program)
	switch {
	case !ok || e.Program != program:
		return Unknown
	case e.Against == against && e.Passed:
		return Passed
	case e.Against == against:
		return Failed
	case e.Passed:
		return Changed
	}
	return Unknown
}

func (f *File) put(e Entry) {
	if _, ok := f.entries[e.Chapter]; !ok {
		f.order = append(f.order, e.Chapter)
	}
	f.entries[e.Chapter] = e
}

// Put remembers an entry. The file is never half-written, and what another
// process has put there in the meantime stays.
func (f *File) Put(e Entry) error {
	unlock, err := lockedfile.MutexAt(f.path + ".lock").Lock()
	if err != nil {
		return err
	}
	defer unlock()
	if f.read() != nil {
		f.entries, f.order = map[string]Entry{}, nil // Open will have it kept
		if err := f.setAside(); err != nil {
			f.put(e)
			return nil
		}
	}
	f.put(e)
	b := new(strings.Builder)
	for _, key := range f.order {
		e := f.entries[key]
		verdict := "failed"
		if e.Passed {
			verdict = "passed"
		}
		fmt.Fprintln(b, strings.TrimRight(fmt.Sprintf("%s %s %s %s %d %s", verdict, e.Chapter, e.Program, e.Against, e.Hint, e.Failure), " "))
	}
	return safely.Write(f.path, []byte(b.String()))
}
