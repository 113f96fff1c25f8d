package compare

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

const (
	old = "package main\n\nfunc a() {\n\treturn 1\n}\n\nfunc same() {}\n"
	now = "package main\n\nfunc a() {\n\tx := 1\n\treturn x\n}\n\nfunc same() {}\n"
)

func TestShow(t *testing.T) {
	assert.Empty(t, Show("a", old, "b", old, 80, nil))

	narrow := Show("mine.go", old, "reference.go", now, 80, nil)
	assert.Contains(t, narrow, "--- mine.go\n+++ reference.go\n@@ ")
	assert.Contains(t, narrow, "\n-\treturn 1\n+\tx := 1\n+\treturn x\n")

	wide := Show("mine.go", old, "reference.go", now, 121, nil)
	assert.Contains(t, wide, "    return 1"+strings.Repeat(" ", 47)+" │     x := 1\n")
	assert.Contains(t, wide, strings.Repeat(" ", 59)+" │     return x\n")
	for line := range strings.Lines(wide) {
		assert.LessOrEqual(t, utf8.RuneCountInString(line), 122)
	}

	t.Run("a long line is wrapped", func(t *testing.T) {
		long := strings.Repeat("x", 150)
		text := Show("a", "", "b", long+"\n", 121, nil)
		assert.Equal(t, 150, strings.Count(text, "x"))
		assert.Contains(t, text, " │ "+strings.Repeat("x", 59)+"\n")
	})

	t.Run("a file without a last newline", func(t *testing.T) {
		assert.NotContains(t, Show("a", "one", "b", "two", 121, nil), "No newline")
	})

	t.Run("colours change nothing but colours", func(t *testing.T) {
		paint := func(text string, change Change) string { return text }
		assert.Equal(t, wide, Show("mine.go", old, "reference.go", now, 121, paint))
	})
}
