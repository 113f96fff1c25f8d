package quiet

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// The kernel reads a request by offsets, so its structs have the kernel's sizes.
func TestRequests(t *testing.T) {
	assert.Equal(t, 48, binary.Size(sockID{}))
	assert.Equal(t, 56, binary.Size(diagRequest{}))
	assert.Equal(t, 60, binary.Size(tcpRequest{}))
	assert.Equal(t, 72, binary.Size(diagMessage{}))

	tcp := requests(unix.IPPROTO_TCP, 1<<listen)
	require.Len(t, tcp, 1)
	require.Len(t, tcp[0], 16+60)
	assert.EqualValues(t, 16+60, binary.NativeEndian.Uint32(tcp[0]))
	assert.EqualValues(t, 1<<listen, binary.NativeEndian.Uint32(tcp[0][16+52:]))

	udp := requests(unix.IPPROTO_UDP, known)
	require.Len(t, udp, 2)
	for i, family := range []byte{unix.AF_INET, unix.AF_INET6} {
		assert.Len(t, udp[i], 16+56)
		assert.Equal(t, []byte{family, unix.IPPROTO_UDP}, udp[i][16:18])
		assert.Equal(t, known, binary.NativeEndian.Uint32(udp[i][20:]))
	}
}

// An answer of a kernel whose numbers begin with their lowest byte.
func TestParse(t *testing.T) {
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		t.Skip("this machine's numbers do not")
	}
	const message = "02010000" + "2ee0c351" + // IPv4, ESTABLISHED; ports 12000 and 50001
		"7f000001000000000000000000000000" + "7f000002000000000000000000000000" +
		"00000000" + "0100000000000000" + // interface, cookie
		"00000000" + "05000000" + "07000000" + "e8030000" + "39300000" // expires, queues, user, inode
	b, err := hex.DecodeString(message)
	require.NoError(t, err)

	e, err := parse(b, unix.IPPROTO_TCP)

	require.NoError(t, err)
	assert.Equal(t, entry{Socket: Socket{
		Net: "tcp", State: "ESTABLISHED", RecvQ: 5, SendQ: 7, Inode: 12345,
		Local: netip.MustParseAddrPort("127.0.0.1:12000"), Remote: netip.MustParseAddrPort("127.0.0.2:50001"),
	}}, e)

	_, err = parse(b[:71], unix.IPPROTO_TCP)
	assert.Error(t, err)
}
