package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestConfirm(t *testing.T) {
	t.Parallel()
	l := newLearner(t)
	p := newPane(t, l.root, 80)

	p.press("course solution 1; echo status $?", "Enter")
	p.see("Show its solution? [y/N]")
	p.press("C-c")

	p.see("course: interrupted; nothing was changed", "status 1")
	p.asFound()
}

func TestFitted(t *testing.T) {
	const text = "✗ a failure       [its-name]\n\n  chapters/01-udp-server/README.md:1\n"
	t.Setenv("COLUMNS", "")
	assert.Equal(t, text, fitted(new(bytes.Buffer), text), "nobody said how wide lines may be")
	t.Setenv("COLUMNS", "20")
	assert.Equal(t, "✗ a failure\n[its-name]\n\n  chapters/01-udp-se\n  rver/README.md:1\n", fitted(new(bytes.Buffer), text))
}
