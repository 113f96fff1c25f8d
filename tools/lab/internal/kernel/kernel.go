// Package kernel asks the system for what packages net and os do not offer: what
// a socket holds, how much of what was sent has arrived, a port for two, a short
// backlog, a process that stands still.
//
// Each question has an answer on Linux. Where another system has none, the
// function says so, by a constant beside it or in its comment, and whoever asks
// does without. Nothing here knows of tests or of the program that is judged.
package kernel

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
)

var mostMapped = regexp.MustCompile(`(?m)^VmPeak:\s*(\d+) kB$`)

// Memory is the most memory that a process has ever set aside, in bytes, used or
// not (VmPeak in proc_pid_status(5)). It is 0 where the system does not show
// that. A Go program begins with a gigabyte or more, of which it uses little, so
// only a difference tells.
func Memory(pid int) int {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	match := mostMapped.FindSubmatch(status)
	if match == nil {
		return 0
	}
	kB, _ := strconv.Atoi(string(match[1]))
	return kB << 10
}
