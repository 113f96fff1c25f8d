package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/safely"
)

// Where nobody else can write, a test binary that is there was built here.
func TestAPlantedFolderIsRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("temporary folders are each user's own there")
	}
	type world struct{ temp, expected, elsewhere string }
	for why, plant := range map[string]func(t *testing.T, w world){
		"is open to other users": func(t *testing.T, w world) {
			require.NoError(t, os.Mkdir(w.expected, 0o700))
			require.NoError(t, os.Chmod(w.expected, 0o777)) // whatever the umask
		},
		"is not a folder": func(t *testing.T, w world) {
			require.NoError(t, os.Symlink(w.elsewhere, w.expected))
		},
		"is another user's": func(t *testing.T, w world) {
			if os.Geteuid() != 0 {
				t.Skip("only root can make one")
			}
			require.NoError(t, os.Mkdir(w.expected, 0o700))
			require.NoError(t, os.Chown(w.expected, 12345, -1))
		},
	} {
		t.Run("if it "+why, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "file")
			require.NoError(t, os.WriteFile(root, nil, 0o600)) // so that not even root can make .course in it
			w := world{temp: t.TempDir(), elsewhere: t.TempDir()}
			t.Setenv("TMPDIR", w.temp)
			for _, name := range []string{"HOME", "XDG_CACHE_HOME"} {
				t.Setenv(name, "") // no cache
			}
			open := func() (dir, warned string) {
				var warn bytes.Buffer
				dir, err := stateDir(root, &warn)
				require.NoError(t, err)
				return dir, warn.String()
			}
			w.expected, _ = open()
			require.NoError(t, os.RemoveAll(w.expected))
			plant(t, w)

			dir, warned := open()

			assert.NotEqual(t, w.expected, dir)
			assert.Equal(t, w.temp, filepath.Dir(dir))
			assert.NoError(t, safely.Private(dir))
			assert.Contains(t, warned, "course: "+w.expected+" "+why+", and is not used\n")
			assert.Equal(t, 2, strings.Count(warned, "\n"), warned)
			left, err := os.ReadDir(w.elsewhere)
			require.NoError(t, err)
			assert.Empty(t, left)

			t.Run("and the other one is found again", func(t *testing.T) {
				again, _ := open()
				assert.Equal(t, dir, again)
			})
		})
	}
}

func TestTheCacheIsPrivateToo(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("every folder is private there")
	}
	root := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(root, nil, 0o600))
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CACHE_HOME", "")

	dir, err := stateDir(root, new(bytes.Buffer))

	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(dir, home), dir)
	assert.NoError(t, safely.Private(dir))
}
