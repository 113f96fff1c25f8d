// Package safely replaces files so that nothing is lost, whatever happens in
// between: a full disk, a signal, a power cut. It also knows whether a folder is
// safe from other users.
package safely

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Write makes path hold text. Whoever reads path finds what was there before,
// or all of text, never a part. A file that was there keeps its mode. The error
// names path.
func Write(path string, text []byte) error {
	if err := write(path, text); err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, Reason(err))
	}
	return nil
}

// Reason is an error of a file's without the name of the file: for a message that
// names what the reader knows, and not a temporary file beside it.
func Reason(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

func write(path string, text []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // which is not there once it is renamed
	mode := fs.FileMode(0o644)
	if old, err := os.Stat(path); err == nil {
		mode = old.Mode().Perm()
	}
	err = fill(temp, text)
	if err == nil {
		err = os.Chmod(temp.Name(), mode)
	}
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	return err
}

// Keep copies files, given by base name, to a new folder dir/name-1, or -2, and
// so on, and returns its path. Such a folder is complete, and was read back,
// whatever ends the process that makes it; after an error there is none.
func Keep(dir, name string, files map[string]string) (kept string, err error) {
	kept, err = keepAll(dir, name, files)
	if err != nil {
		return "", fmt.Errorf("nothing can be written to %s: %w", dir, Reason(err))
	}
	return kept, nil
}

func keepAll(dir, name string, files map[string]string) (kept string, err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	work, err := os.MkdirTemp(dir, ".unfinished-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work) // which is not there once it is renamed
	if err := os.Chmod(work, 0o755); err != nil {
		return "", err
	}
	for name, text := range files {
		if err := keep(filepath.Join(work, name), []byte(text)); err != nil {
			return "", err
		}
	}
	for i := 1; ; i++ {
		kept = filepath.Join(dir, fmt.Sprintf("%s-%d", name, i))
		if _, err := os.Lstat(kept); err == nil {
			continue
		}
		err := os.Rename(work, kept)
		if err == nil {
			return kept, nil
		}
		if !errors.Is(err, fs.ErrExist) { // it may be another process's, made just now
			return "", err
		}
	}
}

func keep(path string, text []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := fill(f, text); err != nil {
		return err
	}
	back, err := os.ReadFile(path)
	if err == nil && !bytes.Equal(back, text) {
		err = fmt.Errorf("%s does not hold what was written to it", path)
	}
	return err
}

// Private returns an error unless dir is a folder that only this user can enter,
// and so nobody else can have put anything into it. A symbolic link is none. On
// Windows every folder passes.
func Private(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	why := "is not a folder"
	if info.IsDir() {
		why = others(info)
	}
	if why != "" {
		return fmt.Errorf("%s %s", dir, why)
	}
	return nil
}

// fill writes text to f, down to the disk, and closes f.
func fill(f *os.File, text []byte) error {
	_, err := f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
