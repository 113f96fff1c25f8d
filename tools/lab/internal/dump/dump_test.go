package dump

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"sockets.test/tools/internal/failure"
)

// parts are the files of an archive, by name.
func parts(t *testing.T, file string) map[string]string {
	archive, err := txtar.ParseFile(file)
	require.NoError(t, err)
	part := map[string]string{}
	for _, f := range archive.Files {
		part[f.Name] = string(f.Data)
	}
	return part
}

// each runs a test for each archive of a folder.
func each(t *testing.T, folder string, test func(t *testing.T, part map[string]string)) {
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.txtar"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { test(t, parts(t, file)) })
	}
}

// lines shows a call a line.
func lines(calls []failure.Call) string {
	text := new(strings.Builder)
	for _, c := range calls {
		line := c.Place
		if c.Call != "" {
			line += ": " + c.Call
		}
		if c.Runs {
			line += " (runs)"
		}
		text.WriteString(line + "\n")
	}
	return text.String()
}

// A dump of goroutines says at which lines of its own a program stands.
func TestCalls(t *testing.T) {
	each(t, "stacks", func(t *testing.T, part map[string]string) {
		reader := Reader{Package: strings.TrimSpace(part["package"])}

		assert.Equal(t, part["calls"], lines(reader.Calls(part["dump"])))
	})

	for name, text := range map[string]string{
		"nothing of it is the program's own": "goroutine 1 [running]:\nnet.Listen()\n\t/go/src/net/dial.go:1 +0x1\n",
		"no dump":                            "SIGQUIT: core dumped\n",
		"nothing":                            "",
	} {
		t.Run(name, func(t *testing.T) { assert.Empty(t, Reader{Package: "main"}.Calls(text)) })
	}
}

// In a program that never rests, what runs comes first.
func TestBusy(t *testing.T) {
	const (
		idle  = "\ngoroutine 0 [idle]:\nruntime.futex()\n\t/go/src/runtime/futex.go:1 +0x1\n"
		call  = "\ngoroutine 7 gp=0x1 m=3 mp=0x2 [syscall]:\nmain.serve(0x1)\n\t/server.go:9 +0x1\n"
		other = "\ngoroutine 8 [syscall]:\nmain.input()\n\t/server.go:5 +0x1\n"
		loop  = "\ngoroutine 9 [runnable]:\nmain.loop()\n\t/server.go:7 +0x1\n"
	)
	for name, test := range map[string]struct{ dump, want string }{
		"the thread that ran most comes first in a dump": {call + other, "server.go:9 (runs)\nserver.go:5: syscall\n"},
		"one runs for certain":                           {idle + call + loop, "server.go:7 (runs)\nserver.go:9: syscall\n"},
		"any may have run":                               {idle + call + other, "server.go:9 (runs)\nserver.go:5 (runs)\n"},
		"there is no dump":                               {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, lines(Reader{Package: "main"}.Busy("SIGQUIT: quit\n"+test.dump)))
		})
	}
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

// A panic is its first line, and where the program's own code stood.
func TestPanic(t *testing.T) {
	const said = `fakeserver: reading the table
panic: assignment to entry in nil map

goroutine 1 [running]:
internal/runtime/maps.(*Map).PutSlotSmallFastStr(0x0)
	/usr/local/go/src/internal/runtime/maps/runtime_faststr.go:265 +0x1d
main.fill(...)
	/home/ann/server.go:12
main.main()
	/home/ann/server.go:31 +0x29
exit status 2
`
	message, at, ok := Reader{Package: "main"}.Panic(said)
	assert.True(t, ok)
	assert.Equal(t, "panic: assignment to entry in nil map", message)
	assert.Equal(t, "server.go:12", at.Place)

	_, at, ok = Reader{Package: "no/such/package"}.Panic("fatal error: all goroutines are asleep - deadlock!\n")
	assert.True(t, ok)
	assert.Empty(t, at.Place)

	_, _, ok = Reader{}.Panic("do not panic: all is well\n")
	assert.False(t, ok)
}
