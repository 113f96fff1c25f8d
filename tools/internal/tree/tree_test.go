package tree_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"sockets.test/tools/internal/tree"
)

const course = `
-- go.mod --
module sockets.test
-- chapters/notes.txt --
-- chapters/drafts/README.md --
-- chapters/01-udp-server/README.md --
# 1. A datagram is a message

*40 minutes.*
-- chapters/01-udp-server/server.go --
package main
-- chapters/01-udp-server/server_test.go --
package main // tests
-- chapters/01-udp-server/_notes.go --
-- chapters/01-udp-server/.hidden.go --
-- chapters/01-udp-server/testdata/hello.txtar --
-- chapters/06-tcp-server/README.md --
A stream has no title here
-- chapters/10-tcp-client/readme.txt --
-- testdata/skeletons/01-udp-server/server.go --
package main
`

func checkout(t *testing.T) *tree.Tree {
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	files, err := txtar.FS(txtar.Parse([]byte(course)))
	require.NoError(t, err)
	require.NoError(t, os.CopyFS(root, files))
	return &tree.Tree{Root: root}
}

func chapter(t *testing.T, c *tree.Tree, name string) *tree.Chapter {
	found, err := c.Chapter(name)
	require.NoError(t, err)
	return found
}

func TestFind(t *testing.T) {
	want := checkout(t)
	for _, dir := range []string{".", "chapters", "chapters/01-udp-server/testdata"} {
		got, err := tree.Find(filepath.Join(want.Root, dir))
		require.NoError(t, err)
		assert.Equal(t, want.Root, got.Root)
	}
	t.Run("goes past another module", func(t *testing.T) {
		inner := filepath.Join(want.Root, "chapters", "go.mod")
		require.NoError(t, os.WriteFile(inner, []byte("module example.com/x\n"), 0o666))
		got, err := tree.Find(filepath.Dir(inner))
		require.NoError(t, err)
		assert.Equal(t, want.Root, got.Root)
	})
	t.Run("says where it was asked", func(t *testing.T) {
		dir := t.TempDir()
		_, err := tree.Find(dir)
		assert.EqualError(t, err, dir+" is not inside the course: run this from the folder that holds its go.mod")
	})
}

// The folders are the list: those that are called as a chapter is, in order.
func TestChapters(t *testing.T) {
	list, err := checkout(t).Chapters()
	require.NoError(t, err)
	var keys []string
	for _, c := range list {
		keys = append(keys, c.Key)
	}
	assert.Equal(t, []string{"01-udp-server", "06-tcp-server", "10-tcp-client"}, keys)
	assert.Equal(t, 10, list[2].Number)

	_, err = (&tree.Tree{Root: t.TempDir()}).Chapters()
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestChapter(t *testing.T) {
	c := checkout(t)
	for name, want := range map[string]string{
		"1": "01-udp-server", "01": "01-udp-server", "10": "10-tcp-client",
		"01-udp-server": "01-udp-server", "01-UDP-Server": "01-udp-server", "udp": "01-udp-server",
		"chapters/06-tcp-server": "06-tcp-server", "./chapters/06-tcp-server/": "06-tcp-server",
		"client": "10-tcp-client", "tcp-s": "06-tcp-server",
	} {
		assert.Equal(t, want, chapter(t, c, name).Key, name)
	}
	for name, want := range map[string]string{
		"tcp":  `"tcp" may mean 06-tcp-server or 10-tcp-client: say which`,
		"7":    `no chapter is called "7"; there are 01-udp-server, 06-tcp-server, 10-tcp-client`,
		"quic": `no chapter is called "quic"; there are 01-udp-server, 06-tcp-server, 10-tcp-client`,
	} {
		_, err := c.Chapter(name)
		assert.EqualError(t, err, want)
	}
}

func TestFolders(t *testing.T) {
	tr := checkout(t)
	c := chapter(t, tr, "1")
	for want, got := range map[string]string{
		"chapters/01-udp-server":           c.Dir(),
		"solutions/01-udp-server":          c.SolutionDir(),
		"testdata/skeletons/01-udp-server": c.SkeletonDir(),
		"testdata/mistakes/01-udp-server":  c.MistakesDir(),
		"testdata/variants/01-udp-server":  c.VariantsDir(),
	} {
		assert.Equal(t, filepath.Join(tr.Root, filepath.FromSlash(want)), got)
	}
	assert.Same(t, tr, c.Tree())
	assert.Equal(t, "server.go", c.File())
	assert.Equal(t, "server_test.go", c.TestFile())
	assert.Equal(t, "main.go", chapter(t, tr, "6").File(), "without a skeleton")
}

func TestFiles(t *testing.T) {
	c := chapter(t, checkout(t), "1")

	program, err := tree.Program(c.Dir())
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"server.go": "package main\n"}, program)
	tests, err := tree.Tests(c.Dir())
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"server_test.go": "package main // tests\n"}, tests)
	transcripts, err := tree.Transcripts(c.Dir())
	require.NoError(t, err)
	assert.Equal(t, []string{filepath.Join(c.Dir(), "testdata", "hello.txtar")}, transcripts)

	_, err = tree.Program(c.SolutionDir())
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestTitle(t *testing.T) {
	tr := checkout(t)

	title, err := chapter(t, tr, "1").Title()
	require.NoError(t, err)
	assert.Equal(t, "A datagram is a message", title)
	assert.Equal(t, 40, chapter(t, tr, "1").Minutes())
	assert.Zero(t, chapter(t, tr, "6").Minutes())

	_, err = chapter(t, tr, "6").Title()
	assert.ErrorContains(t, err, `README.md:1: the first line must be "# 6. " and the chapter's claim`)
	_, err = chapter(t, tr, "10").Title()
	assert.EqualError(t, err, "chapters/10-tcp-client/README.md is missing: git restore chapters/10-tcp-client/README.md brings it back")
}

// What is missing is named, with the way to have it back.
func TestCheck(t *testing.T) {
	c := chapter(t, checkout(t), "1")
	require.NoError(t, c.Check())
	for _, lost := range []struct{ name, want string }{
		{"server.go", "chapters/01-udp-server/server.go is missing: go tool course reset 1 brings the skeleton back"},
		{"server_test.go", "chapters/01-udp-server/server_test.go is missing: git restore chapters/01-udp-server/server_test.go brings it back"},
		{"README.md", "chapters/01-udp-server/README.md is missing: git restore chapters/01-udp-server/README.md brings it back"},
	} {
		require.NoError(t, os.Remove(filepath.Join(c.Dir(), lost.name)))
		assert.EqualError(t, c.Check(), lost.want)
	}
}
