package literate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sockets.test/tools/internal/lesson"
	"sockets.test/tools/internal/safely"
	"sockets.test/tools/internal/tree"
)

func isRecorded(f lesson.Fence) bool { return f.Language() == "console" || f.Language() == "wire" }

// checkRecord holds a console or wire fence against what its recipe gives.
func (d *document) checkRecord(f lesson.Fence, c *tree.Chapter, record Recorder) (problems, skipped []Problem) {
	if f.Rest() == "" {
		return []Problem{d.problem(f.First, "this fence says nothing of how it was recorded: write the recipe after %q", f.Language())}, nil
	}
	problems = d.checkWidth(f, RecordedColumns)
	text, err := record(c, f.Info)
	switch {
	case errors.Is(err, ErrSkip):
		return problems, []Problem{d.problem(f.First, "%s", oneLine(err))}
	case err != nil:
		return append(problems, d.problem(f.First, "%q cannot be recorded: %s", f.Info, oneLine(err))), nil
	}
	return append(problems, d.compare(f, lesson.SplitLines(text))...), nil
}

// compare finds the first line that differs.
func (d *document) compare(f lesson.Fence, want []string) []Problem {
	n := common(f.Text, want, "")
	line := f.First + 1 + n
	switch {
	case n < len(f.Text) && n < len(want):
		return []Problem{d.problem(line, "the record says %q here: record it again", want[n])}
	case n < len(f.Text):
		return []Problem{d.problem(line, "the record ends before this line: record it again")}
	case n < len(want):
		return []Problem{d.problem(line, "the record goes on with %q: record it again", want[n])}
	}
	return nil
}

// Rewrite records a document's console and wire fences again and tells which
// changed, and which could not be recorded here and stay as they are. It
// touches nothing else, and after an error nothing at all.
func Rewrite(name string, record Recorder) (changed, skipped []Problem, err error) {
	t, err := tree.Find(filepath.Dir(name))
	if err != nil {
		return nil, nil, err
	}
	abs, err := filepath.Abs(name)
	if err != nil {
		return nil, nil, err
	}
	old, err := os.ReadFile(abs)
	if err != nil {
		return nil, nil, err
	}
	d := &document{lesson.Read(string(old)), t, relative(t, abs)}
	c, err := d.chapter()
	if err != nil {
		return nil, nil, err
	}

	lines := d.Lines
	for i := len(d.Fences) - 1; i >= 0; i-- { // from the end: line numbers before it stay true
		f := d.Fences[i]
		if !f.Closed {
			return nil, nil, errors.New(d.checkRows()[0].String())
		}
		if !isRecorded(f) || f.Rest() == "" {
			continue
		}
		text, err := record(c, f.Info)
		if errors.Is(err, ErrSkip) {
			skipped = append([]Problem{d.problem(f.First, "%s", oneLine(err))}, skipped...)
			continue
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s:%d: %q cannot be recorded: %w", d.file, f.First, f.Info, err)
		}
		if len(d.compare(f, lesson.SplitLines(text))) == 0 {
			continue
		}
		changed = append([]Problem{d.problem(f.First, "recorded again: %s", f.Info)}, changed...)
		lines = splice(lines, f, lesson.SplitLines(text))
	}
	if len(changed) == 0 {
		return nil, skipped, nil
	}
	return changed, skipped, safely.Write(abs, []byte(join(lines, string(old))))
}

// chapter is the chapter whose folder the document stands in, or nil.
func (d *document) chapter() (*tree.Chapter, error) {
	key, _, ok := strings.Cut(strings.TrimPrefix(d.file, "chapters/"), "/")
	if !ok || !strings.HasPrefix(d.file, "chapters/") {
		return nil, nil
	}
	return d.tree.Chapter(key)
}

// splice puts text between the fence's rows, which are longer than any row of
// backticks in it.
func splice(lines []string, f lesson.Fence, text []string) []string {
	ticks := "```"
	for _, line := range text {
		if row := line[:len(line)-len(strings.TrimLeft(line, "`"))]; len(row) >= len(ticks) {
			ticks = row + "`"
		}
	}
	var all []string
	all = append(all, lines[:f.First-1]...)
	all = append(all, ticks+f.Info)
	all = append(all, text...)
	all = append(all, ticks)
	return append(all, lines[f.Last:]...)
}

// join ends the lines as the old text did.
func join(lines []string, old string) string {
	text := strings.Join(lines, "\n") + "\n"
	if strings.Contains(old, "\r\n") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}
