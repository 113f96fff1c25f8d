package proof

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/literate"
	"sockets.test/tools/internal/mistake"
	"sockets.test/tools/internal/proc"
	"sockets.test/tools/internal/recorder"
	"sockets.test/tools/internal/report"
	"sockets.test/tools/internal/tree"
)

// rewrite records the prose instead of checking it: go test ./solutions/... -rewrite
var rewrite = flag.Bool("rewrite", false, "record the console and wire blocks of lessons and README again")

// asks is the text of every solutions/<key>/proof_test.go. Each chapter is a
// package of its own there, because Go ends a package's tests after ten minutes.
const asks = `package main

import (
	"os"
	"testing"

	"sockets.test/tools/proof"
)

func TestMain(m *testing.M) { os.Exit(proof.Main(m)) }

func TestProofs(t *testing.T) { proof.Chapter(t) }
`

// Main runs the tests of a package that proves. A program that is judged mostly
// waits, so that four of them at a time keep a processor busy; -parallel takes
// another number.
func Main(m *testing.M) int {
	if err := flag.Set("test.parallel", strconv.Itoa(4*runtime.NumCPU())); err != nil {
		panic(err)
	}
	return m.Run()
}

// Chapter holds the chapter whose solution is in this folder to its proofs,
// each a subtest.
func Chapter(t *testing.T) {
	j := newJudge(t)
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	c, err := j.Tree.Chapter(filepath.Base(here))
	if err != nil {
		t.Fatal(err)
	}
	prove(t, j, c)
}

// Course holds the course to what is no single chapter's: that each chapter is
// held to its proofs, and that README.md is true.
func Course(t *testing.T) {
	j := newJudge(t)
	t.Run("each chapter is proved", func(t *testing.T) {
		chapters, err := j.Tree.Chapters()
		if err != nil || len(chapters) == 0 {
			t.Fatalf("there are no chapters to prove: %v", err)
		}
		for _, c := range chapters {
			complain(t, Asked(c), nil)
		}
	})
	t.Run("README.md", func(t *testing.T) {
		if *rewrite {
			record(t, j, filepath.Join(j.Tree.Root, "README.md"))
			return
		}
		problems, skipped := literate.Readme(j.Tree, recorder.New(t.Context(), j))
		tell(t, problems, skipped)
	})
}

// Asked proves that go test ./solutions/... holds the chapter to its proofs.
func Asked(c *tree.Chapter) (wrong []string) {
	path := filepath.Join(c.SolutionDir(), "proof_test.go")
	if text, err := os.ReadFile(path); err != nil || string(text) != asks {
		return []string{fmt.Sprintf("%s:1: nothing holds the chapter to its proofs; write there:\n%s", rel(c, path), asks)}
	}
	return nil
}

func newJudge(t *testing.T) *judge.Judge {
	t.Helper()
	course, err := tree.Find(".")
	if err != nil {
		t.Fatal(err)
	}
	dir, remove, err := proc.TempDir("proofs")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(remove)
	return &judge.Judge{Tree: course, Dir: dir, Undivided: true}
}

func prove(t *testing.T, j *judge.Judge, c *tree.Chapter) {
	ctx := t.Context()
	complain(t, Enough(c), nil)
	if *rewrite {
		t.Run("3 the mistakes are recorded again", func(t *testing.T) {
			complain(t, nil, build(ctx, j, c))
			wrong, err := RecordBehaviour(ctx, j, c)
			complain(t, wrong, err)
		})
		t.Run("5 the prose is recorded again", func(t *testing.T) { record(t, j, filepath.Join(c.Dir(), "README.md")) })
		return
	}

	complain(t, nil, build(ctx, j, c))
	atOnce := func(name string, prove func(t *testing.T)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			prove(t)
		})
	}
	atOnce("1 the skeleton fails at its TODOs", func(t *testing.T) {
		wrong, err := Skeleton(ctx, j, c)
		complain(t, wrong, err)
	})
	atOnce("2 the solution passes", func(t *testing.T) { solution(t, j, c) })
	atOnce("3 each mistake is caught by its name", func(t *testing.T) { each(t, j, c, c.MistakesDir(), Mistake) })
	atOnce("4 each variant passes", func(t *testing.T) { each(t, j, c, c.VariantsDir(), Variant) })
	atOnce("5 the prose is true", func(t *testing.T) {
		problems, skipped := literate.Lesson(c, recorder.New(ctx, j))
		tell(t, append(problems, literate.Walkthrough(c)...), skipped)
	})
	atOnce("programs of others", func(t *testing.T) { strangers(t, j, c) })
	atOnce("programs in other languages", func(t *testing.T) { foreigners(t, j, c) })
}

