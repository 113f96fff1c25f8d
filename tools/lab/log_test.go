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
