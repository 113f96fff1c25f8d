package lab

import (
	"net/netip"
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

// A client is named by its address and its port, in whatever words.
func TestNames(t *testing.T) {
	client := netip.MustParseAddrPort("127.0.0.1:50001")
	for line, want := range map[string]bool{
		"127.0.0.1:50001 comes":                      true,
		`("127.0.0.1", 50001) has gone`:              true, // Python
		"2026/01/02 03:04:05 served 127.0.0.1:50001": true,
		"127.0.0.1:50001127.0.0.1:50002":             false, // nobody can tell
		"127.0.0.1:50002goes 127.0.0.1:50001goes":    true,
		"127.0.0.1:500011 comes":                     false,
		"50001 comes":                                false,
		"127.0.0.1 comes":                            false,
	} {
		assert.Equal(t, want, names(line, client), "%s", line)
	}
	assert.True(t, names("[::1]:50001 comes", netip.MustParseAddrPort("[::1]:50001")))
}
