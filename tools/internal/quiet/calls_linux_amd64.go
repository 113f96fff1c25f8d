package quiet

import (
	"debug/elf"

	"golang.org/x/sys/unix"
)

// A program for another machine (GOARCH=386) has other numbers for its calls.
const machine = elf.EM_X86_64

// These are older than arm64, which has only their successors.
func init() {
	calls[unix.SYS_EPOLL_WAIT] = milliseconds(3)
	calls[unix.SYS_POLL] = milliseconds(2)
	calls[unix.SYS_SELECT] = timespec(4)
	lengths[unix.SYS_EPOLL_WAIT] = 3
	lengths[unix.SYS_POLL] = 2
}
