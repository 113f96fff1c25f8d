//go:build unix

package proc_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/proc"
)

func TestLimits(t *testing.T) {
	linux(t)
	start := func(t *testing.T, role string, most proc.Limits) *proc.Process {
		c := program(role)
		c.Limits = most
		p, err := proc.Start(c)
		require.NoError(t, err)
		t.Cleanup(p.Kill)
		return p
	}
	const MiB = 1 << 20

	t.Run("a program that appends for ever is ended", func(t *testing.T) {
		p := start(t, "appends for ever", proc.Limits{Memory: 64 * MiB})
		wait(t, p.Done())
		assert.Equal(t, proc.Exit{Code: -1, Signal: "killed", Excess: "it used more than 64 MiB of memory"}, p.Exit())
		assert.Equal(t, "killed: it used more than 64 MiB of memory", p.Exit().String())
	})
	t.Run("the memory of its children counts", func(t *testing.T) {
		p := start(t, "has a child that appends for ever", proc.Limits{Memory: 64 * MiB})
		wait(t, p.Done())
		assert.Equal(t, "it used more than 64 MiB of memory", p.Exit().Excess)
		assertDead(t, p.Stdout().Lines())
	})
	t.Run("a program that starts processes for ever is ended with them", func(t *testing.T) {
		p := start(t, "forks for ever", proc.Limits{Processes: 10})
		wait(t, p.Done())
		assert.Equal(t, "killed: it had more than 10 processes", p.Exit().String())
		assertDead(t, p.Stdout().Lines())
	})
	t.Run("a program that keeps to them is told from one that was killed", func(t *testing.T) {
		p := start(t, "kills itself", proc.Limits{Memory: 1 << 30, Processes: 10})
		wait(t, p.Done())
		assert.Equal(t, "signal: killed", p.Exit().String())
	})
}
