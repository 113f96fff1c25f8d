package terminal

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestKeys(t *testing.T) {
	for input, want := range map[string][]string{
		"h":                      {"h"},
		"H":                      {"h"},
		"hhq":                    {"h", "h", "q"},
		"\x1b":                   {Escape},
		"\x1b[A\x1b[B":           {Up, Down},
		"\x1b[Aj":                {Up, "j"},
		"\x1b[5~\x1b[6~ ":        {PageUp, PageDn, " "},
		"\x03":                   {Interrupt},
		"\r":                     {Enter},
		"\x1b[1;5C\x1b[200~\x00": nil,
		"é":                      {"é"},
	} {
		assert.Equal(t, want, decode([]byte(input)), "%q", input)
	}
}
