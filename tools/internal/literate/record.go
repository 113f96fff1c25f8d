package literate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sockets.test/tools/internal/tree"
)

func (f fence) isRecorded() bool { return f.language() == "console" || f.language() == "wire" }

// checkRecord holds a console or wire fence against what its recipe gives.
func (d *document) checkRecord(f fence, c *tree.Chapter, record Recorder) (problems, skipped []Problem) {
	if f.rest() == "" {
		return []Problem{d.problem(f.first, "this fence says nothing of how it was recorded: write the recipe after %q", f.language())}, nil
	}
	problems = d.checkWidth(f, RecordedColumns)
	text, err := record(c, f.info)
	switch {
	case errors.Is(err, ErrSkip):
		return problems, []Problem{d.problem(f.first, "%s", oneLine(err))}
	case err != nil:
		return append(problems, d.problem(f.first, "%q cannot be recorded: %s", f.info, oneLine(err))), nil
	}
	return append(problems, d.compare(f, splitLines(text))...), nil
}

// compare finds the first line that differs.
func (d *document) compare(f fence, want []string) []Problem {
	n := common(f.text, want, "")
	line := f.first + 1 + n
	switch {
	case n < len(f.text) && n < len(want):
		return []Problem{d.problem(line, "the record says %q here: record it again", want[n])}
	case n < len(f.text):
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
	d := parse(t, relative(t, abs), splitLines(string(old)))
	c, err := d.chapter()
	if err != nil {
		return nil, nil, err
	}

	lines := d.lines
	for i := len(d.fences) - 1; i >= 0; i-- { // from the end: line numbers before it stay true
		f := d.fences[i]
		if !f.closed {
			return nil, nil, errors.New(d.checkRows()[0].String())
		}
		if !f.isRecorded() || f.rest() == "" {
			continue
		}
		text, err := record(c, f.info)
		if errors.Is(err, ErrSkip) {
			skipped = append([]Problem{d.problem(f.first, "%s", oneLine(err))}, skipped...)
			continue
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s:%d: %q cannot be recorded: %w", d.file, f.first, f.info, err)
		}
		if len(d.compare(f, splitLines(text))) == 0 {
			continue
		}
		changed = append([]Problem{d.problem(f.first, "recorded again: %s", f.info)}, changed...)
		lines = splice(lines, f, splitLines(text))
	}
	if len(changed) == 0 {
		return nil, skipped, nil
	}
	return changed, skipped, replace(abs, join(lines, string(old)))
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
func splice(lines []string, f fence, text []string) []string {
	ticks := "```"
	for _, line := range text {
		if row := line[:len(line)-len(strings.TrimLeft(line, "`"))]; len(row) >= len(ticks) {
			ticks = row + "`"
		}
	}
	var all []string
	all = append(all, lines[:f.first-1]...)
	all = append(all, ticks+f.info)
	all = append(all, text...)
	all = append(all, ticks)
	return append(all, lines[f.last:]...)
}

// join ends the lines as the old text did.
func join(lines []string, old string) string {
	text := strings.Join(lines, "\n") + "\n"
	if strings.Contains(old, "\r\n") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

// replace writes a file at once or not at all, and keeps its mode.
func replace(name, text string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".rewrite-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // fails once it is renamed, as it should
	_, err = tmp.WriteString(text)
	err = errors.Join(err, tmp.Chmod(info.Mode().Perm()), tmp.Close())
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}
