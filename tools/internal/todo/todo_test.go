package todo_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"sockets.test/tools/internal/todo"
)

func TestIn(t *testing.T) {
	assert.Equal(t,
		[]todo.Todo{{Step: "6.2", File: "server.go", Line: 3}, {Step: "6.9", File: "more.go", Line: 1}, {Step: "6.10", File: "server.go", Line: 1}},
		todo.In(map[string]string{
			"server.go": "// TODO 6.10: the last\n// a TODO of one's own\npanic(\"TODO 6.2: accept\")\n",
			"more.go":   "// TODO 6.9: more\n",
		}))
	assert.Empty(t, todo.In(nil))
}

func TestOf(t *testing.T) {
	files := map[string]string{"server.go": "// TODO 6.1: one\n// TODO 6.10: ten\n// TODO 6.1: one more\n"}
	assert.Equal(t,
		[]todo.Todo{{Step: "6.1", File: "server.go", Line: 1}, {Step: "6.1", File: "server.go", Line: 3}},
		todo.Of("6.1", files))
	assert.Empty(t, todo.Of("6.2", files))
	assert.Empty(t, todo.Of("", files))
}

func TestCompare(t *testing.T) {
	assert.Negative(t, todo.Compare("6.2", "6.10"))
	assert.Positive(t, todo.Compare("7.1", "6.10"))
	assert.Zero(t, todo.Compare("6.1", "6.1"))
}
