package quiet

import (
	"net"
	"net/netip"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is on its way between others proves nothing about a program, however
// busy the machine is with it. What nobody holds any more may have been its own.
func TestMoving(t *testing.T) {
	const program, lab, others = 1, 2, 3 // inodes, and ports
	socket := func(state string, inode uint64, local, remote uint16, unsent int) entry {
		at := func(port uint16) netip.AddrPort {
			return netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), port)
		}
		return entry{Socket: Socket{State: state, Inode: inode, Local: at(local), Remote: at(remote), SendQ: unsent}}
	}
	sockets := []entry{
		socket("LISTEN", program, program, 0, 0),
		socket("LISTEN", lab, lab, 0, 0),
		socket("LISTEN", others, others, 0, 0),
	}
	for name, test := range map[string]struct {
		entry entry
		want  bool
	}{
		"nothing to send":                       {socket("ESTABLISHED", program, program, 9, 0), false},
		"the program sends":                     {socket("ESTABLISHED", program, program, 9, 5), true},
		"somebody sends to the program":         {socket("ESTABLISHED", others, 9, program, 5), true},
		"somebody connects to the program":      {socket("SYN_RECV", 0, program, 9, 0), true},
		"others send":                           {socket("ESTABLISHED", others, others, 9, 5), false},
		"the lab sends to another program":      {socket("ESTABLISHED", lab, lab, 9, 5), false},
		"others connect":                        {socket("SYN_RECV", 0, others, 9, 0), false},
		"a socket of others that was closed":    {socket("FIN_WAIT1", 0, others, 9, 1), false},
		"a closed socket that sends to the lab": {socket("FIN_WAIT1", 0, 9, lab, 1), true},
		"a closed socket that sends to others":  {socket("LAST_ACK", 0, 9, others, 1), false},
		"a closed socket of the program's port": {socket("LAST_ACK", 0, program, 9, 1), true},
	} {
		t.Run(name, func(t *testing.T) {
			ours := func() (map[uint64]bool, bool) { return map[uint64]bool{lab: true}, true }
			assert.Equal(t, test.want, moving(append(sockets, test.entry), map[uint64]bool{program: true}, ours))
		})
	}

	unknown := func() (map[uint64]bool, bool) { return nil, false }
	assert.True(t, moving([]entry{socket("LAST_ACK", 0, 9, others, 1)}, nil, unknown), "who cannot know must not say asleep")
}

// Of a listening socket the kernel tells how many have come and were not accepted.
func TestWaiting(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	at := listener.Addr().(*net.TCPAddr).AddrPort()
	for want := range 3 {
		n, ok := Waiting(os.Getpid(), at)
		require.True(t, ok)
		assert.Equal(t, want, n)

		conn, err := net.Dial("tcp", at.String())
		require.NoError(t, err)
		defer conn.Close()
	}
}
