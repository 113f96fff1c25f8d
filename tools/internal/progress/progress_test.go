package progress

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestState(t *testing.T) {
	dir := t.TempDir()
	f, err := Open(dir)
	require.NoError(t, err)
	require.NoError(t, f.Put(Entry{Chapter: "06-tcp", Passed: true, Program: "bytes", Against: "tests"}))
	require.NoError(t, f.Put(Entry{Chapter: "07-wait", Program: "other", Against: "tests", Hint: 2, Failure: "TestX/y"}))

	f, err = Open(dir) // what is on the disk
	require.NoError(t, err)
	assert.Equal(t, Passed, f.State("06-tcp", "bytes", "tests"))
	assert.Equal(t, Changed, f.State("06-tcp", "bytes", "new tests"))
	assert.Equal(t, Unknown, f.State("06-tcp", "new bytes", "tests"))
	assert.Equal(t, Failed, f.State("07-wait", "other", "tests"))
	assert.Equal(t, Unknown, f.State("07-wait", "other", "new tests"), "it may pass these")
	assert.Equal(t, Changed, f.State("09-tcp", "bytes", "renamed tests"), "a chapter that has another name now")

	e, ok := f.Get("07-wait", "new bytes")
	assert.True(t, ok)
	assert.Equal(t, 2, e.Hint)
}

func TestWhatCannotBeUnderstoodIsKept(t *testing.T) {
	for i, text := range []string{"passed", "maybe 06-tcp a b 0\n", "passed 06-tcp a b many\n", "\x00\xff", "passed 06-tcp a b 0\nfailed 07"} {
		dir := t.TempDir()
		path := filepath.Join(dir, "progress")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))

		f, err := Open(dir)

		require.ErrorContains(t, err, "kept as progress.broken-1", "%d", i)
		kept, err := os.ReadFile(path + ".broken-1")
		require.NoError(t, err)
		assert.Equal(t, text, string(kept))
		require.NoError(t, f.Put(Entry{Chapter: "06-tcp", Program: "a", Against: "b"}))
		_, err = Open(dir)
		require.NoError(t, err)
	}
}

func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	for i := range 20 {
		f, err := Open(dir)
		require.NoError(t, err)
		all.Go(func() {
			assert.NoError(t, f.Put(Entry{Chapter: fmt.Sprintf("%02d", i), Program: fmt.Sprint(i), Against: "tests"}))
		})
	}
	all.Wait()

	f, err := Open(dir)
	require.NoError(t, err)
	for i := range 20 {
		assert.Equal(t, Failed, f.State(fmt.Sprintf("%02d", i), fmt.Sprint(i), "tests"), "entry %d is lost", i)
	}
}
