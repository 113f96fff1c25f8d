package literate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"sockets.test/tools/internal/lesson"
	"sockets.test/tools/internal/tree"
)

// A document is a Markdown file of the course.
type document struct {
	*lesson.Lesson
	tree *tree.Tree
	file string // relative to the root, with slashes
}

// open reads a document; without it, the one problem is that it is missing.
func open(t *tree.Tree, file string) (*document, []Problem) {
	text, err := os.ReadFile(filepath.Join(t.Root, filepath.FromSlash(file)))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, []Problem{{file, 1, "there is no such file: write it"}}
	case err != nil:
		return nil, []Problem{{file, 1, oneLine(err)}}
	}
	return &document{lesson.Read(string(text)), t, file}, nil
}

func readLines(t *tree.Tree, file string) ([]string, error) {
	text, err := os.ReadFile(filepath.Join(t.Root, filepath.FromSlash(file)))
	return lesson.SplitLines(string(text)), err
}

func (d *document) problem(line int, format string, args ...any) Problem {
	return Problem{d.file, line, fmt.Sprintf(format, args...)}
}

// A code span may go on in the next line, but not beyond its paragraph.
var codeSpan = regexp.MustCompile("``[^\n]+?``|`(?:[^`\n]|\n[^`\n])+`")

// plain is the prose with its code spans blotted out.
func (d *document) plain() string {
	return blot(codeSpan, strings.Join(d.Prose, "\n"))
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