// solution holds the reference to its proof twice at the same time, once with
// the race detector.
func solution(t *testing.T, j *judge.Judge, c *tree.Chapter) {
	t.Run("with -race", func(t *testing.T) {
		t.Parallel()
		if why, ok := judge.CanRace(); !ok {
			t.Skip(why)
		}
		wrong, err := Solution(t.Context(), j.Racing(), c)
		complain(t, wrong, err)
	})
	t.Run("without", func(t *testing.T) {
		t.Parallel()
		wrong, err := Solution(t.Context(), j, c)
		complain(t, wrong, err)
	})
}

// each holds every mistake, or variant, in dir to its proof.
func each(t *testing.T, j *judge.Judge, c *tree.Chapter, dir string,
	prove func(context.Context, *judge.Judge, *tree.Chapter, *mistake.Mistake) ([]string, error)) {
	list, err := All(dir)
	complain(t, nil, err)
	for _, m := range list {
		t.Run(m.ID, func(t *testing.T) {
			t.Parallel()
			wrong, err := prove(t.Context(), j, c, m)
			if errors.Is(err, ErrUnraced) && len(wrong) == 0 {
				t.Skip(err)
			}
			complain(t, wrong, err)
		})
	}
}

func tell(t *testing.T, problems, skipped []literate.Problem) {
	t.Helper()
	for _, p := range problems {
		t.Errorf("\n%s", p)
	}
	for _, p := range skipped {
		t.Run(filepath.Base(filepath.Dir(p.File))+" is not recorded", func(t *testing.T) { t.Skip(p) })
	}
}

// record writes a document's recorded blocks anew: more than once if need be,
// because a failure names lines of the very lesson that shows it.
func record(t *testing.T, j *judge.Judge, path string) {
	for range 4 {
		changed, skipped, err := literate.Rewrite(path, recorder.New(t.Context(), j))
		for _, p := range append(changed, skipped...) {
			t.Log(p)
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(changed) == 0 {
			return
		}
	}
	t.Errorf("%s: the records do not settle", path)
}

// strangers lets programs that nobody here wrote talk to the solution.
func strangers(t *testing.T, j *judge.Judge, c *tree.Chapter) {
	if files, _ := tree.Transcripts(c.SolutionDir()); len(files) == 0 {
		return
	}
	solution, err := tree.Program(c.SolutionDir())
	complain(t, nil, err)
	dir := filepath.Join(c.SolutionDir(), "testdata")
	v, err := j.Transcripts(t.Context(), c, judge.Program{Files: solution}, dir, "")
	complain(t, nil, err)
	for _, test := range v.Tests {
		t.Run(filepath.Base(test.Name), func(t *testing.T) {
			switch test.Outcome {
			case judge.Fail:
				t.Errorf("\n%s: %s", rel(c, dir), report.Text(c, &test, 100, 0))
			case judge.Skip:
				t.Skip(test.Text)
			}
		})
	}
}

// foreigners judges the programs in other languages that the lesson shows.
func foreigners(t *testing.T, j *judge.Judge, c *tree.Chapter) {
	for name, command := range map[string]string{".py": "python3"} {
		files, _ := filepath.Glob(filepath.Join(c.Dir(), "testdata", "*"+name))
		for _, file := range files {
			t.Run(filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				path, err := exec.LookPath(command)
				if err != nil {
					t.Skipf("%s is not installed", command)
				}
				v, err := j.Judge(t.Context(), c, judge.Program{Command: []string{path, file}})
				complain(t, nil, err)
				complain(t, passes(c, rel(c, file)+":1: it", v), nil)
			})
		}
	}
}

// complain fails the test with each thing that is wrong, on lines of its own.
func complain(t *testing.T, wrong []string, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range wrong {
		t.Errorf("\n%s", text)
	}
}
