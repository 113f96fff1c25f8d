// Package safely replaces files so that nothing is lost, whatever happens in
// between: a full disk, a signal, a power cut.
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
// or all of text, never a part.
func Write(path string, text []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // which is not there once it is renamed
	err = fill(temp, text)
	if err == nil {
		err = os.Chmod(temp.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	return err
}

// Keep copies files, given by base name, to a new folder dir/name-1, or -2, and
// so on, and returns its path. A folder that Keep returns is complete, and was
// read back; after an error there is none.
func Keep(dir, name string, files map[string]string) (kept string, err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	for i := 1; ; i++ {
		kept = filepath.Join(dir, fmt.Sprintf("%s-%d", name, i))
		err := os.Mkdir(kept, 0o777)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", err
		}
	}
	for name, text := range files {
		if err := keep(filepath.Join(kept, name), []byte(text)); err != nil {
			return "", errors.Join(err, os.RemoveAll(kept))
		}
	}
	return kept, nil
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

// fill writes text to f, down to the disk, and closes f.
func fill(f *os.File, text []byte) error {
	_, err := f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
