package literate

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"sockets.test/tools/internal/lesson"
	"sockets.test/tools/internal/tree"
)

// checkSolution sorts the fences: go is the solution, a file's name without go
// is a quotation, and what only a Recorder could prove belongs in the lesson.
func (d *document) checkSolution(c *tree.Chapter) []Problem {
	solution, err := tree.Program(c.SolutionDir())
	if err != nil || len(solution) == 0 {
		return []Problem{d.problem(1, "there is no solution beside this walkthrough: write it")}
	}
	names := slices.Sorted(maps.Keys(solution))
	told := map[string][]lesson.Fence{}
	problems := d.checkRows()
	lost := false // a fence of no known file
	for i, f := range d.Fences {
		if f.Language() != "go" {
			problems = append(problems, d.checkAside(f)...)
			continue
		}
		name := f.Rest()
		if name == "" && len(names) == 1 {
			name = names[0]
		}
		switch {
		case name == "":
			lost = true
			problems = append(problems, d.problem(f.First, "the solution has several files: name one, ```go %s", names[0]))
		case !slices.Contains(names, name):
			lost = true
			problems = append(problems, d.problem(f.First, "the solution has no file %s: it has %s", name, strings.Join(names, ", ")))
		default:
			told[name] = append(told[name], f)
		}
		if !d.introduced(i) {
			problems = append(problems, d.problem(f.First, "nothing introduces this fence: say why before it"))
		}
	}
	if lost {
		return problems
	}
	for _, name := range names {
		file := relative(c.Tree(), filepath.Join(c.SolutionDir(), name))
		problems = append(problems, d.weave(file, lesson.SplitLines(solution[name]), told[name])...)
	}
	return problems
}

func (d *document) checkAside(f lesson.Fence) []Problem {
	if isRecorded(f) {
		return []Problem{d.problem(f.First, "a walkthrough records nothing: move this fence to the lesson")}
	}
	return d.checkQuotation(f)
}

// introduced wants a line of prose, which a heading is not, since the last fence.
func (d *document) introduced(i int) bool {
	from := 0
	if i > 0 {
		from = d.Fences[i-1].Last
	}
	return slices.ContainsFunc(d.Prose[from:d.Fences[i].First-1], func(line string) bool {
		return !blank(line) && !strings.HasPrefix(line, "#")
	})
}

// weave holds the fences, in order, against the solution's lines. Blank lines
// between two fences do not count. It tells of the first difference alone:
// what follows would be noise.
func (d *document) weave(file string, solution []string, fences []lesson.Fence) []Problem {
	next, end := 0, 1
	for _, f := range fences {
		next = skipBlank(solution, next)
		before, lines := trimBlank(f.Text)
		n := common(lines, solution[next:], "")
		if n < len(lines) {
			return []Problem{d.strays(f.First+1+before+n, lines[n], file, solution, next+n)}
		}
		next += n
		end = f.Last
	}
	if next = skipBlank(solution, next); next < len(solution) {
		return []Problem{d.problem(end, "%s:%d is missing after this: %q", file, next+1, solution[next])}
	}
	return nil
}

// strays says how a walkthrough's line is not the solution's next.
func (d *document) strays(line int, text, file string, solution []string, next int) Problem {
	if next == len(solution) {
		return d.problem(line, "%s ends before this line: delete it here", file)
	}
	if at := onlyIndex(solution, text); at > next {
		return d.problem(line, "%s:%d is missing before this line: %q", file, next+1, solution[next])
	} else if at >= 0 {
		return d.problem(line, "this line is %s:%d again: every line once", file, at+1)
	}
	return d.problem(line, "%s:%d says %q here: write it as the solution does", file, next+1, solution[next])
}

// onlyIndex is where text stands if it stands in one place alone, or -1.
func onlyIndex(lines []string, text string) int {
	at := slices.Index(lines, text)
	if at < 0 || slices.Contains(lines[at+1:], text) {
		return -1
	}
	return at
}

func skipBlank(lines []string, i int) int {
	for i < len(lines) && blank(lines[i]) {
		i++
	}
	return i
}
