package proof

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/tree"
)

// soak asks how sure the tests are: go test ./tools/proof -run Soak -soak 100
// judges every solution, variant and mistake so often, with the race detector
// where there is one, two at a time. Say -run Soak/06 for one chapter, and
// -timeout 0.
var soak = flag.Int("soak", 0, "judge every program of every chapter this many times")

func TestSoak(t *testing.T) {
	if *soak == 0 {
		t.Skip("takes long; ask for it with -soak")
	}
	course, err := tree.Find(".")
	require.NoError(t, err)
	chapters, err := course.Chapters()
	require.NoError(t, err)
	j := &judge.Judge{Tree: course, Dir: t.TempDir()}
	_, j.Race = judge.CanRace(t.Context())
	for _, c := range chapters {
		t.Run(c.Key, func(t *testing.T) { soakChapter(t, j, c) })
	}
}

// A subject is a built program, and the name of the misconception that it must
// be called by; none if it is right.
type subject struct{ name, path, want string }

func soakChapter(t *testing.T, j *judge.Judge, c *tree.Chapter) {
	var turns sync.WaitGroup
	work := make(chan subject)
	for range 2 {
		turns.Go(func() {
			for s := range work {
				if complaint := judgeOnce(t, j, c, s); complaint != "" {
					t.Errorf("%s: %s", s.name, complaint)
				}
			}
		})
	}
	subjects := build(t, j, c)
	for range *soak {
		for _, s := range subjects {
			work <- s
		}
	}
	close(work)
	turns.Wait()
	t.Logf("%d programs, %d times each", len(subjects), *soak)
}

func judgeOnce(t *testing.T, j *judge.Judge, c *tree.Chapter, s subject) string {
	v, err := j.Judge(t.Context(), c, judge.Program{Command: []string{s.path}})
	if err != nil {
		return err.Error()
	}
	switch first := v.First(); {
	case first == nil && s.want == "":
		return ""
	case first == nil:
		return "it survived"
	case first.Misconception != s.want || s.want == "":
		return fmt.Sprintf("called %q (%s) by %s:\n%s", first.Misconception, first.Failure, first.Name, first.Text)
	}
	return ""
}

// build builds the solution, the variants and the mistakes.
func build(t *testing.T, j *judge.Judge, c *tree.Chapter) (list []subject) {
	solution, err := tree.Program(c.SolutionDir())
	require.NoError(t, err)
	add := func(name, want string, files map[string]string) {
		dir := filepath.Join(j.Dir, c.Key, name)
		require.NoError(t, os.MkdirAll(dir, 0o777))
		path, said, err := j.Build(t.Context(), c, judge.Program{Files: files}, dir)
		require.NoError(t, err)
		require.Empty(t, said)
		list = append(list, subject{name, path, want})
	}
	add("solution", "", solution)
	for _, dir := range []string{c.VariantsDir(), c.MistakesDir()} {
		all, err := All(dir)
		require.NoError(t, err)
		for _, m := range all {
			files, err := m.Apply(solution)
			require.NoError(t, err)
			want := ""
			if dir == c.MistakesDir() {
				want = m.ID
			}
			add(filepath.Base(filepath.Dir(dir))+"-"+m.ID, want, files)
		}
	}
	return list
}
