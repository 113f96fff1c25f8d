package procfs_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/procfs"
)

func TestPath(t *testing.T) {
	assert.Equal(t, "/proc/7/task/8", procfs.Path(7, "task", "8"))
}

func TestParseStat(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want procfs.Stat
	}{
		"a program that runs": {
			"14570 (cat) R 14277 14277 11789 0 -1 4194304 99 0 0 0 3 4 0 0 20 0 1 0 435889 3133440 381 18446744073709551615\n",
			procfs.Stat{State: 'R', Flags: 0x400000, Ticks: 7, Threads: 1},
		},
		"a name with anything in it": {
			"7 (a) S 1 (b\n) c) S 1 7 7 0 -1 4194560 99 0 0 0 120 30 0 0 20 0 8 0 435889 3133440 381\n",
			procfs.Stat{State: 'S', Flags: 0x400100, Ticks: 150, Threads: 8},
		},
		"one that has ended": {
			"7 (server) Z 1 7 7 0 -1 4228108 99 0 0 0 1 0 0 0 20 0 1 0 435889 0 0\n",
			procfs.Stat{State: 'Z', Flags: 0x40840c, Ticks: 1, Threads: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := procfs.ParseStat([]byte(test.text))
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
	for _, text := range []string{"", "7 (server) S 1 7 7\n", "7 (server) S 1 7 7 0 -1 x 99 0 0 0 1 0 0 0 20 0 1 0\n"} {
		_, err := procfs.ParseStat([]byte(text))
		assert.Error(t, err, text)
	}
}

const status = `Name:	server
Umask:	0022
State:	S (sleeping)
Tgid:	14517
Threads:	6
SigBlk:	0000000000000000
SigCgt:	fffffffd7fc1feff
Cpus_allowed_list:	0-1
voluntary_ctxt_switches:	12
nonvoluntary_ctxt_switches:	26
`

func TestParseStatus(t *testing.T) {
	got, err := procfs.ParseStatus([]byte(status))

	require.NoError(t, err)
	assert.Equal(t, procfs.Status{State: 'S', Caught: 0xfffffffd7fc1feff, Voluntary: 12, Forced: 26}, got)

	for _, text := range []string{"", "State:\tS (sleeping)\n", "Name:\tState:\n"} {
		_, err := procfs.ParseStatus([]byte(text))
		assert.ErrorIs(t, err, errors.ErrUnsupported, text)
	}
}

func TestParseIO(t *testing.T) {
	got, err := procfs.ParseIO([]byte("rchar: 7277\nwchar: 301\nsyscr: 12\nsyscw: 1\nread_bytes: 0\n"))

	require.NoError(t, err)
	assert.Equal(t, procfs.IO{Bytes: 7277, Calls: 12}, got)

	_, err = procfs.ParseIO([]byte("rchar: 7277\n"))
	assert.ErrorIs(t, err, errors.ErrUnsupported)
}

func TestParseSched(t *testing.T) {
	got, err := procfs.ParseSched([]byte("1484666 67772855 23\n"))

	require.NoError(t, err)
	assert.Equal(t, procfs.Sched{Ran: 1484666 * time.Nanosecond, Delay: 67772855 * time.Nanosecond}, got)

	_, err = procfs.ParseSched([]byte("0\n"))
	assert.ErrorIs(t, err, errors.ErrUnsupported)
}

func TestParseNumbers(t *testing.T) {
	got, err := procfs.ParseNumbers([]byte("14570 14571 "))

	require.NoError(t, err)
	assert.Equal(t, []int{14570, 14571}, got)

	got, err = procfs.ParseNumbers(nil)
	require.NoError(t, err)
	assert.Empty(t, got)
}
