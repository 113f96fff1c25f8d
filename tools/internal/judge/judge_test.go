package judge_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/judge/judgetest"
	"sockets.test/tools/internal/tree"
)

func TestMain(m *testing.M) {
	role()
	os.Exit(judgetest.Main(m))
}

const (
	answerTest     = "TestAnswer/each_answer_is_as_long_as_its_question"
	transcriptTest = "TestTranscripts/hello"

	send    = "\t\tif _, err := conn.WriteTo(buf[:n], client); err != nil {\n"
	receive = "\t\tn, client, err := conn.ReadFrom(buf)\n"
)

// solution is the reference, edited.
func solution(t *testing.T, edits ...string) judge.Program {
	t.Helper()
	files := map[string]string{}
	c := judgetest.Chapter(t, edited(judgetest.Solution, edits)...)
	program, err := tree.Program(c.SolutionDir())
	require.NoError(t, err)
	for name, text := range program {
		files[name] = text
	}
	return judge.Program{Files: files}
}

// edited makes edits of pairs: old, new.
func edited(file string, pairs []string) (list []judgetest.Edit) {
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, judgetest.Edit{File: file, Old: pairs[i], New: pairs[i+1]})
	}
	return list
}

func TestAVerdictIsData(t *testing.T) {
	c := judgetest.Chapter(t)
	verdict := func(t *testing.T, p judge.Program) *judge.Verdict {
		t.Helper()
		v, err := judgetest.Judge(c).Judge(t.Context(), c, p)
		require.NoError(t, err)
		assert.Equal(t, "01-echo", v.Chapter)
		assert.Greater(t, v.Took, v.Built)
		return v
	}
	fails := func(t *testing.T, p judge.Program) judge.Test {
		t.Helper()
		v := verdict(t, p)
		assert.False(t, v.Passed)
		assert.Empty(t, v.Build)
		require.Len(t, v.Tests, 1, "it ends at the first failure")
		assert.Equal(t, judge.Fail, v.Tests[0].Outcome)
		assert.Equal(t, answerTest, v.First().Name)
		return v.Tests[0]
	}

	t.Run("a right program passes", func(t *testing.T) {
		t.Parallel()
		v := verdict(t, solution(t))

		assert.True(t, v.Passed)
		assert.Nil(t, v.First())
		require.Len(t, v.Tests, 2)
		assert.Equal(t, answerTest, v.Tests[0].Name)
		assert.Equal(t, transcriptTest, v.Tests[1].Name)
		assert.Equal(t, judge.Pass, v.Tests[1].Outcome)
		against, err := judge.Against(c)
		require.NoError(t, err)
		assert.Equal(t, against, v.Against)
	})

	t.Run("so does one of two files", func(t *testing.T) {
		t.Parallel()
		p := solution(t, send, "\t\tif _, err := conn.WriteTo(exactly(buf, n), client); err != nil {\n")
		p.Files["exactly.go"] = "package main\n\nfunc exactly(buf []byte, n int) []byte { return buf[:n] }\n"

		assert.True(t, verdict(t, p).Passed)
	})

	t.Run("so does a program that nobody builds", func(t *testing.T) {
		t.Parallel()
		v := verdict(t, judge.Program{Command: []string{self(t), roleEcho}})

		assert.True(t, v.Passed)
		assert.Zero(t, v.Built)
	})

	t.Run("so does a folder of the tree", func(t *testing.T) {
		t.Parallel()
		assert.True(t, verdict(t, judge.Program{Dir: "solutions/01-echo"}).Passed)
	})

	t.Run("a wrong one is called by its name", func(t *testing.T) {
		t.Parallel()
		failure := fails(t, solution(t, send, "\t\tif _, err := conn.WriteTo(buf[:n+2], client); err != nil {\n"))

		assert.Equal(t, "1.2", failure.Step)
		assert.Equal(t, "wrong answer", failure.Kind())
		assert.NotEmpty(t, failure.Failure.Got)
		assert.NotEmpty(t, failure.Failure.Conversation.Events)
		assert.NotContains(t, failure.Text, "===")
		assert.NotContains(t, failure.Text, "---")
		assert.Positive(t, failure.Took)
	})

	t.Run("an unfinished one stands at its TODO", func(t *testing.T) {
		t.Parallel()
		failure := fails(t, judge.Program{Dir: "testdata/skeletons/01-echo"})

		assert.True(t, failure.NotBegun())
		assert.Equal(t, "1.1", failure.Step)
		assert.Contains(t, failure.Failure.Happened(), "TODO 1.1: bind a UDP socket to the address")
		assert.Equal(t, "1.1", failure.Failure.Program.Unfinished.Step)
	})

	t.Run("one that does not compile meets no test", func(t *testing.T) {
		t.Parallel()
		v := verdict(t, solution(t, receive, receive+"\t\tn = nothing\n"))

		assert.False(t, v.Passed)
		assert.Empty(t, v.Tests)
		assert.Equal(t, "server.go:34:7: undefined: nothing\n", v.Build)
	})

	t.Run("one that panics has exited", func(t *testing.T) {
		t.Parallel()
		failure := fails(t, solution(t, receive, receive+"\t\tpanic(\"boom\")\n"))

		assert.Equal(t, "exited", failure.Kind())
		assert.Contains(t, failure.Failure.Program.Stderr, "panic: boom")
	})

	t.Run("one that hangs never answers", func(t *testing.T) {
		t.Parallel()
		failure := fails(t, solution(t, receive, receive+"\t\tif n > 0 {\n\t\t\tcontinue\n\t\t}\n"))

		assert.Equal(t, "never answered", failure.Kind())
	})
}

