package proof_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/judge/judgetest"
	"sockets.test/tools/internal/literate"
	"sockets.test/tools/internal/recorder"
	"sockets.test/tools/internal/tree"
	"sockets.test/tools/proof"
)

func TestMain(m *testing.M) { os.Exit(judgetest.Main(m)) }

// A proof of the chapter's.
type prover func(context.Context, *judge.Judge, *tree.Chapter) ([]string, error)

func mistake(ctx context.Context, j *judge.Judge, c *tree.Chapter) ([]string, error) {
	list, err := proof.All(c.MistakesDir())
	if err != nil {
		return nil, err
	}
	return proof.Mistake(ctx, j, c, list[0])
}

func variant(ctx context.Context, j *judge.Judge, c *tree.Chapter) ([]string, error) {
	list, err := proof.All(c.VariantsDir())
	if err != nil {
		return nil, err
	}
	return proof.Variant(ctx, j, c, list[0])
}

func prose(ctx context.Context, j *judge.Judge, c *tree.Chapter) (wrong []string, err error) {
	problems, _ := literate.Lesson(c, recorder.New(ctx, j))
	for _, p := range append(problems, literate.Walkthrough(c)...) {
		wrong = append(wrong, p.String())
	}
	return wrong, nil
}

// What the edits below take away.
const (
	send     = "\t\tif _, err := conn.WriteTo(buf[:n], client); err != nil {\n"
	sendAll  = "\t\tif _, err := conn.WriteTo(buf[:64*(1+n/64)], client); err != nil {\n"
	serves   = "\t\tserver := lab.Serve(t)\n"
	parses   = "\tflag.Parse()\n"
	unbound  = "TODO 1.1: bind a UDP socket to the address"
	replays  = "func TestTranscripts(t *testing.T) { transcripts.Run(t) }\n"
	answered = "TestAnswer/each_answer_is_as_long_as_its_question"
)

// another mistake behaves as the chapter's does.
const another = `Another truth. (1.2)

-- server.go --
package main
-- behaves --
test: ` + answered + `
expects: client.Expect(text)
outcome: wrong answer
differs: zero bytes behind
sockets: udp
`

func edit(file, old, new string) judgetest.Edit {
	return judgetest.Edit{File: file, Old: old, New: new}
}

func TestEachProofHolds(t *testing.T) {
	t.Parallel()
	c := judgetest.Chapter(t)
	for name, prove := range map[string]prover{
		"skeleton": proof.Skeleton, "solution": proof.Solution, "mistake": mistake, "variant": variant, "prose": prose,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wrong, err := prove(t.Context(), judgetest.Judge(c), c)

			require.NoError(t, err)
			assert.Empty(t, wrong)
		})
	}
}

