package proof

import (
	"flag"
	"fmt"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/tree"
)

// soak asks how sure the tests are: go test ./tools/proof -run Soak -soak 100
// judges every solution, variant and mistake so often, several at a time, which
// keeps all cores busy; with the race detector where there is one. Say
// -run Soak/06 for one chapter, and -timeout 0.
var (
	soak = flag.Int("soak", 0, "judge every program of every chapter this many times")
	jobs = flag.Int("jobs", 4*runtime.NumCPU(), "so many of them at the same time")
	only = flag.String("only", "", "those whose names match this regular expression: '^(solution|variants)'")
)

func TestSoak(t *testing.T) {
	if *soak == 0 {
		t.Skip("takes long; ask for it with -soak")
	}
	which, err := regexp.Compile(*only)
	require.NoError(t, err)
	course, err := tree.Find(".")
	require.NoError(t, err)
	chapters, err := course.Chapters()
	require.NoError(t, err)
	plain := &judge.Judge{Tree: course, Dir: t.TempDir(), Undivided: true}
	racing := plain
	if _, can := judge.CanRace(); can {
		racing = plain.Racing()
	}
	for _, c := range chapters {
		t.Run(c.Key, func(t *testing.T) {
			var list []subject
			var programs []map[string]string
			for _, s := range subjects(t, c) {
				if which.MatchString(s.name) {
					list, programs = append(list, s), append(programs, s.files)
				}
			}
			require.NoError(t, plain.Together(t.Context(), c, programs...))
			require.NoError(t, racing.Together(t.Context(), c, programs...))
			soakChapter(t, list, func(s subject, round int) string {
				p := judge.Program{Files: s.files}
				if s.want == "" || round%2 == 1 {
					v, err := racing.Judge(t.Context(), c, p)
					return complaint(s, v, err)
				}
				v, whole, err := plain.Look(t.Context(), c, p)
				if err == nil && !whole { // as the learner is judged: what passes is judged for races
					v, err = racing.Judge(t.Context(), c, p)
				}
				return complaint(s, v, err)
			})
		})
	}
}

// A subject is a program, and the name of the misconception that it must be
// called by; none if it is right.
type subject struct {
	name, want string
	files      map[string]string
}

func soakChapter(t *testing.T, list []subject, judgeOnce func(subject, int) string) {
	type turn struct {
		subject
		round int
	}
	began := time.Now()
	var turns sync.WaitGroup
	work := make(chan turn)
	for range *jobs {
		turns.Go(func() {
			for w := range work {
				if complaint := judgeOnce(w.subject, w.round); complaint != "" {
					t.Errorf("%s, round %d: %s", w.name, w.round, complaint)
				}
			}
		})
	}
	for round := range *soak {
		if round > 0 && round%10 == 0 {
			t.Logf("round %d began after %v", round, time.Since(began).Round(time.Second))
		}
		for _, s := range list {
			work <- turn{s, round}
		}
	}
	close(work)
	turns.Wait()
	t.Logf("%d programs, %d times each, in %v", len(list), *soak, time.Since(began).Round(time.Second))
}

// complaint is what is wrong with a verdict; "" if nothing. A wrong program may
// also be caught by a data race that it has.
func complaint(s subject, v *judge.Verdict, err error) string {
	if err != nil {
		return err.Error()
	}
	switch first := v.First(); {
	case first == nil && s.want == "":
		return ""
	case first == nil:
		return "it survived"
	case s.want == "", first.Diagnosis.ID != s.want && first.Kind() != "data race":
		return fmt.Sprintf("called %q (%s) by %s:\n%s", first.Diagnosis.ID, first.Kind(), first.Name, behaves(first))
	}
	return ""
}

// behaves is how a test failed, as far as that can be compared.
func behaves(t *judge.Test) string {
	if t.Failure == nil {
		return t.Text
	}
	return t.Failure.Behaviour().String()
}

// subjects are the solution, the variants and the mistakes.
func subjects(t *testing.T, c *tree.Chapter) []subject {
	solution, err := tree.Program(c.SolutionDir())
	require.NoError(t, err)
	list := []subject{{name: "solution", files: solution}}
	for _, dir := range []string{c.VariantsDir(), c.MistakesDir()} {
		all, err := All(dir)
		require.NoError(t, err)
		for _, m := range all {
			for n := range m.Programs {
				files, err := m.Build(n, solution)
				require.NoError(t, err)
				s := subject{name: fmt.Sprintf("%s-%s/%d", filepath.Base(filepath.Dir(dir)), m.ID, n+1), files: files}
				if dir == c.MistakesDir() {
					s.want = m.ID
				}
				list = append(list, s)
			}
		}
	}
	return list
}
