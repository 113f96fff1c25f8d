package safely

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	require.NoError(t, Write(path, []byte("one")))
	require.NoError(t, Write(path, []byte("two")))

	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "two", string(text))

	t.Run("a file keeps its mode", func(t *testing.T) {
		script := filepath.Join(dir, "script")
		require.NoError(t, os.WriteFile(script, nil, 0o700))
		require.NoError(t, Write(script, []byte("#!/bin/sh\n")))

		info, err := os.Stat(script)
		require.NoError(t, err)
		if runtime.GOOS != "windows" {
			assert.Equal(t, "-rwx------", info.Mode().String())
		}
		require.NoError(t, os.Remove(script))
	})

	t.Run("what cannot be replaced stays, and nothing is left beside it", func(t *testing.T) {
		taken := filepath.Join(dir, "folder")
		require.NoError(t, os.MkdirAll(filepath.Join(taken, "full"), 0o777))

		err := Write(taken, []byte("three"))

		require.Error(t, err)
		assert.True(t, strings.HasPrefix(err.Error(), taken+" cannot be written: "), "it names a file that nobody knows: %v", err)

		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		assert.Len(t, entries, 2)
	})
}

func TestPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("every folder passes on Windows")
	}
	dir := t.TempDir()
	own := filepath.Join(dir, "own")
	require.NoError(t, os.Mkdir(own, 0o700))
	assert.NoError(t, Private(own))

	wrong := func(name string) string {
		err := Private(filepath.Join(dir, name))
		require.Error(t, err)
		return strings.TrimPrefix(err.Error(), dir+"/")
	}
	require.NoError(t, os.Symlink(own, filepath.Join(dir, "link")))
	assert.Equal(t, "link is not a folder", wrong("link"))

	require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o600))
	assert.Equal(t, "file is not a folder", wrong("file"))

	open := filepath.Join(dir, "open")
	require.NoError(t, os.Mkdir(open, 0o700))
	require.NoError(t, os.Chmod(open, 0o777)) // whatever the umask
	assert.Equal(t, "open is open to other users", wrong("open"))

	assert.ErrorIs(t, Private(filepath.Join(dir, "none")), os.ErrNotExist)

	t.Run("another user's folder is not", func(t *testing.T) {
		if os.Geteuid() != 0 {
			t.Skip("only root can make one")
		}
		require.NoError(t, os.Chown(own, 12345, -1))
		assert.Equal(t, "own is another user's", wrong("own"))
	})
}

func TestKeep(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "backups")
	files := map[string]string{"server.go": "package main", "more.go": "\xff"}

	first, err := Keep(dir, "06", files)
	require.NoError(t, err)
	second, err := Keep(dir, "06", files)
	require.NoError(t, err)

	assert.Equal(t, filepath.Join(dir, "06-1"), first)
	assert.Equal(t, filepath.Join(dir, "06-2"), second)
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(second, name))
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
	}

	t.Run("an incomplete copy is no copy", func(t *testing.T) {
		_, err := Keep(dir, "07", map[string]string{"server.go": "package main", "no/such/folder.go": ""})

		require.Error(t, err)
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		assert.Len(t, entries, 2, "more than the two above is left")
	})

	t.Run("two at the same moment have two names", func(t *testing.T) {
		var all sync.WaitGroup
		kept := make(chan string, 20)
		for range cap(kept) {
			all.Go(func() {
				name, err := Keep(dir, "08", files)
				assert.NoError(t, err)
				kept <- name
			})
		}
		all.Wait()
		close(kept)
		names := map[string]bool{}
		for name := range kept {
			names[name] = true
			assert.FileExists(t, filepath.Join(name, "more.go"))
		}
		assert.Len(t, names, cap(kept))
	})

	t.Run("on a full disk there is none", func(t *testing.T) {
		// A file that takes nothing stands for the disk.
		_, err := os.Stat("/dev/full")
		if err != nil {
			t.Skip("there is no /dev/full here")
		}
		f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		require.NoError(t, err)
		require.Error(t, fill(f, []byte("text")))
	})
}
