package main

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A lock that comes when nobody waits for it any more is opened again.
func TestALockThatNobodyWaitsFor(t *testing.T) {
	dir, err := os.MkdirTemp("", "lock")
	require.NoError(t, err)
	t.Cleanup(func() {
		for os.RemoveAll(dir) != nil { // those who came late may still open the file
		}
	})
	d := &desk{dir: dir}
	held, err := d.lock(t.Context())
	require.NoError(t, err)
	late, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 {
		_, err = d.lock(late)
		require.ErrorIs(t, err, context.Canceled)
	}
	held()

	inTime, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	held, err = d.lock(inTime)
	require.NoError(t, err)
	held()
}
