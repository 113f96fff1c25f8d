package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// stateDir is the folder in which the course keeps its state: .course beside
// go.mod, or, where nothing can be written to that, one of this person's own.
func stateDir(root string, warn io.Writer) (string, error) {
	name := fmt.Sprintf("%x", sha256.Sum256([]byte(root)))[:16]
	dirs := []string{filepath.Join(root, ".course")}
	if cache, err := os.UserCacheDir(); err == nil {
		dirs = append(dirs, filepath.Join(cache, "sockets.test", name))
	}
	dirs = append(dirs, filepath.Join(os.TempDir(), "sockets.test-"+name))
	var problems []error
	for i, dir := range dirs {
		err := writable(dir)
		if err == nil {
			if i > 0 {
				fmt.Fprintf(warn, "course: nothing can be written to %s (%v); your progress is kept in %s\n", dirs[0], reason(problems[0]), dir)
			}
			sweep(dir)
			return dir, nil
		}
		problems = append(problems, err)
	}
	return "", fmt.Errorf("there is no folder to keep your progress in: %w", problems[0])
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

// reason is an error of a file's without the file's name.
func reason(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
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
