package dump

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"sockets.test/tools/internal/failure"
)

// A report of the race detector tells the two lines of the program's own code.
func TestRaces(t *testing.T) {
	each(t, "races", func(t *testing.T, part map[string]string) {
		report := part["report"]
		assert.True(t, Raced(report))
		assert.False(t, MapsMet(report))

		text := new(strings.Builder)
		for _, a := range (Reader{Package: "no/such/package"}).Races(report) {
			line := a.Does + " at " + a.Place
			if a.Call != "" {
				line += ": " + a.Call
			}
			text.WriteString(line + "\n")
		}

		assert.Equal(t, part["accesses"], text.String())
	})
}

// Not every side of a race is a plain access by a goroutine that has a number.
func TestOtherSides(t *testing.T) {
	const one = "Write at 0x00c0000ac000 by goroutine 9:\n  main.handle()\n      /home/ann/server.go:44 +0xf2\n\n"
	for name, test := range map[string]struct {
		previous string
		want     failure.Access
	}{
		"the main goroutine": {
			"Previous read at 0x00c0000ac000 by main goroutine:\n  main.serve()\n      /home/ann/server.go:70 +0xf2\n",
			failure.Access{Does: "reads", Place: "server.go:70"},
		},
		"an atomic access": {
			"Previous atomic write at 0x00c0000ac000 by goroutine 7:\n  sync/atomic.AddInt64()\n      /usr/local/go/src/runtime/race_amd64.s:289 +0xb\n  main.serve()\n      /home/ann/server.go:70 +0xf2\n",
			failure.Access{Does: "writes", Place: "server.go:70", Call: "atomic.AddInt64"},
		},
		"a stack that is lost": {
			"Previous write at 0x00c0000ac000 by goroutine 7:\n  [failed to restore the stack]\n",
			failure.Access{Does: "writes"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := Reader{Package: "main"}.Races("==================\nWARNING: DATA RACE\n" + one + test.previous +
				"\nGoroutine 9 (running) created at:\n  main.main()\n      /home/ann/server.go:19 +0x104\n==================\n")

			assert.Equal(t, []failure.Access{{Does: "writes", Place: "server.go:44"}, test.want}, got)
		})
	}
}

// The runtime of Go tells one side of a race in a map, and where it stood.
func TestMapsMet(t *testing.T) {
	const said = `fatal error: concurrent map writes

goroutine 9 [running]:
internal/runtime/maps.fatal({0x4c7a1c?, 0x48511d?})
	/usr/local/go/src/runtime/panic.go:1181 +0x18
internal/runtime/maps.(*Map).Delete(0x21b30f8980f0, 0x4afd80, 0x21b30f831ef8)
	/usr/local/go/src/internal/runtime/maps/map.go:656 +0x4c
main.handle(0x2)
	/home/ann/server.go:44 +0x78
created by main.serve in goroutine 1
	/home/ann/server.go:30 +0x29
`
	assert.True(t, Raced(said))
	assert.True(t, MapsMet(said))
	message, at, _ := Reader{}.Panic(said)
	assert.Equal(t, "fatal error: concurrent map writes", message)
	assert.Equal(t, "server.go:44", at.Place)
	assert.False(t, Raced("panic: assignment to entry in nil map"))
}
