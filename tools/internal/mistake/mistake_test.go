package mistake_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/mistake"
)

const whole = `A datagram fills n bytes of the buffer,
not all of it. (1.3)

A terminal shows zero bytes as nothing.

The client counts.

1. What does ReadFrom return?
2. How long is your answer,
   and how long was the question?

3. Pass on buf[:n].
-- server.go: right --
buf[:n]
-- server.go: wrong --
buf
-- other.go --
package main
`

func read(t *testing.T, text string) (*mistake.Mistake, error) {
	path := filepath.Join(t.TempDir(), "whole-buffer.txtar")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
	return mistake.Read(path)
}

func TestRead(t *testing.T) {
	m, err := read(t, whole)
	require.NoError(t, err)

	assert.Equal(t, "whole-buffer", m.ID)
	assert.Equal(t, "A datagram fills n bytes of the buffer, not all of it.", m.Title)
	assert.Equal(t, "1.3", m.Taught)
	assert.Equal(t, "A terminal shows zero bytes as nothing.\n\nThe client counts.", m.Why)
	assert.Equal(t, []string{"What does ReadFrom return?", "How long is your answer, and how long was the question?", "Pass on buf[:n]."}, m.Hints)
	assert.Equal(t, []mistake.Edit{{File: "server.go", Right: "buf[:n]\n", Wrong: "buf\n", Line: 13}}, m.Programs[0].Edits)
	assert.Equal(t, map[string]string{"other.go": "package main\n"}, m.Programs[0].Files)
}

// A misconception may have several programs, each with its behaviour.
func TestReadSeveralPrograms(t *testing.T) {
	m, err := read(t, "A truth.\n"+
		"-- a.go --\nx\n-- behaves --\ntest: TestA\noutcome: exited\n\ntest: TestA\noutcome: reset\n-- tells --\ntest: TestB\noutcome: passes\n"+
		"-- or --\nthe same with a Scanner\n-- a.go --\ny\n")
	require.NoError(t, err)

	require.Len(t, m.Programs, 2)
	assert.Equal(t, map[string]string{"a.go": "x\n"}, m.Programs[0].Files)
	assert.Equal(t, []failure.Behaviour{{"test": "TestA", "outcome": "exited"}, {"test": "TestA", "outcome": "reset"}}, m.Programs[0].Behaves)
	assert.Equal(t, []failure.Behaviour{{"test": "TestB", "outcome": "passes"}}, m.Programs[0].Tells)
	assert.Equal(t, map[string]string{"a.go": "y\n"}, m.Programs[1].Files)
	assert.Empty(t, m.Programs[1].Behaves)
}

// What is recorded takes the place of what was, and nothing else changes.
func TestRecord(t *testing.T) {
	const text = "A truth.\n-- a.go --\nx\n-- behaves --\ntest: TestOld\n-- or --\n-- a.go --\ny\n"
	path := filepath.Join(t.TempDir(), "a.txtar")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
	first := failure.Behaviour{"test": "TestA", "outcome": "exited"}
	second := failure.Behaviour{"test": "TestB", "outcome": "reset"}

	require.NoError(t, mistake.Record(path, [][]failure.Behaviour{{first, second}, {second}}, [][]failure.Behaviour{nil, {first}}))

	got, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "A truth.\n-- a.go --\nx\n"+
		"-- behaves --\ntest: TestA\noutcome: exited\n\ntest: TestB\noutcome: reset\n"+
		"-- or --\n-- a.go --\ny\n"+
		"-- behaves --\ntest: TestB\noutcome: reset\n-- tells --\ntest: TestA\noutcome: exited\n", string(got))
}

func TestReadErrors(t *testing.T) {
	for what, c := range map[string]struct{ text, want string }{
		"no title":              {"-- server.go --\n", `:1: the first paragraph must be the title: the truth, as one sentence`},
		"no behaviour":          {"A truth.\n-- a.go --\nx\n-- behaves --\ncolour: red\n", `:4: "colour: red" is not one of test, `},
		"a program without one": {"A truth.\n-- a.go --\nx\n-- or --\n", `:1: there is no program`},
		"no program":            {"A truth.\n", `:1: there is no program: give a whole file, or a right and a wrong`},
		"a right without more":  {"A truth.\n\n-- a.go: right --\nx\n", `:3: "a.go: right" must be a "a.go: right" followed by a "a.go: wrong"`},
		"a wrong that leads":    {"A truth.\n-- a.go: wrong --\n-- a.go: right --\n", `:2: "a.go: wrong" must be a "a.go: right" followed by a "a.go: wrong"`},
		"two rights":            {"A truth.\n-- a.go: right --\n-- a.go: right --\n", `:2: "a.go: right" must be a "a.go: right" followed by a "a.go: wrong"`},
		"files that differ":     {"A truth.\n-- a.go: right --\n-- b.go: wrong --\n", `:2: "a.go: right" must be a "a.go: right" followed by a "a.go: wrong"`},
	} {
		t.Run(what, func(t *testing.T) {
			_, err := read(t, c.text)
			require.Error(t, err)
			assert.Regexp(t, `whole-buffer\.txtar:\d+: `, err)
			assert.Contains(t, err.Error(), c.want)
			assert.NotContains(t, err.Error(), "\n")
		})
	}
	t.Run("no file", func(t *testing.T) {
		_, err := mistake.Read(filepath.Join(t.TempDir(), "none.txtar"))
		assert.ErrorIs(t, err, os.ErrNotExist)
	})
}

func TestApply(t *testing.T) {
	solution := map[string]string{"server.go": "one\nbuf[:n]\ntwo\n"}

	t.Run("an edit follows the solution", func(t *testing.T) {
		m, err := read(t, whole)
		require.NoError(t, err)
		program, err := m.Apply(solution)
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"server.go": "one\nbuf\ntwo\n", "other.go": "package main\n"}, program)
		assert.Equal(t, "one\nbuf[:n]\ntwo\n", solution["server.go"], "the solution is left alone")
	})
	t.Run("a whole program needs no solution", func(t *testing.T) {
		m, err := read(t, "A truth.\n-- main.go --\npackage main\n")
		require.NoError(t, err)
		program, err := m.Apply(nil)
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"main.go": "package main\n"}, program)
	})
	t.Run("a second edit sees the first", func(t *testing.T) {
		m, err := read(t, "A truth.\n-- server.go: right --\none\n-- server.go: wrong --\nONE\n-- server.go: right --\nONE\nbuf[:n]\n-- server.go: wrong --\nbuf\n")
		require.NoError(t, err)
		program, err := m.Apply(solution)
		require.NoError(t, err)
		assert.Equal(t, "buf\ntwo\n", program["server.go"])
	})

	for what, c := range map[string]struct{ server, want string }{
		"a text that is gone":         {"nothing\n", `:13: the text of "server.go: right" occurs 0 times in the solution's server.go; it must occur once`},
		"a text that is twice there":  {"buf[:n]\nbuf[:n]\n", `:13: the text of "server.go: right" occurs 2 times in the solution's server.go; it must occur once`},
		"a file that is not there":    {"", `:13: the solution has no file server.go`},
		"a text that only begins so ": {"buf[:n] \n", `occurs 0 times`},
	} {
		t.Run(what, func(t *testing.T) {
			files := map[string]string{}
			if c.server != "" {
				files["server.go"] = c.server
			}
			m, err := read(t, whole)
			require.NoError(t, err)
			_, err = m.Apply(files)
			assert.ErrorContains(t, err, c.want)
		})
	}
}
