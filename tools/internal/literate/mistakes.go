package literate

import (
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"sockets.test/tools/internal/mistake"
	"sockets.test/tools/internal/tree"
)

// MistakesHeading opens the section that names the chapter's mistakes, each as
// **`id`**.
const MistakesHeading = "## What can go wrong"

var namedMistake = regexp.MustCompile("\\*\\*`([^`]+)`\\*\\*")

// checkMistakes wants each mistake in three places, its file, a test, and the
// lesson's section of mistakes, and to say which section teaches what it denies.
func (d *document) checkMistakes(c *tree.Chapter, tests []testFile) (problems []Problem) {
	dir := relative(c.Tree(), c.MistakesDir())
	files, _ := filepath.Glob(filepath.Join(c.MistakesDir(), "*.txtar"))
	exists := map[string]bool{}
	for _, file := range files {
		exists[strings.TrimSuffix(filepath.Base(file), ".txtar")] = true
	}
	heading, told := d.toldMistakes()
	for _, t := range told {
		if !exists[t.id] {
			problems = append(problems, d.problem(t.line, "there is no mistake %s: write %s/%[1]s.txtar, or correct the name", t.id, dir))
		}
	}
	sections := d.sections()
	caught, wrong := caughtMistakes(tests, exists, dir)
	problems = append(problems, wrong...)
	for _, file := range files {
		id := strings.TrimSuffix(filepath.Base(file), ".txtar")
		if !caught[id] {
			problems = append(problems, Problem{dir + "/" + id + ".txtar", 1, "no test names this mistake: say Is(\"" + id + "\") where one catches it, or delete the file"})
		}
		if _, section := title(file); !sections[section] {
			problems = append(problems, Problem{dir + "/" + id + ".txtar", 1, "the title must end with the section that teaches it, in parentheses: \"(" + fmt.Sprint(c.Number) + ".1)\""})
		}
		if heading > 0 && !names(told, id) {
			problems = append(problems, d.problem(heading, "this section does not name the mistake %s: ask the question that leads to it, with **`%[1]s`**", id))
		}
	}
	if heading == 0 && len(files) > 0 {
		problems = append(problems, d.problem(1, "there is no section %q: it names the chapter's mistakes", MistakesHeading))
	}
	return problems
}

// title is a mistake's first paragraph.
func title(file string) (truth, section string) {
	text, _ := os.ReadFile(file)
	paragraph, _, _ := strings.Cut(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n\n")
	return mistake.Title(paragraph)
}

type toldMistake struct {
	id   string
	line int
}

func names(told []toldMistake, id string) bool {
	for _, t := range told {
		if t.id == id {
			return true
		}
	}
	return false
}

// toldMistakes reads the section; heading is its line, 0 if there is none.
func (d *document) toldMistakes() (heading int, told []toldMistake) {
	for i, line := range d.prose {
		switch {
		case strings.TrimSpace(line) == MistakesHeading:
			heading = i + 1
		case heading > 0 && strings.HasPrefix(line, "## "):
			return heading, told
		case heading > 0:
			for _, match := range namedMistake.FindAllStringSubmatch(line, -1) {
				told = append(told, toldMistake{match[1], i + 1})
			}
		}
	}
	return heading, told
}

// caughtMistakes finds the ids that tests name: x.Is("id").
func caughtMistakes(tests []testFile, exists map[string]bool, dir string) (caught map[string]bool, problems []Problem) {
	caught = map[string]bool{}
	for _, f := range tests {
		ast.Inspect(f.File, func(n ast.Node) bool {
			id, ok := caughtID(n)
			if ok && !exists[id] {
				problems = append(problems, f.problem(n.(*ast.CallExpr).Args[0].Pos(), "there is no mistake "+id+": write "+dir+"/"+id+".txtar, or correct the name"))
			}
			if ok {
				caught[id] = true
			}
			return true
		})
	}
	return caught, problems
}

func caughtID(n ast.Node) (string, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return "", false
	}
	method, isMethod := call.Fun.(*ast.SelectorExpr)
	arg, isLiteral := call.Args[0].(*ast.BasicLit)
	if !isMethod || method.Sel.Name != "Is" || !isLiteral || arg.Kind != token.STRING {
		return "", false
	}
	id, err := strconv.Unquote(arg.Value)
	return id, err == nil
}
