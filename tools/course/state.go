package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sockets.test/tools/internal/safely"
)

// stateDir is the folder in which the course keeps its state: .course beside
// go.mod, or, where nothing can be written to that, one that is this person's
// alone. For programs are built there, and run.
func stateDir(root string, warn io.Writer) (string, error) {
	own := filepath.Join(root, ".course")
	problem := writable(own)
	if problem == nil {
		sweep(own)
		return own, nil
	}
	name := fmt.Sprintf("%x", sha256.Sum256([]byte(root)))[:16]
	dir, err := privateDir(name, warn)
	if err != nil {
		return "", fmt.Errorf("there is no folder to keep your progress in: nothing can be written to %s (%v), and %w", own, safely.Reason(problem), err)
	}
	fmt.Fprintf(warn, "course: nothing can be written to %s (%v); your progress is kept in %s\n", own, safely.Reason(problem), dir)
	sweep(dir)
	return dir, nil
}

// privateDir is a folder that nobody else can enter: in the user's cache, or
// among the temporary files, where anybody may have made one of that name. Then
// it is another, whose name nobody could foresee, and which is found again.
func privateDir(name string, warn io.Writer) (string, error) {
	if cache, err := os.UserCacheDir(); err == nil {
		dir := filepath.Join(cache, "sockets.test", name)
		if private(dir, warn) {
			return dir, nil
		}
	}
	dir := filepath.Join(os.TempDir(), "sockets.test-"+name)
	if private(dir, warn) {
		return dir, nil
	}
	earlier, _ := filepath.Glob(dir + "-*")
	for _, dir := range earlier {
		if safely.Private(dir) == nil && writable(dir) == nil {
			return dir, nil
		}
	}
	return os.MkdirTemp("", filepath.Base(dir)+"-")
}

// private makes a folder, unless it is there, and reports whether it can be
// used. It warns of one that somebody else could have put programs into.
func private(dir string, warn io.Writer) bool {
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return false
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return false
	}
	if err := safely.Private(dir); err != nil {
		fmt.Fprintf(warn, "course: %v, and is not used\n", err)
		return false
	}
	return writable(dir) == nil
}

func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "writable-")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// sweep removes what a course that was killed has left half-made.
func sweep(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		prefix, _, _ := strings.Cut(e.Name(), "-")
		switch prefix {
		case "program", "tests", "plain", "vet", "record", "trace", "writable":
			if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > 24*time.Hour {
				os.RemoveAll(filepath.Join(dir, e.Name()))
			}
		}
	}
}