func TestEachProofCanFail(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		prove prover
		edit  judgetest.Edit
		want  string // the complaint, or its first line
	}{
		{"a test passes on the skeleton", proof.Skeleton,
			edit(judgetest.Tests, serves, "\t\tif t != nil {\n\t\t\treturn\n\t\t}\n"+serves),
			judgetest.Tests + `:13: ` + answered + ` does not fail on the skeleton: it says "pass" before any work is done`},
		{"a test skips the skeleton", proof.Skeleton,
			edit(judgetest.Tests, serves, "\t\tt.Skip()\n"+serves),
			judgetest.Tests + `:13: ` + answered + ` does not fail on the skeleton: it says "skip" before any work is done`},
		{"the skeleton does not vet", proof.Skeleton,
			edit(judgetest.Skeleton, parses, parses+"\tfmt.Printf(\"%d\\n\", *addr)\n"),
			judgetest.Skeleton + ":1: go vet refuses it:"},
		{"the skeleton is not gofmt'd", proof.Skeleton,
			edit(judgetest.Skeleton, parses, "\t"+parses),
			judgetest.Skeleton + ":14: not as gofmt has it"},
		{"the skeleton is not Go", proof.Skeleton,
			edit(judgetest.Skeleton, parses, "}\n"),
			judgetest.Skeleton + ":15:2: expected declaration, found 'if'"},
		{"the skeleton fails without a TODO", proof.Skeleton,
			edit(judgetest.Skeleton, unbound, "nothing is here yet"),
			judgetest.Tests + `:13: ` + answered + ` does not stop at a TODO of the skeleton, but says "exited":`},
		{"the skeleton has a second file", proof.Skeleton,
			edit("testdata/skeletons/01-echo/more.go", "", "package main\n"),
			"testdata/skeletons/01-echo:1: a skeleton is one file; here are 2"},

		{"the solution does not compile", proof.Solution,
			edit(judgetest.Solution, parses, parses+"\tnothing()\n"),
			judgetest.Solution + ":1: judged through the seam, it does not compile:"},
		{"the solution is wrong through the seam", proof.Solution,
			edit(judgetest.Solution, parses, parses+"\tif os.Args[0] != \"echoserver\" {\n\t\treturn\n\t}\n"),
			judgetest.Solution + ":1: judged through the seam, it is right, and rejected by " + answered + ":"},
		{"the solution is wrong plainly", proof.Solution,
			edit(judgetest.Solution, parses, parses+"\tif os.Args[0] == \"echoserver\" {\n\t\treturn\n\t}\n"),
			judgetest.Solution + ":1: judged by go test, it is right, and rejected by " + answered + ":"},

		{"a mistake survives", mistake,
			edit(judgetest.Mistake, sendAll, "\t\tif _, err := conn.WriteTo(buf[0:n], client); err != nil {\n"),
			judgetest.Mistake + ":1: it survives: every test passes"},
		{"a mistake is caught under another's name", mistake,
			edit(judgetest.Mistake, "sockets: udp", "sockets: LISTEN"),
			judgetest.Mistake + ":1: it is caught under another's name, x-another, by " + answered + ":"},
		{"a mistake is caught, and not named", mistake,
			edit(judgetest.Tests, serves, "// as x-another\n"+serves),
			judgetest.Mistake + ":1: it is caught by " + answered + ", but not called by its name (wrong answer):"},
		{"a mistake behaves otherwise than it is recorded", mistake,
			edit(judgetest.Mistake, "differs: zero bytes behind", "differs: twice"),
			judgetest.Mistake + ":1: it does not behave as it is recorded (go test ./solutions/01-echo -rewrite records it again):"},
		{"a mistake's text is gone", mistake,
			edit(judgetest.Mistake, send, "\tconn.WriteTo(buf[:n])\n"),
			judgetest.Mistake + `:6: the text of "server.go: right" occurs 0 times in the solution's server.go; it must occur once`},
		{"a mistake's text occurs twice", mistake,
			edit(judgetest.Mistake, send, "\t\t\treturn err\n"),
			judgetest.Mistake + `:6: the text of "server.go: right" occurs 2 times in the solution's server.go; it must occur once`},
		{"a mistake does not compile", mistake,
			edit(judgetest.Mistake, sendAll, "\t\tif _, err := conn.WriteTo(nothing, client); err != nil {\n"),
			judgetest.Mistake + ":1: it does not compile, so nothing was caught:"},
		{"a mistake is the solution itself", mistake,
			edit(judgetest.Mistake, sendAll, send),
			judgetest.Mistake + ":1: this is the reference solution itself"},
		{"a mistake has no hints", mistake,
			edit(judgetest.Mistake, "1. How", "How"),
			judgetest.Mistake + ":1: there are no hints: write a ladder of lines 1., 2., 3."},
		{"a mistake says nothing of why", mistake,
			edit(judgetest.Mistake, "A file is read into a buffer of its size.\n\n", ""),
			judgetest.Mistake + ":1: it does not say why people believe otherwise"},

		{"a variant is rejected", variant,
			edit(judgetest.Variant, "buf[:n]", "buf[:n+1]"),
			judgetest.Variant + ":1: it is right, and rejected by " + answered + ":"},
		{"a variant does not compile", variant,
			edit(judgetest.Variant, "buf[:n]", "nothing"),
			judgetest.Variant + ":1: it does not compile:"},

		{"a quotation has drifted", prose,
			edit(judgetest.Lesson, serves[2:], "server := lab.Start(t)\n"),
			judgetest.Lesson + `:10: ` + judgetest.Tests + ` has no line "server := lab.Start(t)" at this place: quote it as it is`},
		{"a record has drifted", prose,
			edit(judgetest.Lesson, "echoserver ready on 127.0.0.1:12000", "echoserver ready at 127.0.0.1:12000"),
			judgetest.Lesson + `:19: the record says "echoserver ready on 127.0.0.1:12000" here: record it again`},
		{"a transcript has drifted", prose,
			edit(judgetest.Transcript, "hear ann hello", "hear ann HELLO"),
			judgetest.Lesson + `:17: "console server testdata/hello.txtar" cannot be recorded: the transcript fails:`},
		{"the walkthrough lacks a line", prose,
			edit(judgetest.Walkthrough, "\tdefer conn.Close()\n", ""),
			judgetest.Walkthrough + `:34: ` + judgetest.Solution + `:25 is missing before this line: "\tdefer conn.Close()"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			edits := []judgetest.Edit{test.edit}
			if strings.Contains(test.want, "name") { // it takes two
				edits = append(edits, judgetest.Edit{File: strings.Replace(judgetest.Mistake, "whole-buffer", "x-another", 1), New: another})
			}
			c := judgetest.Chapter(t, edits...)
			j := judgetest.Judge(c)
			if test.edit.File == judgetest.Tests || test.edit.File == judgetest.Transcript {
				j.Dir = t.TempDir()
			}

			wrong, err := test.prove(t.Context(), j, c)

			require.NoError(t, err)
			require.NotEmpty(t, wrong)
			assert.Equal(t, test.want, cut(wrong[0], len(test.want)), "all of it:\n%s", strings.Join(wrong, "\n"))
		})
	}
}

// cut keeps the beginning of a text.
func cut(text string, n int) string { return text[:min(n, len(text))] }

func TestARacingSolutionIsFound(t *testing.T) {
	t.Parallel()
	if why, ok := judge.CanRace(); !ok {
		t.Skip(why)
	}
	c := judgetest.Chapter(t, judgetest.Racing...)
	j := judgetest.Judge(c)

	wrong, err := proof.Solution(t.Context(), j, c)
	require.NoError(t, err)
	require.Empty(t, wrong, "without the detector nobody sees it")

	j.Race = true
	wrong, err = proof.Solution(t.Context(), j, c)
	require.NoError(t, err)
	require.Len(t, wrong, 2)
	for i, way := range []string{"through the seam", "by go test"} {
		assert.Contains(t, wrong[i], judgetest.Solution+":1: judged "+way+", it is right, and rejected by "+answered)
		assert.Contains(t, wrong[i], "has a data race")
	}
}

func TestMistakesAndVariantsAreCounted(t *testing.T) {
	c := judgetest.Chapter(t)

	assert.Equal(t, []string{
		"testdata/mistakes/01-echo:1: here are 1; a chapter needs 6",
		"testdata/variants/01-echo:1: here are 1; a chapter needs 2",
	}, proof.Enough(c))

	for i := range 5 {
		for _, dir := range []string{c.MistakesDir(), c.VariantsDir()} {
			require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.txtar", i)), nil, 0o666))
		}
	}
	assert.Empty(t, proof.Enough(c))
}

func TestAChapterThatIsNotProvedIsMissed(t *testing.T) {
	c := judgetest.Chapter(t)
	file := filepath.Join(c.SolutionDir(), "proof_test.go")

	wrong := proof.Asked(c)
	require.Len(t, wrong, 1)
	said, text, _ := strings.Cut(wrong[0], "\n")
	assert.Equal(t, "solutions/01-echo/proof_test.go:1: nothing holds the chapter to its proofs; write there:", said)

	require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	assert.Empty(t, proof.Asked(c))

	require.NoError(t, os.WriteFile(file, []byte("package main\n"), 0o666))
	assert.Equal(t, wrong, proof.Asked(c), "a file without the proofs")
}
