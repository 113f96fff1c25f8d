// Package proof holds a chapter to what makes it a chapter:
//
//  1. the skeleton fails every test, at the TODO of its step;
//  2. the reference solution passes, judged plainly and through the seam, and
//     with the race detector where there is one;
//  3. each mistake is caught, and called by its own name;
//  4. each variant passes;
//  5. the prose is true; see package literate.
//
// Each proof returns what is wrong, as texts that begin with a file and a line.
// Its error is what kept it from proving.
package proof

import (
	"context"
	"errors"
	"fmt"
	"go/format"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/mistake"
	"sockets.test/tools/internal/report"
	"sockets.test/tools/internal/todo"
	"sockets.test/tools/internal/tree"
)

const (
	fewestMistakes = 6
	fewestVariants = 2
)

// Skeleton proves that no work is done yet, and that every test says so.
func Skeleton(ctx context.Context, j *judge.Judge, c *tree.Chapter) (wrong []string, err error) {
	files, err := tree.Program(c.SkeletonDir())
	if err != nil {
		return nil, err
	}
	file := rel(c, filepath.Join(c.SkeletonDir(), c.File()))
	if len(files) != 1 {
		return []string{fmt.Sprintf("%s:1: a skeleton is one file; here are %d", rel(c, c.SkeletonDir()), len(files))}, nil
	}
	text := files[c.File()]
	formatted, err := format.Source([]byte(text))
	if err != nil {
		return []string{fmt.Sprintf("%s:%v", file, err)}, nil // which begins with the line
	}
	if string(formatted) != text {
		wrong = append(wrong, fmt.Sprintf("%s:%d: not as gofmt has it", file, firstDifference(text, string(formatted))))
	}
	if said, err := j.Vet(ctx, c, files); err != nil {
		return nil, err
	} else if said != "" {
		return append(wrong, fmt.Sprintf("%s:1: go vet refuses it:\n%s", file, said)), nil
	}
	v, err := j.Plain(ctx, c, files)
	if err != nil {
		return nil, err
	}
	if len(v.Tests) == 0 {
		wrong = append(wrong, testFile(c)+":1: there is no test")
	}
	for _, t := range v.Tests {
		at := testLine(c, t.Name)
		switch {
		case t.Outcome != judge.Fail:
			wrong = append(wrong, fmt.Sprintf("%s: %s does not fail on the skeleton: it says %q before any work is done", at, t.Name, t.Outcome))
		case !t.NotBegun():
			wrong = append(wrong, fmt.Sprintf("%s: %s does not stop at a TODO of the skeleton, but says %q:\n%s", at, t.Name, t.Kind(), report.Text(c, &t, 100, 0)))
		case len(todo.Of(t.Step, files)) == 0:
			wrong = append(wrong, fmt.Sprintf("%s: %s names step %q, of which %s has no TODO", at, t.Name, t.Step, file))
		}
	}
	return wrong, nil
}

// Solution proves that the reference passes, through the seam and by go test.
// With a judge that has Race set, it proves that for the racing program.
func Solution(ctx context.Context, j *judge.Judge, c *tree.Chapter) (wrong []string, err error) {
	files, err := tree.Program(c.SolutionDir())
	if err != nil {
		return nil, err
	}
	where := rel(c, filepath.Join(c.SolutionDir(), c.File())) + ":1"
	var plain *judge.Verdict
	var plainErr error
	var both sync.WaitGroup
	both.Go(func() { plain, plainErr = j.Plain(ctx, c, files) })
	judged, _, err := j.Look(ctx, c, judge.Program{Files: files})
	both.Wait()
	if err != nil {
		return nil, err
	}
	wrong = passes(c, where+": judged through the seam, it", judged)
	if judged.Build != "" {
		return wrong, nil
	}
	if plainErr != nil {
		return nil, plainErr
	}
	return append(wrong, passes(c, where+": judged by go test, it", plain)...), nil
}

// ErrUnraced says that a mistake passes here because only the race detector,
// which this machine has not, can see it.
var ErrUnraced = errors.New("the race detector is needed")

// Variant proves that a right program of another shape passes.
func Variant(ctx context.Context, j *judge.Judge, c *tree.Chapter, m *mistake.Mistake) ([]string, error) {
	v, problem, err := apply(ctx, j, c, m, 0)
	if err != nil || problem != "" {
		return nonEmpty(problem), err
	}
	return passes(c, rel(c, m.File)+":1: it", v), nil
}

// Enough proves that the chapter has the mistakes and variants that it needs.
func Enough(c *tree.Chapter) (wrong []string) {
	for dir, fewest := range map[string]int{c.MistakesDir(): fewestMistakes, c.VariantsDir(): fewestVariants} {
		if list, _ := filepath.Glob(filepath.Join(dir, "*.txtar")); len(list) < fewest {
			wrong = append(wrong, fmt.Sprintf("%s:1: here are %d; a chapter needs %d", rel(c, dir), len(list), fewest))
		}
	}
	slices.Sort(wrong)
	return wrong
}

// apply makes program n of a mistake or variant, and judges it.
func apply(ctx context.Context, j *judge.Judge, c *tree.Chapter, m *mistake.Mistake, n int) (v *judge.Verdict, problem string, err error) {
	solution, err := tree.Program(c.SolutionDir())
	if err != nil {
		return nil, "", err
	}
	files, err := m.Build(n, solution)
	if err != nil {
		return nil, strings.ReplaceAll(err.Error(), m.File, rel(c, m.File)), nil
	}
	if maps.Equal(files, solution) {
		return nil, rel(c, m.File) + ":1: this is the reference solution itself", nil
	}
	v, err = j.Judge(ctx, c, judge.Program{Files: files})
	return v, "", err
}

// passes says what keeps a verdict from being a pass, of what is "FILE:1: it".
func passes(c *tree.Chapter, what string, v *judge.Verdict) []string {
	if v.Build != "" {
		return []string{fmt.Sprintf("%s does not compile:\n%s", what, v.Build)}
	}
	if first := v.First(); first != nil {
		return []string{fmt.Sprintf("%s is right, and rejected by %s:\n%s", what, first.Name, report.Text(c, first, 100, 0))}
	}
	if !v.Passed {
		return []string{what + " met no test"}
	}
	return nil
}

func nonEmpty(problem string) []string {
	if problem == "" {
		return nil
	}
	return []string{problem}
}

func testFile(c *tree.Chapter) string { return rel(c, filepath.Join(c.Dir(), c.TestFile())) }

// testLine is where a test, or the one that it is a part of, begins.
func testLine(c *tree.Chapter, name string) string {
	name, _, _ = strings.Cut(name, "/")
	text, _ := os.ReadFile(filepath.Join(c.Dir(), c.TestFile()))
	before, _, _ := strings.Cut(string(text), "func "+name+"(")
	return fmt.Sprintf("%s:%d", testFile(c), 1+strings.Count(before, "\n"))
}

// firstDifference is the number of the first line that differs, from 1.
func firstDifference(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return 1 + strings.Count(a[:n], "\n")
}

func rel(c *tree.Chapter, path string) string {
	short, err := filepath.Rel(c.Tree().Root, path)
	if err != nil {
		return path
	}
	return filepath.ToSlash(short)
}

// All reads the mistakes or variants in dir.
func All(dir string) ([]*mistake.Mistake, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var list []*mistake.Mistake
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".txtar" {
			continue
		}
		m, err := mistake.Read(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}
