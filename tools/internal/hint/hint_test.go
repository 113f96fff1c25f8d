package hint_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/hint"
	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/tree"
)

const lesson = "# 1. A datagram is a message\n\n" +
	"## 1.1 A socket is bound\n\nWhy it is.\n\n```go\nnot shown\n```\n\nRun it.\n\nLook for the call\nthat binds.\n\n" +
	"## 1.2 One receive is one datagram\n\nAsk for n.\n\n" +
	"## 1.3 The way may be folded\n\nWhy it is.\n\n<details>\n<summary>One way</summary>\n\nAsk for\nnothing.\n\n</details>\n"

var mistakes = map[string]string{
	"whole-buffer":  "A datagram fills n bytes of the buffer. (1.1)\n\n1. What is n?\n2. Pass on buf[:n].\n-- server.go --\n",
	"without-hints": "Nobody helps here. (1.1)\n-- server.go --\n",
	"elsewhere":     "This is taught elsewhere. (1.2)\n-- server.go --\n",
}

func chapter(t *testing.T) *tree.Chapter {
	root := t.TempDir()
	write := func(path, text string) {
		path = filepath.Join(root, filepath.FromSlash(path))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
	}
	write("chapters/01-udp-server/README.md", lesson)
	for id, text := range mistakes {
		write("testdata/mistakes/01-udp-server/"+id+".txtar", text)
	}
	c, err := (&tree.Tree{Root: root}).Chapter("1")
	require.NoError(t, err)
	return c
}

const (
	way     = "The lesson's 1.1, A socket is bound, says:\nLook for the call\nthat binds."
	truths  = "One of these truths of 1.1 may be the one that the program denies:\n- A datagram fills n bytes of the buffer.\n- Nobody helps here."
	theLast = "The reference solution, with the reason for every line, is solutions/01-udp-server/README.md."
)

func TestLadder(t *testing.T) {
	c := chapter(t)

	t.Run("of a misconception is its own", func(t *testing.T) {
		got := hint.Ladder(c, &judge.Test{Diagnosis: failure.Diagnosis{ID: "whole-buffer"}, Failure: &failure.Failure{Outcome: failure.Wrong}, Step: "1.1"})
		assert.Equal(t, []string{"What is n?", "Pass on buf[:n]."}, got)
	})
	t.Run("of a step not begun is the lesson's way", func(t *testing.T) {
		got := hint.Ladder(c, &judge.Test{Failure: &failure.Failure{Outcome: failure.NotBegun}, Step: "1.1"})
		require.Len(t, got, 3)
		assert.Contains(t, got[0], "TODO")
		assert.Equal(t, []string{way, theLast}, got[1:])
	})
	t.Run("of a failure without a name leads to the truths", func(t *testing.T) {
		got := hint.Ladder(c, &judge.Test{Failure: &failure.Failure{Outcome: failure.NeverRead}, Step: "1.1"})
		require.Len(t, got, 4)
		assert.Contains(t, got[0], "?")
		assert.Equal(t, []string{way, truths, theLast}, got[1:])
	})
	t.Run("of a misconception without hints is that of the failure", func(t *testing.T) {
		for _, id := range []string{"without-hints", "without-a-file"} {
			got := hint.Ladder(c, &judge.Test{Diagnosis: failure.Diagnosis{ID: id}, Step: "1.1"})
			assert.Equal(t, []string{way, truths, theLast}, got, id)
		}
	})
	t.Run("of a step that the lesson does not have has no way and no truths", func(t *testing.T) {
		for _, step := range []string{"", "1.9", "1"} {
			assert.Equal(t, []string{theLast}, hint.Ladder(c, &judge.Test{Step: step}), step)
		}
	})
	t.Run("shows the last section too", func(t *testing.T) {
		got := hint.Ladder(c, &judge.Test{Step: "1.2"})
		assert.Equal(t, "The lesson's 1.2, One receive is one datagram, says:\nAsk for n.", got[0])
	})
	t.Run("unfolds the way", func(t *testing.T) {
		got := hint.Ladder(c, &judge.Test{Step: "1.3"})
		assert.Equal(t, "The lesson's 1.3, The way may be folded, says:\nAsk for\nnothing.", got[0])
	})
}
