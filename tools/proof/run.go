package proof

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/literate"
	"sockets.test/tools/internal/proc"
	"sockets.test/tools/internal/recorder"
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

// Main runs the tests of a package that proves, and leaves no process and no
// file behind, however they end.
func Main(m *testing.M) int {
	proc.Keeper()
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
			report(t, Asked(c), nil)
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
	return &judge.Judge{Tree: course, Dir: dir}
}

func prove(t *testing.T, j *judge.Judge, c *tree.Chapter) {
	ctx := t.Context()
	report(t, Enough(c), nil)
	if *rewrite {
		t.Run("5 the prose is recorded again", func(t *testing.T) { record(t, j, filepath.Join(c.Dir(), "README.md")) })
		return
	}

	t.Run("1 the skeleton fails at its TODOs", func(t *testing.T) {
		wrong, err := Skeleton(ctx, j, c)
		report(t, wrong, err)
	})

	t.Run("2 the solution passes", func(t *testing.T) {
		wrong, err := Solution(ctx, j, c)
		report(t, wrong, err)
		t.Run("with -race", func(t *testing.T) {
			if why, ok := judge.CanRace(ctx); !ok {
				t.Skip(why)
			}
			wrong, err := Solution(ctx, &judge.Judge{Tree: j.Tree, Dir: j.Dir, Race: true}, c)
			report(t, wrong, err)
		})
	})

	t.Run("3 each mistake is caught by its name", func(t *testing.T) {
		list, err := All(c.MistakesDir())
		report(t, nil, err)
		for _, m := range list {
			t.Run(m.ID, func(t *testing.T) {
				wrong, err := Mistake(ctx, j, c, m)
				if errors.Is(err, ErrUnraced) && len(wrong) == 0 {
					t.Skip(err)
				}
				report(t, wrong, err)
			})
		}
	})

	t.Run("4 each variant passes", func(t *testing.T) {
		list, err := All(c.VariantsDir())
		report(t, nil, err)
		for _, m := range list {
			t.Run(m.ID, func(t *testing.T) {
				wrong, err := Variant(ctx, j, c, m)
				report(t, wrong, err)
			})
		}
	})

	t.Run("5 the prose is true", func(t *testing.T) {
		problems, skipped := literate.Lesson(c, recorder.New(ctx, j))
		tell(t, append(problems, literate.Walkthrough(c)...), skipped)
	})

	t.Run("programs of others", func(t *testing.T) { strangers(t, j, c) })
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

// strangers lets programs that nobody here wrote talk to the solution, and
// judges the programs in other languages that the lesson shows.
func strangers(t *testing.T, j *judge.Judge, c *tree.Chapter) {
	solution, err := tree.Program(c.SolutionDir())
	report(t, nil, err)
	dir := filepath.Join(c.SolutionDir(), "testdata")
	if files, _ := tree.Transcripts(c.SolutionDir()); len(files) > 0 {
		v, err := j.Transcripts(t.Context(), c, judge.Program{Files: solution}, dir, "")
		report(t, nil, err)
		for _, test := range v.Tests {
			t.Run(filepath.Base(test.Name), func(t *testing.T) {
				switch test.Outcome {
				case judge.Fail:
					t.Errorf("\n%s: %s", rel(c, dir), test.Text)
				case judge.Skip:
					t.Skip(test.Text)
				}
			})
		}
	}
	for name, command := range map[string]string{".py": "python3"} {
		files, _ := filepath.Glob(filepath.Join(c.Dir(), "testdata", "*"+name))
		for _, file := range files {
			t.Run(filepath.Base(file), func(t *testing.T) {
				path, err := exec.LookPath(command)
				if err != nil {
					t.Skipf("%s is not installed", command)
				}
				v, err := j.Judge(t.Context(), c, judge.Program{Command: []string{path, file}})
				report(t, nil, err)
				report(t, passes(rel(c, file)+":1: it", v), nil)
			})
		}
	}
}

// report fails the test with each thing that is wrong, on lines of its own.
func report(t *testing.T, wrong []string, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range wrong {
		t.Errorf("\n%s", text)
	}
}
