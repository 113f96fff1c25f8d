// Package judgetest has a course of one small chapter, in which nothing is
// wrong, for the tests of those who judge. A test makes one thing in it wrong
// and looks at what is said.
package judgetest

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/literate"
	"sockets.test/tools/internal/proc"
	"sockets.test/tools/internal/tree"
)

// The files that tests make wrong.
const (
	Lesson      = "chapters/01-echo/README.md"
	Tests       = "chapters/01-echo/server_test.go"
	Transcript  = "chapters/01-echo/testdata/hello.txtar"
	Skeleton    = "testdata/skeletons/01-echo/server.go"
	Solution    = "solutions/01-echo/server.go"
	Walkthrough = "solutions/01-echo/README.md"
	Mistake     = "testdata/mistakes/01-echo/whole-buffer.txtar"
	Variant     = "testdata/variants/01-echo/forwards.txtar"
)

// good is the course. FILLER stands for the words that a lesson must have.
//
//go:embed testdata/good
var good embed.FS

// An Edit makes the good course wrong: where File says Old, which it does once,
// it says New. Without Old, New is the whole file.
type Edit struct{ File, Old, New string }

// Racing makes two goroutines of the solution race for a variable, before each
// answer and whatever the scheduler does.
var Racing = []Edit{
	{Solution, "\tbuf := make([]byte, 2048)\n", "\tbuf, served, done := make([]byte, 2048), 0, make(chan bool, 2)\n"},
	{Solution, "\t\tn, client, err := conn.ReadFrom(buf)\n", `		n, client, err := conn.ReadFrom(buf)
		for range 2 {
			go func() { served++; done <- true }()
		}
		<-done
		<-done
`},
}

// dir is where judges keep the tests that they built, for the next test of the
// package to use: the same tests are built once.
var dir string

// Main runs a package's tests so that what one builds is there for the next:
// with -trimpath the go command's cache, too, is blind to the folder that a
// course lies in.
func Main(m *testing.M) int {
	made, remove, err := proc.TempDir("judge")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer remove()
	dir = made
	os.Setenv("GOFLAGS", strings.TrimSpace(os.Getenv("GOFLAGS")+" -trimpath"))
	return m.Run()
}

// Judge is a judge of the chapter's. Where the chapter's own tests were edited,
// they are not to be shared: give it a Dir of its own.
func Judge(c *tree.Chapter) *judge.Judge { return &judge.Judge{Tree: c.Tree(), Dir: dir} }

// Chapter writes the course, edited, to a folder of its own, beside a copy of
// what its tests stand on. Whoever runs a test must open all that the test
// depends on, or go test does not run it again: the copy sees to that, too.
func Chapter(t testing.TB, edits ...Edit) *tree.Chapter {
	t.Helper()
	files := read(t)
	for _, e := range edits {
		if e.Old == "" {
			files[e.File] = e.New
			continue
		}
		require.Equal(t, 1, strings.Count(files[e.File], e.Old), "%q in %s", e.Old, e.File)
		files[e.File] = strings.Replace(files[e.File], e.Old, e.New, 1)
	}
	root := t.TempDir()
	for name, text := range files {
		write(t, filepath.Join(root, filepath.FromSlash(name)), text)
	}
	ours, err := tree.Find(".")
	require.NoError(t, err)
	for _, name := range []string{"go.mod", "go.sum", "tools/lab", "tools/internal"} {
		copyGo(t, ours.Root, root, filepath.FromSlash(name))
	}
	found, err := tree.Find(root)
	require.NoError(t, err)
	c, err := found.Chapter("1")
	require.NoError(t, err)
	return c
}

// read gives the good course's files, by their paths in it.
func read(t testing.TB) map[string]string {
	files := map[string]string{}
	course, err := fs.Sub(good, "testdata/good")
	require.NoError(t, err)
	err = fs.WalkDir(course, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(course, path)
		files[path] = strings.Replace(string(text), "FILLER", strings.Repeat("word ", literate.FewestWords), 1)
		return err
	})
	require.NoError(t, err)
	return files
}

// copyGo copies a file, or the Go files in a folder and below it.
func copyGo(t testing.TB, from, to, name string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(from, name), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "testdata" {
			return fs.SkipDir
		}
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil || rel != name && filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		if err == nil {
			write(t, filepath.Join(to, rel), string(text))
		}
		return err
	})
	require.NoError(t, err)
}

func write(t testing.TB, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
}
