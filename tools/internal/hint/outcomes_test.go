package hint_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

var outcome = regexp.MustCompile(`\bOutcome += "([^"]+)"`)

// outcomes are the kinds of failure that package lab declares.
func outcomes(t *testing.T) (list []string) {
	files, err := filepath.Glob("../../lab/*.go")
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, match := range outcome.FindAllStringSubmatch(string(text), -1) {
			list = append(list, match[1])
		}
	}
	require.NotEmpty(t, list)
	return list
}
