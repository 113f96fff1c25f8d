package main

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"sockets.test/tools/internal/report"
)

// The help names every field of the JSON that other programs read.
func TestHelpNamesEveryField(t *testing.T) {
	fields := map[string]bool{}
	collect(reflect.TypeFor[report.Verdict1](), fields)
	assert.Greater(t, len(fields), 60)
	for name := range fields {
		assert.Regexp(t, `\b`+regexp.QuoteMeta(name)+`\b`, testHelp)
	}
	for line := range strings.Lines(testHelp) {
		assert.LessOrEqual(t, len(strings.TrimSpace(line)), 80, line)
	}
}

// collect finds the names that a type's fields have in JSON, and those of the
// types in it. Terminals are of transcripts, which no verdict has.
func collect(of reflect.Type, names map[string]bool) {
	switch of.Kind() {
	case reflect.Pointer, reflect.Slice:
		collect(of.Elem(), names)
	case reflect.Struct:
		for field := range of.NumField() {
			name, _, _ := strings.Cut(of.Field(field).Tag.Get("json"), ",")
			if name != "terminals" {
				names[name] = true
				collect(of.Field(field).Type, names)
			}
		}
	}
}
