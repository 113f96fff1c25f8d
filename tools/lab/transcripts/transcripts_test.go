package transcripts_test

import (
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/lab"
	"sockets.test/tools/lab/transcripts"
)

func TestMain(m *testing.M) { lab.Main(m, "fakeclient", fake) }

// fake is the program under test: a client that says hello, and prints the answer.
func fake() {
	addr := flag.String("addr", "", "where to connect")
	flag.Parse()
	conn, err := net.Dial("tcp", *addr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "fakeclient:", err)
		os.Exit(1)
	}
	fmt.Fprint(conn, "hello")
	io.Copy(os.Stdout, conn)
}

// A client is not silent while its host, which may be about to speak to it, is at
// work: also where the host is not the lab's.
func TestHost(t *testing.T) {
	if _, ok := quiet.Listeners(os.Getpid()); !ok {
		t.Skip("this system does not show a host's port")
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("there is no python3")
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "slow.txtar"), []byte(`# a slow host is waited for
host python3 $WORK/slow.py 0
run
printed 'HELLO.'

-- slow.py --
import socket, time
server = socket.create_server(("127.0.0.1", 0))
conn, _ = server.accept()
text = conn.recv(100)
time.sleep(1)
conn.sendall(text.upper() + b".")
`), 0o666))
	t.Setenv("LAB_TRANSCRIPTS", dir)

	transcripts.Run(t)
}
