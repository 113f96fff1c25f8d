package proc

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTempDir(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	dir, remove, err := TempDir("a-*-z")
	require.NoError(t, err)
	assert.DirExists(t, dir)
	assert.Regexp(t, `^sockets\.test-temp-a-\d+-z$`, filepath.Base(dir))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o600))

	remove()

	assert.NoDirExists(t, dir)
	remove()
}

func TestSweep(t *testing.T) {
	temp := t.TempDir()
	old := time.Now().Add(-25 * time.Hour)
	make := func(name string, changed time.Time) string {
		dir := filepath.Join(temp, name)
		require.NoError(t, os.Mkdir(dir, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o600))
		require.NoError(t, os.Chtimes(dir, changed, changed))
		return dir
	}
	left := make("sockets.test-temp-left", old)
	fresh := make("sockets.test-temp-fresh", time.Now())
	inUse := make("sockets.test-temp-in-use", old)
	defer occupy(inUse)()
	others := make("sockets.test-0123456789abcdef", old)
	open := make("sockets.test-temp-open", old)
	require.NoError(t, os.Chmod(open, 0o755))
	require.NoError(t, os.Chtimes(open, old, old))

	sweep(temp)

	assert.NoDirExists(t, left)
	assert.DirExists(t, fresh)
	assert.DirExists(t, others)
	if runtime.GOOS != "windows" {
		assert.DirExists(t, inUse)
		assert.DirExists(t, open, "TempDir has not made it")
	}
}
