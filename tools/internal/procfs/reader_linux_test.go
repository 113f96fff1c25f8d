package procfs_test

import (
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/procfs"
)

// This process is seen as it is.
func TestReader(t *testing.T) {
	var r procfs.Reader
	pid := os.Getpid()

	stat, err := r.Stat(pid)
	require.NoError(t, err)
	tids, err := r.Threads(pid)
	require.NoError(t, err)
	assert.Contains(t, tids, pid)
	assert.InDelta(t, len(tids), stat.Threads, 2)

	status, err := r.Status(pid, pid)
	require.NoError(t, err)
	assert.NotZero(t, status.Caught)
	_, err = r.Sched(pid, pid)
	assert.NoError(t, err)
	io, err := r.IO(pid)
	require.NoError(t, err)
	assert.NotZero(t, io.Calls)

	f, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer f.Close()
	fds, err := r.Descriptors(pid)
	require.NoError(t, err)
	assert.Contains(t, fds, int(f.Fd()))
	name, err := r.Descriptor(pid, int(f.Fd()))
	require.NoError(t, err)
	assert.Equal(t, os.DevNull, string(name))

	self, err := r.Read("/proc/" + strconv.Itoa(pid) + "/comm")
	require.NoError(t, err)
	assert.NotEmpty(t, self)
}

func TestChildren(t *testing.T) {
	child := exec.Command("cat")
	stdin, err := child.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	defer child.Wait()
	defer stdin.Close()

	var r procfs.Reader
	var all []int
	tids, err := r.Threads(os.Getpid())
	require.NoError(t, err)
	for _, tid := range tids {
		list, err := r.Children(os.Getpid(), tid)
		require.NoError(t, err)
		all = append(all, list...)
	}
	assert.Contains(t, all, child.Process.Pid)
}

func TestWhatIsGone(t *testing.T) {
	const gone = 1 << 30 // more than there can be
	var r procfs.Reader
	_, err := r.Stat(gone)
	assert.ErrorIs(t, err, fs.ErrNotExist)
	_, err = r.Threads(gone)
	assert.ErrorIs(t, err, fs.ErrNotExist)
	_, err = r.Children(gone, gone)
	assert.ErrorIs(t, err, fs.ErrNotExist)
}
