package judge_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/judge/judgetest"
)

const (
	reply = "conn.WriteTo(buf[:n], client)"
	start = "func main() {\n"
)

func TestProgramsAreBuiltTogether(t *testing.T) {
	c := judgetest.Chapter(t)
	j := &judge.Judge{Tree: c.Tree(), Dir: t.TempDir()}
	right := solution(t)
	long := solution(t, reply, "conn.WriteTo(buf[:n+2], client)")
	panics := solution(t, receive, receive+"\t\tpanic(\"boom\")\n")
	unknown := solution(t, receive, receive+"\t\tn = nothing\n")
	unread := solution(t, start, "func main() {{\n")
	begins := solution(t, start, "func init() { panic(\"too early\") }\n\n"+start)
	flagged := solution(t, start, "var loud = flag.Bool(\"loud\", false, \"speak up\")\n\n"+start)
	named := solution(t, start, "func ProgramMain() {}\n\n"+start)
	calls := countGo(t)
	var files []map[string]string
	for _, p := range []judge.Program{right, long, panics, unknown, unread, begins, flagged, named} {
		files = append(files, p.Files)
	}

	require.NoError(t, j.Together(t.Context(), c, files...))

	built := calls("build")
	verdict := func(t *testing.T, p judge.Program) *judge.Verdict {
		t.Helper()
		v, err := j.Judge(t.Context(), c, p)
		require.NoError(t, err)
		return v
	}

	t.Run("those that the compiler refuses are set aside", func(t *testing.T) {
		assert.Equal(t, 2, built)
	})

	t.Run("each is judged as itself", func(t *testing.T) {
		assert.True(t, verdict(t, right).Passed)
		assert.Equal(t, "whole-buffer", verdict(t, long).First().Diagnosis.ID)
	})

	t.Run("a line of its own is found in a stack", func(t *testing.T) {
		failed := verdict(t, panics).First()

		assert.Equal(t, failure.Exited, failed.Failure.Outcome)
		assert.Equal(t, &failure.Panic{Message: "panic: boom", Place: "server.go:34"}, failed.Failure.Program.Panic)
	})

	t.Run("one that does not compile is told so", func(t *testing.T) {
		assert.Equal(t, "server.go:34:7: undefined: nothing\n", verdict(t, unknown).Build)
		assert.Contains(t, verdict(t, unread).Build, "server.go:")
	})

	t.Run("one that would disturb the others is built alone", func(t *testing.T) {
		assert.Contains(t, verdict(t, begins).First().Failure.Program.Stderr, "too early")
		assert.True(t, verdict(t, flagged).Passed)
	})

	t.Run("and so is one that has the entry's name", func(t *testing.T) {
		assert.True(t, verdict(t, named).Passed)
	})

	t.Run("nothing is built again", func(t *testing.T) {
		before := calls("build")

		require.NoError(t, j.Together(t.Context(), c, right.Files, long.Files))

		assert.Equal(t, before, calls("build"))
	})
}
