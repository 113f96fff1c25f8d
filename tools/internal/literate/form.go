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

var (
	minutes  = regexp.MustCompile(`^\*\d+ minutes`)
	numbered = regexp.MustCompile(`^## \d`)
	section  = regexp.MustCompile(`^## (\d+\.\d+) \S`)
	predict  = regexp.MustCompile(`^(> )?\*\*Predict\.\*\*`)
)

// checkForm looks at a lesson's title, minutes, sections and Predict box.
func (d *document) checkForm(c *tree.Chapter) (problems []Problem) {
	title := fmt.Sprintf("# %d. ", c.Number)
	if len(d.lines) == 0 || !strings.HasPrefix(d.lines[0], title) || strings.TrimSpace(d.lines[0]) == strings.TrimSpace(title) {
		problems = append(problems, d.problem(1, "the first line must be %q and the chapter's claim", title))
	}
	if head := d.prose[:min(5, len(d.prose))]; len(matching(head, minutes)) == 0 {
		problems = append(problems, d.problem(1, "none of the first five lines says how long it takes: begin one with \"*40 minutes\""))
	}
	for i, line := range matching(d.prose, numbered) {
		want := fmt.Sprintf("## %d.%d ", c.Number, i+1)
		if !strings.HasPrefix(d.prose[line-1], want) || !section.MatchString(d.prose[line-1]) {
			problems = append(problems, d.problem(line, "this section is number %d: begin its heading with %q", i+1, want))
		}
	}
	if len(d.sections()) == 0 {
		problems = append(problems, d.problem(1, "there is no numbered section: begin a heading with \"## %d.1 \"", c.Number))
	}
	return append(problems, d.checkPredict()...)
}

func (d *document) checkPredict() (problems []Problem) {
	boxes := matching(d.prose, predict)
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
	for _, line := range d.prose {
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

// sections gives the numbers of the lesson's sections: "6.1".
func (d *document) sections() map[string]bool {
	numbers := map[string]bool{}
	for _, line := range d.prose {
		if match := section.FindStringSubmatch(line); match != nil {
			numbers[match[1]] = true
		}
	}
	return numbers
}

// matching gives the numbers of the lines that match, from 1.
func matching(lines []string, re *regexp.Regexp) (numbers []int) {
	for i, line := range lines {
		if re.MatchString(line) {
			numbers = append(numbers, i+1)
		}
	}
	return numbers
}
