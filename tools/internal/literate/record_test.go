package literate_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/literate"
)

func TestRewrite(t *testing.T) {
	in := course(t,
		edit{lesson, "$ client hello\nHELLO\n", ""},
		edit{lesson, "```text", "```wire ticks"},
		edit{lesson, "## Next\n", "## Next\n\n```console nc\nkept\n```\n"},
	)
	path := filepath.Join(in.Root, filepath.FromSlash(lesson))
	require.NoError(t, os.Chmod(path, 0o640))

	changed, skipped, err := literate.Rewrite(path, record)

	require.NoError(t, err)
	golden(t, "rewrite: changed", changed)
	golden(t, "rewrite: skipped", skipped)
	problems, _ := literate.Lesson(chapter(t, in), record)
	assert.Empty(t, text(problems))

	info, err := os.Stat(path)
	require.NoError(t, err)
	if runtime.GOOS != "windows" {
		assert.Equal(t, os.FileMode(0o640), info.Mode().Perm())
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, entries, 4, "nothing is left behind")

	changed, _, err = literate.Rewrite(path, record)
	require.NoError(t, err)
	assert.Empty(t, text(changed), "the second time nothing changes")
}

func TestRewriteTouchesNothingElse(t *testing.T) {
	for name, old := range map[string]string{
		"a quotation that has drifted": "# T\n\n```go chapters/06-echo/server.go\nreturn nil\n```\n\n```console course\n%s\n```\n\nend\n",
		"lines that end in CR LF":      "# T\r\n\r\n```console course\r\n%s\r\n```\r\n",
		"a longer fence":               "````markdown\n```console course\nhello\n```\n````\n\n```console course\n%s\n```\n",
	} {
		t.Run(name, func(t *testing.T) {
			in := course(t)
			path := filepath.Join(in.Root, "README.md")
			require.NoError(t, os.WriteFile(path, []byte(fmt.Sprintf(old, "typed")), 0o666))

			changed, _, err := literate.Rewrite(path, record)

			require.NoError(t, err)
			assert.Len(t, changed, 1)
			got, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, fmt.Sprintf(old, "6 echo"), string(got))
		})
	}
}

func TestRewriteAfterAnErrorTouchesNothing(t *testing.T) {
	for name, test := range map[string]struct {
		tail, want string
	}{
		"a recipe fails":    {"```wire unknown\n```\n", "README.md:5: \"wire unknown\" cannot be recorded: unknown recipe\ntry another"},
		"a fence is open":   {"```console course\n", "README.md:5: this fence is never closed: end it with a row of backticks"},
		"a later one fails": {"```console course\n```\n```wire unknown\n```\n", "README.md:7: \"wire unknown\" cannot be recorded: unknown recipe\ntry another"},
	} {
		t.Run(name, func(t *testing.T) {
			in := course(t)
			path := filepath.Join(in.Root, "README.md")
			old := "```console course\ntyped\n```\n\n" + test.tail
			require.NoError(t, os.WriteFile(path, []byte(old), 0o666))

			_, _, err := literate.Rewrite(path, record)

			assert.EqualError(t, err, test.want)
			got, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, old, string(got))
		})
	}
}
