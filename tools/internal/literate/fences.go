package literate

import (
	"slices"
	"strings"
	"unicode/utf8"

	"sockets.test/tools/internal/tree"
)

// How wide a line in a fence may be, in columns.
const (
	QuotedColumns   = 72
	RecordedColumns = 100
	TabColumns      = 4
)

// These need no file and no recipe: drawings, commands, and Markdown itself.
var freeFences = []string{"text", "sh", "markdown"}

func (d *document) checkFences(c *tree.Chapter, record Recorder) (problems, skipped []Problem) {
	problems = d.checkRows()
	for _, f := range d.fences {
		switch {
		case f.isRecorded():
			wrong, missed := d.checkRecord(f, c, record)
			problems = append(problems, wrong...)
			skipped = append(skipped, missed...)
		default:
			problems = append(problems, d.checkQuotation(f)...)
		}
	}
	return problems, skipped
}

// checkRows finds the rows of backticks that stand in the wrong place.
func (d *document) checkRows() (problems []Problem) {
	for _, f := range d.fences {
		if !f.closed {
			problems = append(problems, d.problem(f.first, "this fence is never closed: end it with a row of backticks"))
		}
	}
	for i, line := range d.prose {
		text := strings.TrimLeft(line, " \t>")
		if strings.HasPrefix(text, "~~~") || text != line && fenceRow.MatchString(text) {
			problems = append(problems, d.problem(i+1, "a fence is three backticks at column 0: begin the line with them"))
		}
	}
	return problems
}

// checkQuotation also judges the fences that quote nothing.
func (d *document) checkQuotation(f fence) []Problem {
	switch {
	case f.info == "":
		return []Problem{d.problem(f.first, "this fence does not say what it holds: name a language and the file that it quotes, or a recipe, or text")}
	case f.rest() != "":
		return append(d.quote(f), d.checkWidth(f, QuotedColumns)...)
	case slices.Contains(freeFences, f.language()):
		return nil
	}
	return []Problem{d.problem(f.first, "this fence does not say which file it quotes: ```%s and a file's name", f.language())}
}

func (d *document) checkWidth(f fence, limit int) (problems []Problem) {
	for i, line := range f.text {
		if n := columns(line); n > limit {
			problems = append(problems, d.problem(f.first+1+i, "this line has %d columns, and %d fit: break it where it comes from", n, limit))
		}
	}
	return problems
}

func columns(line string) int {
	return utf8.RuneCountInString(line) + strings.Count(line, "\t")*(TabColumns-1)
}