func TestARaceEndsAProgram(t *testing.T) {
	if why, ok := judge.CanRace(); !ok {
		t.Skip(why)
	}
	c := judgetest.Chapter(t, judgetest.Racing...)
	racy := judge.Program{Dir: "solutions/01-echo"}
	j := judgetest.Judge(c)

	v, whole, err := j.Look(t.Context(), c, racy)
	require.NoError(t, err)
	require.True(t, v.Passed, "without the detector nobody sees it")
	assert.False(t, whole, "the reference starts goroutines: the detector is still to be asked")

	v, err = j.Judge(t.Context(), c, racy)
	require.NoError(t, err)
	assert.False(t, v.Passed, "it has been asked")
	assert.NotZero(t, v.Raced)

	v, err = j.Racing().Judge(t.Context(), c, racy)
	require.NoError(t, err)
	require.NotNil(t, v.First())
	assert.Equal(t, string(failure.DataRace), v.First().Kind(), v.First().Text)
}

// The chapter's own tests, edited.
func TestWhatTestsMayDo(t *testing.T) {
	const act = "\t\tserver := lab.Serve(t)\n"
	run := func(t *testing.T, pairs ...string) (*judge.Verdict, error) {
		c := judgetest.Chapter(t, edited(judgetest.Tests, pairs)...)
		j := &judge.Judge{Tree: c.Tree(), Dir: t.TempDir()}
		return j.Judge(t.Context(), c, judge.Program{Command: []string{self(t), roleEcho}})
	}

	t.Run("a skipped test neither fails nor passes", func(t *testing.T) {
		t.Parallel()
		v, err := run(t, act, "\t\tt.Skip(\"not on this system\")\n"+act)

		require.NoError(t, err)
		assert.True(t, v.Passed)
		assert.Equal(t, judge.Skip, v.Tests[0].Outcome)
		assert.Contains(t, v.Tests[0].Text, "not on this system")
	})

	t.Run("what a test says is kept, whatever it looks like", func(t *testing.T) {
		t.Parallel()
		v, err := run(t, act, "\t\tt.Output().Write([]byte(\"--- FAIL: TestX (0.00s)\\n=== RUN   TestX\\n\"))\n\t\tt.FailNow()\n"+act)

		require.NoError(t, err)
		assert.Equal(t, "--- FAIL: TestX (0.00s)\n=== RUN   TestX\n", v.First().Text)
	})

	t.Run("a failure comes whole, however large it is", func(t *testing.T) {
		f := failure.Failure{
			Step: "1.2", Outcome: failure.Wrong, Got: bytes.Repeat([]byte{0, 255}, 3000),
			Program: failure.State{Stdout: strings.Repeat(" a line with spaces   \n\u2028é", 500)},
		}
		values, err := f.Encode()
		require.NoError(t, err)
		require.Greater(t, len(values), 5)
		var attrs strings.Builder
		for _, value := range values {
			fmt.Fprintf(&attrs, "\t\tt.Attr(%q, %q)\n", failure.Attribute, value)
		}
		v, err := run(t, act, attrs.String()+"\t\tt.FailNow()\n"+act)

		require.NoError(t, err)
		assert.Equal(t, &f, v.First().Failure)
		assert.Equal(t, "1.2", v.First().Step)
		assert.Equal(t, "wrong answer", v.First().Kind())
		assert.Empty(t, v.First().Text)
	})

	t.Run("half a failure is an error", func(t *testing.T) {
		_, err := run(t, act, "\t\tt.Attr(\"failure\", \"{|\")\n\t\tt.FailNow()\n"+act)

		assert.ErrorContains(t, err, answerTest+": its failure cannot be read: ")
	})

	t.Run("a crash fails the test that was under way", func(t *testing.T) {
		t.Parallel()
		v, err := run(t, act, act+"\t\tos.Exit(3)\n", "import (\n", "import (\n\t\"os\"\n")

		require.NoError(t, err)
		require.NotNil(t, v.First())
		assert.Equal(t, answerTest, v.First().Name)
	})

	t.Run("a crash before the first test is an error", func(t *testing.T) {
		t.Parallel()
		_, err := run(t, `{ lab.Main(m, "echoserver", main) }`, `{ panic("no tests today") }`)

		assert.ErrorContains(t, err, "the tests ended with exit status 2: panic: no tests today")
	})

	t.Run("tests that do not compile are an error", func(t *testing.T) {
		t.Parallel()
		_, err := run(t, act, act+"\t\tnothing()\n")

		assert.EqualError(t, err, "the tests of 01-echo cannot be built:\nchapters/01-echo/server_test.go:16:3: undefined: nothing\n")
	})
}

