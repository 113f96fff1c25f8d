package literate_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"sockets.test/tools/internal/literate"
	"sockets.test/tools/internal/tree"
)

const (
	lesson      = "chapters/06-echo/README.md"
	tests       = "chapters/06-echo/server_test.go"
	skeleton    = "testdata/skeletons/06-echo/server.go"
	mistake     = "testdata/mistakes/06-echo/whole-buffer.txtar"
	walkthrough = "solutions/06-echo/README.md"
	solution    = "solutions/06-echo/server.go"
)

// An edit makes the good course wrong: where file says old, which it does
// once, it says new.
type edit struct{ file, old, new string }

// course writes testdata/good.txtar, edited, to a folder of its own.
func course(t *testing.T, edits ...edit) *tree.Tree {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/good.txtar")
	require.NoError(t, err)
	files := map[string]string{}
	for _, f := range archive.Files {
		files[f.Name] = strings.Replace(string(f.Data), "FILLER", strings.Repeat("word ", literate.FewestWords), 1)
	}
	for _, e := range edits {
		if e.old != "" {
			require.Equal(t, 1, strings.Count(files[e.file], e.old), "%q in %s", e.old, e.file)
		}
		files[e.file] = strings.Replace(files[e.file], e.old, e.new, 1)
	}
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
	}
	found, err := tree.Find(root)
	require.NoError(t, err)
	return found
}

func chapter(t *testing.T, in *tree.Tree) *tree.Chapter {
	t.Helper()
	c, err := in.Chapter("6")
	require.NoError(t, err)
	return c
}

func record(c *tree.Chapter, recipe string) (string, error) {
	switch {
	case c == nil && recipe == "console course":
		return "6 echo\n", nil
	case c != nil && recipe == "console server testdata/hello.txtar":
		return "$ client hello\nHELLO\n", nil
	case recipe == "wire wide":
		return strings.Repeat("─", literate.RecordedColumns+1) + "\n", nil
	case recipe == "wire ticks":
		return "```\n", nil
	case recipe == "console nc":
		return "", fmt.Errorf("%w: nc is not installed", literate.ErrSkip)
	}
	return "", errors.New("unknown recipe\ntry another")
}

func text(problems []literate.Problem) string {
	var b strings.Builder
	for _, p := range problems {
		fmt.Fprintln(&b, p)
	}
	return b.String()
}

func TestNothingIsWrong(t *testing.T) {
	good := course(t)
	c := chapter(t, good)

	problems, skipped := literate.Lesson(c, record)
	assert.Empty(t, text(problems))
	assert.Empty(t, text(skipped))

	problems, skipped = literate.Readme(good, record)
	assert.Empty(t, text(problems))
	assert.Empty(t, text(skipped))

	assert.Empty(t, text(literate.Walkthrough(c)))
}

func TestLinesMayEndAsOnWindows(t *testing.T) {
	good := course(t)
	for _, name := range []string{lesson, walkthrough, "README.md"} {
		path := filepath.Join(good.Root, filepath.FromSlash(name))
		old, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, []byte(strings.ReplaceAll(string(old), "\n", "\r\n")), 0o666))
	}
	c := chapter(t, good)

	problems, _ := literate.Lesson(c, record)
	assert.Empty(t, text(problems))
	problems, _ = literate.Readme(good, record)
	assert.Empty(t, text(problems))
	assert.Empty(t, text(literate.Walkthrough(c)))
}

func TestSkippedIsNoProblem(t *testing.T) {
	c := chapter(t, course(t, edit{lesson, "```text", "```console nc"}))

	problems, skipped := literate.Lesson(c, record)

	assert.Empty(t, text(problems))
	assert.Equal(t, "chapters/06-echo/README.md:41: not recorded here: nc is not installed\n", text(skipped))
}

func TestReadme(t *testing.T) {
	in := course(t,
		edit{"README.md", "the first server", "just the first server"},
		edit{"README.md", "#61-", "#62-"},
		edit{"README.md", "answer\")", "reply\")"},
		edit{"README.md", "6 echo", "7 echo"},
	)

	problems, _ := literate.Readme(in, record)

	golden(t, "readme", problems)
}

var update = flag.Bool("update", false, "write testdata/problems.txtar instead of comparing")

// golden compares with a part of testdata/problems.txtar.
func golden(t *testing.T, name string, problems []literate.Problem) {
	t.Helper()
	const file = "testdata/problems.txtar"
	archive, err := txtar.ParseFile(file)
	require.NoError(t, err)
	i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == name })
	if *update {
		if i < 0 {
			i = len(archive.Files)
			archive.Files = append(archive.Files, txtar.File{Name: name})
		}
		archive.Files[i].Data = []byte(text(problems))
		require.NoError(t, os.WriteFile(file, txtar.Format(archive), 0o666))
		return
	}
	require.GreaterOrEqual(t, i, 0, "%s has no part %q: go test -update", file, name)
	assert.Equal(t, string(archive.Files[i].Data), text(problems))
}
