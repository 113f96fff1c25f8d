package literate

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"sockets.test/tools/internal/tree"
)

// How many words of prose a lesson has; fences do not count.
const (
	FewestWords = 900
	MostWords   = 1500
)

var predict = regexp.MustCompile(`^(> )?\*\*Predict\.\*\*`)

// checkForm looks at a lesson's title, minutes, sections and Predict box.
func (d *document) checkForm(c *tree.Chapter) (problems []Problem) {
	if d.Chapter != c.Number {
		problems = append(problems, d.problem(1, "the first line must be %q and the chapter's claim", fmt.Sprintf("# %d. ", c.Number)))
	}
	if d.Minutes == 0 {
		problems = append(problems, d.problem(1, "none of the first five lines says how long it takes: begin one with \"*40 minutes\""))
	}
	n := 0
	for _, s := range d.Sections {
		if strings.IndexFunc(s.Heading(), unicode.IsDigit) != 0 {
			continue
		}
		n++
		if s.Number != fmt.Sprintf("%d.%d", c.Number, n) {
			problems = append(problems, d.problem(s.Line, "this section is number %d: begin its heading with %q", n, fmt.Sprintf("## %d.%d ", c.Number, n)))
		}
	}
	if len(d.Steps()) == 0 {
		problems = append(problems, d.problem(1, "there is no numbered section: begin a heading with \"## %d.1 \"", c.Number))
	}
	return append(problems, d.checkPredict()...)
}

func (d *document) checkPredict() (problems []Problem) {
	var boxes []int
	for i, line := range d.Prose {
		if predict.MatchString(line) {
			boxes = append(boxes, i+1)
		}
	}
	if len(boxes) == 0 {
		return []Problem{d.problem(1, "there is no Predict box: begin a paragraph with \"> **Predict.**\", before the run that answers it")}
	}
	for _, line := range boxes[1:] {
		problems = append(problems, d.problem(line, "this is a second Predict box, after line %d: keep one", boxes[0]))
	}
	return problems
}

func (d *document) checkLength() []Problem {
	n := 0
	for _, line := range d.Prose {
		for _, field := range strings.Fields(line) {
			if strings.ContainsFunc(field, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
				n++
			}
		}
	}
	if n < FewestWords || n > MostWords {
		return []Problem{d.problem(1, "the lesson has %d words: make it %d to %d", n, FewestWords, MostWords)}
	}
	return nil
}

// teaches reports whether the lesson has a section with this number: "6.1".
func (d *document) teaches(number string) bool {
	_, ok := d.Section(number)
	return ok
}
