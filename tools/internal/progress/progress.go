// Package progress remembers verdicts: which bytes of a program passed which
// tests, and which failure was seen last.
//
// It is one small text file. Nothing in it is believed beyond the bytes that
// it names: a program or a test that has changed is unknown again, and without
// the file every program is.
package progress

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// An Entry is the last verdict on a chapter. Its fields have no spaces.
type Entry struct {
	Chapter string // the key
	Passed  bool
	Program string // the hash of the program's bytes
	Against string // the hash of the tests
	Hint    int    // rungs shown of the failure's ladder
}

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
	f := &File{path: filepath.Join(dir, "progress"), entries: map[string]Entry{}}
	text, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return f, err
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		var e Entry
		verdict := ""
		n, err := fmt.Sscanf(lines.Text(), "%s %s %s %s %d", &verdict, &e.Chapter, &e.Program, &e.Against, &e.Hint)
		e.Passed = verdict == "passed"
		if err != nil || n != 5 || !e.Passed && verdict != "failed" {
			return &File{path: f.path, entries: map[string]Entry{}}, f.setAside()
		}
		f.put(e)
	}
	return f, lines.Err()
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

// Get is what is known of a chapter.
func (f *File) Get(chapter string) (Entry, bool) {
	e, ok := f.entries[chapter]
	return e, ok
}

// Known tells whether this program's verdict against these tests is known.
func (f *File) Known(chapter, program, against string) (passed, known bool) {
	e, ok := f.entries[chapter]
	if !ok || e.Program != program || e.Against != against {
		return false, false
	}
	return e.Passed, true
}

func (f *File) put(e Entry) {
	if _, ok := f.entries[e.Chapter]; !ok {
		f.order = append(f.order, e.Chapter)
	}
	f.entries[e.Chapter] = e
}

// Put remembers an entry, and writes the file so that it is never half-written.
func (f *File) Put(e Entry) error {
	f.put(e)
	b := new(strings.Builder)
	for _, key := range f.order {
		e := f.entries[key]
		verdict := "failed"
		if e.Passed {
			verdict = "passed"
		}
		fmt.Fprintf(b, "%s %s %s %s %d\n", verdict, e.Chapter, e.Program, e.Against, e.Hint)
	}
	temp, err := os.CreateTemp(filepath.Dir(f.path), "progress-")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	_, err = temp.WriteString(b.String())
	if err := errors.Join(err, temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), f.path)
}
