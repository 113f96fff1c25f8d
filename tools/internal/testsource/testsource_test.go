package testsource_test

import (
	"go/scanner"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/testsource"
	"sockets.test/tools/internal/tree"
)

const source = `package main

import "testing"

func TestMain(m *testing.M) {}

// Some words first.
// 6.1: bytes come back
func TestReply(t *testing.T) {
	// 6.2: also the last ones
	t.Run("a whole line", func(t *testing.T) {
		if true {
			t.Log("inner")
		}
	})
}

// 6.3: far above

func Test_more(t *testing.T) {
	t.Log("6.4: no comment")
}

func Testify(t *testing.T) {}
`

func TestParse(t *testing.T) {
	s, err := testsource.Parse(&tree.Chapter{Key: "06-echo"}, "server_test.go", source)
	require.NoError(t, err)

	assert.Equal(t, "chapters/06-echo/server_test.go", s.File)
	assert.Equal(t, []testsource.Function{
		{Name: "TestReply", Line: 9, Lines: 8, Step: "6.1"},
		{Name: "Test_more", Line: 20, Lines: 3},
	}, s.Functions())
	assert.Equal(t, []testsource.Number{{"6.1", 8}, {"6.2", 10}, {"6.3", 18}}, s.Numbers())
}

func TestWhatIsNotGo(t *testing.T) {
	_, err := testsource.Parse(&tree.Chapter{Key: "06-echo"}, "server_test.go", "package main\nfunc TestReply\n")

	var list scanner.ErrorList
	require.ErrorAs(t, err, &list)
	assert.Equal(t, 2, list[0].Pos.Line)
}
