package proc

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
)

// A charge is something that must not outlive this process: a process group,
// or a directory.
type charge struct {
	Group int    `json:",omitempty"`
	Dir   string `json:",omitempty"`
}

// TempDir makes a temporary directory, named as os.MkdirTemp would, that is
// removed by remove, or by the keeper when this process ends.
func TempDir(pattern string) (dir string, remove func(), err error) {
	before, after, _ := strings.Cut(pattern, "*")
	dir = filepath.Join(os.TempDir(), before+rand.Text()+after)
	if err := keep(charge{Dir: dir}); err != nil { // before there is anything to lose
		return "", nil, err
	}
	remove = func() {
		if os.RemoveAll(dir) == nil {
			_ = release(charge{Dir: dir})
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		remove()
		return "", nil, err
	}
	return dir, remove, nil
}
