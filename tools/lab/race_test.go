package lab

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

// A report of the race detector tells the two lines of the program's own code.
func TestAccesses(t *testing.T) {
	files, err := filepath.Glob("testdata/races/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			require.NoError(t, err)
			require.Len(t, archive.Files, 2)

			lines := ""
			for _, a := range accesses(string(archive.Files[1].Data), "no/such/package") {
				lines += a.String() + "\n"
			}

			assert.Equal(t, string(archive.Files[0].Data), lines)
		})
	}
}
