package lab

import (
	"testing"

	"sockets.test/tools/lab/internal/kernel"
)

// spare is how many descriptors the lab, or a program, needs beside those of
// its clients.
const spare = 100

// Crowd says how many clients a test may have at the same time: n, or as many
// as the system grants descriptors for. Programs that are started afterwards
// may open as many as the lab, whatever language they are in: Go raises its own
// soft limit to the hard one, others do not.
func Crowd(t testing.TB, n int) int {
	t.Helper()
	if granted := kernel.Descriptors(n+spare) - spare; granted < n {
		t.Logf("%d clients instead of %d: the system grants no more descriptors (ulimit -n)", granted, n)
		return granted
	}
	return n
}