func TestManyAreJudgedAtOnce(t *testing.T) {
	c := judgetest.Chapter(t)
	j := &judge.Judge{Tree: c.Tree(), Dir: t.TempDir()}
	calls := countGo(t)

	results := make(chan error)
	for range 10 {
		go func() {
			v, err := j.Judge(t.Context(), c, judge.Program{Command: []string{self(t), roleEcho}})
			if err == nil && !v.Passed {
				err = errors.New(v.First().Text)
			}
			results <- err
		}()
	}
	for range 10 {
		assert.NoError(t, <-results)
	}

	assert.Equal(t, 1, calls("test"), "the tests are built once")
}

func TestACancelledVerdictLeavesNothing(t *testing.T) {
	c := judgetest.Chapter(t)

	t.Run("while the program runs", func(t *testing.T) {
		v := cancelled(t, judgetest.Judge(c), c)
		assert.Nil(t, v)
	})

	t.Run("before anything is built", func(t *testing.T) {
		ctx, cancel := cancelCause(t)
		cancel(errNewer)

		_, err := (&judge.Judge{Tree: c.Tree(), Dir: t.TempDir()}).Judge(ctx, c, judge.Program{Dir: "solutions/01-echo"})

		assert.ErrorIs(t, err, errNewer)
	})
}

func exe() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}
