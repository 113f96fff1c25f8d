package proc

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"sockets.test/tools/internal/safely"
)

// temporary begins the name of every folder that TempDir makes.
const temporary = "sockets.test-temp-"

// TempDir makes a temporary folder, named as os.MkdirTemp would, which remove
// removes. A process that is killed before that leaves it behind: the first
// TempDir of a later process removes it.
func TempDir(pattern string) (dir string, remove func(), err error) {
	sweepOnce.Do(func() { sweep(os.TempDir()) })
	dir, err = os.MkdirTemp("", temporary+pattern)
	if err != nil {
		return "", nil, err
	}
	release := occupy(dir)
	return dir, func() {
		_ = os.RemoveAll(dir) // what cannot be removed is swept later
		release()
	}, nil
}

var sweepOnce sync.Once

// sweep removes the folders in temp that nobody has any more. It leaves alone
// one that was made just now, which may not be occupied yet, and what has such
// a name and is another user's, for anybody may write to a folder of temporary
// files.
func sweep(temp string) {
	entries, _ := os.ReadDir(temp)
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), temporary) {
			continue
		}
		dir := filepath.Join(temp, e.Name())
		info, err := e.Info()
		if err != nil || safely.Private(dir) != nil {
			continue
		}
		if age := time.Since(info.ModTime()); age > time.Minute && abandoned(dir, age) {
			_ = os.RemoveAll(dir)
		}
	}
}
