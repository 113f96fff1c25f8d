package lab

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

// A dump of goroutines tells at which lines of its own a program waits.
func TestWaiting(t *testing.T) {
	files, err := filepath.Glob("testdata/dumps/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			require.NoError(t, err)
			part := map[string]string{}
			for _, f := range archive.Files {
				part[f.Name] = string(f.Data)
			}

			lines := waiting(part["dump"], strings.TrimSpace(part["package"]))

			assert.Equal(t, part["waiting"], strings.Join(lines, "\n")+"\n")
		})
	}

	t.Run("nothing that is the program's own", func(t *testing.T) {
		assert.Empty(t, waiting("goroutine 1 [running]:\nnet.Listen()\n\t/go/src/net/dial.go:1 +0x1\n", "main"))
		assert.Empty(t, waiting("SIGQUIT: core dumped\n", "main"))
	})
}

// What a line calls is told by its exported name.
func TestShortName(t *testing.T) {
	for call, want := range map[string]string{
		"net.(*UDPConn).ReadFrom(0xc000, {0x1, 0x2})": "UDPConn.ReadFrom",
		"internal/poll.(*FD).Read(0xc000)":            "FD.Read",
		"fmt.Println(...)":                            "fmt.Println",
		"golang.org/x/sys/unix.Read(0x3)":             "unix.Read",
		"main.serve(0x1)":                             "main.serve",
	} {
		assert.Equal(t, want, shortName(call), call)
	}
}

func TestAt(t *testing.T) {
	for place, want := range map[string]string{
		"server.go:31: UDPConn.ReadFrom":    "waiting at server.go:31: UDPConn.ReadFrom",
		"server.go:31: chan receive":        "waiting at server.go:31: chan receive",
		"server.go:31: running":             "busy at server.go:31",
		"server.go:31: runnable":            "busy at server.go:31",
		"server.go:31: conn.Read (running)": "busy at server.go:31: conn.Read",
		"server.go, in serve: runnable":     "busy at server.go, in serve",
	} {
		assert.Equal(t, want, at("waiting", place))
	}
	assert.Equal(t, "at server.go:31", at("", "server.go:31: panic"))
}

// A goroutine that runs is shown as one that does, and first.
func TestAtWork(t *testing.T) {
	const (
		idle  = "\ngoroutine 0 [idle]:\nruntime.futex()\n\t/go/src/runtime/futex.go:1 +0x1\n"
		call  = "\ngoroutine 7 gp=0x1 m=3 mp=0x2 [syscall]:\nmain.serve(0x1)\n\t/server.go:9 +0x1\n"
		other = "\ngoroutine 8 [syscall]:\nmain.input()\n\t/server.go:5 +0x1\n"
		loop  = "\ngoroutine 9 [runnable]:\nmain.loop()\n\t/server.go:7 +0x1\n"
	)
	for dump, want := range map[string][]string{
		call + other:        {"server.go:9: running", "server.go:5: syscall"},
		idle + call + loop:  {"server.go:7: runnable", "server.go:9: syscall"},
		idle + call + other: {"server.go:9: running", "server.go:5: running"},
		"no dump":           nil,
	} {
		assert.Equal(t, want, atWork("SIGQUIT: quit\n"+dump, "main"))
	}
}

// A long line of a program's does not fill the screen.
func TestClip(t *testing.T) {
	assert.Equal(t, "short", clip("short"))
	assert.Equal(t, strings.Repeat("é", 89)+"…", clip(strings.Repeat("é", 91)))
	assert.Equal(t, []string{"b", "c"}, ends("a\r\nb\nc", 2))
	assert.Empty(t, ends("", 2))
}

// A long headline leaves its tag to a line of its own.
func TestHeadline(t *testing.T) {
	assert.Equal(t, strings.Repeat("x", 70)+strings.Repeat(" ", 9)+"[tag]\n", headline(strings.Repeat("x", 70), "tag"))
	assert.Equal(t, strings.Repeat("x", 90)+"  [tag]\n", headline(strings.Repeat("x", 90), "tag"))
	assert.Equal(t, strings.Repeat("x", 95)+"\n"+strings.Repeat(" ", 79)+"[tag]\n", headline(strings.Repeat("x", 95), "tag"))
}
