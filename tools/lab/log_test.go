package lab

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A client's words are known again in the forms in which a program prints them.
func TestRepeats(t *testing.T) {
	for line, want := range map[string]bool{
		`127.0.0.1:50001 said "so I say my word"`:    true,
		"answered SO I SAY MY WORD":                  true,
		"127.0.0.1:50001 [109 121 32 119 111 114]":   true, // fmt.Println of a slice
		"127.0.0.1:50001 [77 89 32 87 79 82 68]":     true,
		"127.0.0.1:50001 6d7920776f7264":             true, // %x
		"127.0.0.1:50001 4D592057":                   true, // %X
		"goroutine ended: 127.0.0.1:50001: 15 bytes": false,
	} {
		assert.Equal(t, want, repeats(line, "my w"), "%s", line)
	}
}

// The runtime of Go tells one side of a race in a map, and where it stood.
func TestMapsMet(t *testing.T) {
	said := `fatal error: concurrent map writes

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
	assert.True(t, raced(said))
	assert.Equal(t, []string{"it said  fatal error: concurrent map writes, at server.go:44"}, race(said))
	assert.False(t, raced("panic: assignment to entry in nil map"))
}
