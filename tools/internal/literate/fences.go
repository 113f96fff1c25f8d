package literate

import (
	"slices"
	"strings"
	"unicode/utf8"

	"sockets.test/tools/internal/lesson"
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
	for _, f := range d.Fences {
		switch {
		case isRecorded(f):
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
	for _, f := range d.Fences {
		if !f.Closed {
			problems = append(problems, d.problem(f.First, "this fence is never closed: end it with a row of backticks"))
		}
	}
	for i, line := range d.Prose {
		text := strings.TrimLeft(line, " \t>")
		if strings.HasPrefix(text, "~~~") || text != line && lesson.BeginsFence(text) {
			problems = append(problems, d.problem(i+1, "a fence is three backticks at column 0: begin the line with them"))
		}
	}
	return problems
}

// checkQuotation also judges the fences that quote nothing.
func (d *document) checkQuotation(f lesson.Fence) []Problem {
	switch {
	case f.Info == "":
		return []Problem{d.problem(f.First, "this fence does not say what it holds: name a language and the file that it quotes, or a recipe, or text")}
	case f.Rest() != "":
		return append(d.quote(f), d.checkWidth(f, QuotedColumns)...)
	case slices.Contains(freeFences, f.Language()):
		return nil
	}
	return []Problem{d.problem(f.First, "this fence does not say which file it quotes: ```%s and a file's name", f.Language())}
}

func (d *document) checkWidth(f lesson.Fence, limit int) (problems []Problem) {
	for i, line := range f.Text {
		if n := columns(line); n > limit {
			problems = append(problems, d.problem(f.First+1+i, "this line has %d columns, and %d fit: break it where it comes from", n, limit))
		}
	}
	return problems
}

func columns(line string) int {
	return utf8.RuneCountInString(line) + strings.Count(line, "\t")*(TabColumns-1)
}
