package recorder_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/judge/judgetest"
	"sockets.test/tools/internal/literate"
	"sockets.test/tools/internal/recorder"
	"sockets.test/tools/internal/tree"
)

func TestMain(m *testing.M) { os.Exit(judgetest.Main(m)) }

const transcript = "testdata/hello.txtar"

func TestRecipes(t *testing.T) {
	c := judgetest.Chapter(t)
	record := recorder.New(t.Context(), judgetest.Judge(c))

	for recipe, want := range map[string][]string{
		"console server " + transcript: {
			"$ go run ./chapters/01-echo -addr 127.0.0.1:12000\nechoserver ready on 127.0.0.1:12000\n"},
		"wire " + transcript: {
			"ann 127.0.0.1:50001 ", " echoserver 127.0.0.1:12000\n", "│ \"hello\" ─", "0.1 ms\n", "0.2 ms\n"},
		"console test skeleton": {
			"$ go tool course test 1\n✗ 01-echo: each answer is", "TODO 1.1: bind a UDP socket", "[not begun]"},
		"console test solution": {
			"$ go tool course test 1\n✓ 01-echo passes: 2 tests in 0 ms.\n"},
		"console test whole-buffer": {
			"A datagram fills n bytes of the buffer, not all of it. ", "[whole-buffer]", "127.0.0.1:50001", "read again   chapters/01-echo/README.md:"},
		"console map": {
			"$ go tool course\nWelcome", "▶ 01-echo  What comes goes back\n", "read       chapters/01-echo/README.md  (5 minutes)\n"},
	} {
		t.Run(recipe, func(t *testing.T) {
			text, err := record(c, recipe)

			require.NoError(t, err)
			for _, part := range want {
				assert.Contains(t, text, part)
			}
		})
	}

	t.Run("the root README names the chapter", func(t *testing.T) {
		in, err := record(c, "console test skeleton")
		require.NoError(t, err)
		out, err := record(nil, "console test 01-echo/skeleton")

		require.NoError(t, err)
		assert.Equal(t, in, out)
	})
}

func TestARecordIsAlwaysTheSame(t *testing.T) {
	c := judgetest.Chapter(t)
	for _, recipe := range []string{"console server " + transcript, "wire " + transcript, "console test skeleton", "console test whole-buffer"} {
		t.Run(recipe, func(t *testing.T) {
			t.Parallel()
			seen := map[string]bool{}
			for range 5 {
				text, err := recorder.New(t.Context(), judgetest.Judge(c))(c, recipe)
				require.NoError(t, err)
				seen[text] = true
			}
			assert.Len(t, seen, 1, "%v", seen)
		})
	}
}

func TestRecipesThatCannotBeRecorded(t *testing.T) {
	good := judgetest.Chapter(t)
	for recipe, want := range map[string]string{
		"":                                 "no recipe is called \"\"",
		"console":                          "no recipe is called \"console\"",
		"console server a.txtar b.txtar":   "no recipe is called \"console server a.txtar b.txtar\"",
		"wire testdata/no.txtar":           "there is no transcript testdata/no.txtar",
		"console server testdata/no":       "there is no transcript testdata/no",
		"console test no-such-mistake":     "open " + filepath.Join(good.MistakesDir(), "no-such-mistake.txtar"),
		"console no-such-nc " + transcript: "no-such-nc is not installed: not recorded here",
		"console go " + transcript:         transcript + " has no terminal of go, but of server",
	} {
		t.Run(recipe, func(t *testing.T) { refuses(t, good, recipe, want) })
	}

	t.Run("without a chapter", func(t *testing.T) {
		record := recorder.New(t.Context(), judgetest.Judge(good))
		for recipe, want := range map[string]string{
			"console test skeleton":         "say which chapter: console test CHAPTER/PROGRAM",
			"console test nowhere/skeleton": `no chapter is called "nowhere"; there are 01-echo`,
			"wire " + transcript:            "no recipe is called \"wire " + transcript + "\"",
		} {
			_, err := record(nil, recipe)
			assert.ErrorContains(t, err, want)
		}
	})

	t.Run("a transcript that fails", func(t *testing.T) {
		c := judgetest.Chapter(t, judgetest.Edit{File: judgetest.Solution, Old: "buf[:n]", New: "buf[:n-1]"})

		refuses(t, c, "wire "+transcript, "the transcript fails:\n")
	})

	t.Run("a solution that does not compile", func(t *testing.T) {
		c := judgetest.Chapter(t, judgetest.Edit{File: judgetest.Solution, Old: "buf[:n]", New: "nothing"})

		refuses(t, c, "wire "+transcript, "the solution does not compile: server.go:")
	})

	t.Run("a mistake that no longer fits", func(t *testing.T) {
		c := judgetest.Chapter(t, judgetest.Edit{File: judgetest.Solution, Old: "buf[:n]", New: "buf[0:n]"})

		refuses(t, c, "console test whole-buffer", "occurs 0 times")
	})

	t.Run("a transcript that this machine cannot play is skipped", func(t *testing.T) {
		c := judgetest.Chapter(t, judgetest.Edit{File: "solutions/01-echo/testdata/nc.txtar", New: "[!exec:no-such-nc] skip 'no-such-nc is not installed'\nserve\n"})

		err := refuses(t, c, "wire testdata/nc.txtar", "was skipped")
		assert.ErrorIs(t, err, literate.ErrSkip)
	})
}

func refuses(t *testing.T, c *tree.Chapter, recipe, want string) error {
	t.Helper()
	text, err := recorder.New(t.Context(), judgetest.Judge(c))(c, recipe)
	require.Error(t, err, strings.TrimSpace(text))
	assert.ErrorContains(t, err, want)
	return err
}
