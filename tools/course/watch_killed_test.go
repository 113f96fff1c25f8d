package main

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// What its guard does then, and what if that one is killed, package terminal
// tests.
func TestWatchIsKilled(t *testing.T) {
	p := newPane(t, newLearner(t).root, 80)
	p.press("sh -c 'echo $$ >pid; exec course watch'", "Enter")
	p.see("TODO 1.1", "q quit")

	out, err := exec.Command("sh", "-c", "kill -KILL $(pgrep -P $(cat \"$0\"))", p.pid).CombinedOutput()
	require.NoError(t, err, "%s", out)

	p.asFound()
}
