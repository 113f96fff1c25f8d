//go:build linux || darwin

package kernel

import "syscall"

// Descriptors raises the limit of open Descriptors to want, or as far as it
// may, and returns what it is. To have called Setrlimit keeps Go from giving
// the programs that it starts the limit that it began with.
func Descriptors(want int) int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return want
	}
	limit.Cur = max(limit.Cur, min(uint64(want), limit.Max))
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return want
	}
	return int(min(limit.Cur, uint64(want)))
}
