//go:build !unix

package kernel

import (
	"net"
	"os"
	"time"
)

// WriteNow leaves what is long to a goroutine, which ends with the program: a
// pipe cannot be asked here whether it has room.
func WriteNow(pipe *os.File, data []byte) int {
	if len(data) <= 1024 {
		pipe.Write(data)
	} else {
		go pipe.Write(data)
	}
	return len(data)
}

// SendNow waits for a moment until the kernel has room.
func SendNow(conn *net.TCPConn, data []byte) int {
	conn.SetWriteDeadline(time.Now().Add(5 * time.Millisecond))
	n, err := conn.Write(data)
	if timeout, ok := err.(net.Error); err != nil && (!ok || !timeout.Timeout()) {
		return len(data) // the connection is gone
	}
	return n
}
