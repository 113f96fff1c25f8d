package literate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"sockets.test/tools/internal/tree"
)

// A document is a Markdown file as lines, some of them in fences.
type document struct {
	tree   *tree.Tree
	file   string // relative to the root, with slashes
	lines  []string
	fences []fence
	prose  []string // the lines again, those of fences empty
}

// A fence is a block between two rows of backticks.
type fence struct {
	first, last int    // the rows' line numbers, from 1
	info        string // what follows the first row's backticks
	text        []string
	closed      bool
}

// language and rest are the info string's first word, and what follows it.
func (f fence) language() string { return strings.TrimSpace(strings.TrimSuffix(f.info, f.rest())) }

func (f fence) rest() string {
	_, rest, _ := strings.Cut(f.info, " ")
	return strings.TrimSpace(rest)
}

// open reads a document; without it, the one problem is that it is missing.
func open(t *tree.Tree, file string) (*document, []Problem) {
	lines, err := readLines(t, file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, []Problem{{file, 1, "there is no such file: write it"}}
	case err != nil:
		return nil, []Problem{{file, 1, oneLine(err)}}
	}
	return parse(t, file, lines), nil
}

func readLines(t *tree.Tree, file string) ([]string, error) {
	text, err := os.ReadFile(filepath.Join(t.Root, filepath.FromSlash(file)))
	return splitLines(string(text)), err
}

// splitLines is blind to how lines end, and to how many end the text.
func splitLines(text string) []string {
	text = strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// CommonMark lets no backtick stand in the info string: ```x``` is a code span.
var fenceRow = regexp.MustCompile("^(```+)([^`]*)$")

func parse(t *tree.Tree, file string, lines []string) *document {
	d := &document{tree: t, file: file, lines: lines, prose: make([]string, len(lines))}
	for i := 0; i < len(lines); i++ {
		row := fenceRow.FindStringSubmatch(lines[i])
		if row == nil {
			d.prose[i] = lines[i]
			continue
		}
		f := fence{first: i + 1, info: strings.TrimSpace(row[2])}
		for i++; i < len(lines) && !closes(lines[i], row[1]); i++ {
			f.text = append(f.text, lines[i])
		}
		f.closed = i < len(lines)
		f.last = min(i+1, len(lines))
		d.fences = append(d.fences, f)
	}
	return d
}

// closes tells whether a line ends the fence that ticks began: at least as
// many backticks, and nothing else.
func closes(line, ticks string) bool {
	line = strings.TrimRight(line, " \t")
	return strings.HasPrefix(line, ticks) && strings.Trim(line, "`") == ""
}

func (d *document) problem(line int, format string, args ...any) Problem {
	return Problem{d.file, line, fmt.Sprintf(format, args...)}
}

// A code span may go on in the next line, but not beyond its paragraph.
var codeSpan = regexp.MustCompile("``[^\n]+?``|`(?:[^`\n]|\n[^`\n])+`")

// plain is the prose with its code spans blotted out.
func (d *document) plain() string {
	return blot(codeSpan, strings.Join(d.prose, "\n"))
}

// blot covers what matches, and leaves every line where it is.
func blot(what *regexp.Regexp, text string) string {
	return what.ReplaceAllStringFunc(text, func(s string) string {
		return strings.Map(func(r rune) rune {
			if r == '\n' {
				return r
			}
			return '·'
		}, s)
	})
}

// trimBlank drops the blank lines at both ends, and counts those before.
func trimBlank(lines []string) (before int, rest []string) {
	for len(lines) > 0 && blank(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	for before < len(lines) && blank(lines[before]) {
		before++
	}
	return before, lines[before:]
}

func blank(line string) bool { return strings.TrimSpace(line) == "" }
