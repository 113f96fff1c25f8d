package safely

import (
	"os"
	"path/filepath"
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
