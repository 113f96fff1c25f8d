package literate

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"sockets.test/tools/internal/mistake"
	"sockets.test/tools/internal/tree"
)

// MistakesHeading opens the section that names the chapter's mistakes, each as
// **`id`**.
const MistakesHeading = "What can go wrong"

var namedMistake = regexp.MustCompile("\\*\\*`([^`]+)`\\*\\*")

// checkMistakes wants each mistake in two places, its file and the lesson's
// section of mistakes, and to say which section teaches what it denies.
func (d *document) checkMistakes(c *tree.Chapter) (problems []Problem) {
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
	for _, file := range files {
		id := strings.TrimSuffix(filepath.Base(file), ".txtar")
		if _, section := title(file); !d.teaches(section) {
			problems = append(problems, Problem{dir + "/" + id + ".txtar", 1, "the title must end with the section that teaches it, in parentheses: \"(" + fmt.Sprint(c.Number) + ".1)\""})
		}
		if heading > 0 && !names(told, id) {
			problems = append(problems, d.problem(heading, "this section does not name the mistake %s: ask the question that leads to it, with **`%[1]s`**", id))
		}
	}
	if heading == 0 && len(files) > 0 {
		problems = append(problems, d.problem(1, "there is no section %q: it names the chapter's mistakes", "## "+MistakesHeading))
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
	for _, s := range d.Sections {
		if s.Title != MistakesHeading {
			continue
		}
		for i, line := range strings.Split(s.Prose, "\n") {
			for _, match := range namedMistake.FindAllStringSubmatch(line, -1) {
				told = append(told, toldMistake{match[1], s.Line + 1 + i})
			}
		}
		return s.Line, told
	}
	return 0, nil
}
