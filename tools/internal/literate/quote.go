package literate

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sockets.test/tools/internal/lesson"
)

// quote holds a quotation against its file: consecutive whole lines, where
// "// ..." (or, outside of Go, "# ...") leaves some out, and where an
// indentation that all lines share may be gone.
func (d *document) quote(f lesson.Fence) []Problem {
	name := f.Rest()
	if strings.Contains(name, " ") {
		return []Problem{d.problem(f.First, "this fence names more than one file: a language and a file, nothing else")}
	}
	file := d.quoted(name)
	if !filepath.IsLocal(file) {
		return []Problem{d.problem(f.First, "%s is outside of the course: quote a file that is in it", name)}
	}
	lines, err := readLines(d.tree, file)
	if err != nil {
		return []Problem{d.problem(f.First, "there is no file %s: correct the fence's first line", file)}
	}
	parts := split(f)
	if len(parts) == 0 {
		return []Problem{d.problem(f.First, "this fence quotes nothing: copy the lines from %s", file)}
	}
	m := find(parts, lines)
	switch {
	case m == nil:
		return nil
	case m.line == 0:
		return []Problem{d.problem(f.First+m.row, "%s has no line %q at this place: quote it as it is", file, f.Text[m.row-1])}
	case m.line > len(lines):
		return []Problem{d.problem(f.First+m.row, "%s ends before this line: quote it as it is", file)}
	}
	return []Problem{d.problem(f.First+m.row, "%s:%d says %q here: quote it as it is", file, m.line, lines[m.line-1])}
}

// resolve gives the path from the root: name is relative to the document, or,
// with a leading slash, to the root.
func (d *document) resolve(name string) string {
	if strings.HasPrefix(name, "/") {
		return strings.TrimPrefix(path.Clean(name), "/")
	}
	return path.Join(path.Dir(d.file), name)
}

// quoted is resolve, but where the learner edits, the skeleton is meant.
func (d *document) quoted(name string) string {
	file := d.resolve(name)
	program, _ := path.Match("chapters/*/*.go", file)
	if program && !strings.HasSuffix(file, "_test.go") {
		return "testdata/skeletons/" + strings.TrimPrefix(file, "chapters/")
	}
	return file
}

// A part of a quotation is what stands between two elisions.
type part struct {
	row   int // of its first line in the fence, from 1
	lines []string
}

func split(f lesson.Fence) (parts []part) {
	start := 0
	for i := 0; i <= len(f.Text); i++ {
		if i < len(f.Text) && !elides(f.Language(), f.Text[i]) {
			continue
		}
		before, lines := trimBlank(f.Text[start:i])
		if len(lines) > 0 {
			parts = append(parts, part{start + before + 1, lines})
		}
		start = i + 1
	}
	return parts
}

func elides(language, line string) bool {
	line = strings.TrimSpace(line)
	return line == "// ..." || line == "# ..." && language != "go"
}

// A miss is where a quotation leaves its file.
type miss struct {
	row  int // in the fence, from 1
	line int // in the file, from 1; 0 if nothing there comes near
}

// find gives nil if the parts stand in lines in this order, or else the miss
// that got furthest.
func find(parts []part, lines []string) *miss {
	furthest := &miss{row: parts[0].row}
	for _, indent := range indents(parts[0].lines[0], lines) {
		m := findIndented(parts, lines, indent)
		if m == nil {
			return nil
		}
		if m.row > furthest.row {
			furthest = m
		}
	}
	return furthest
}

// indents lists what may have been cut off before the quotation's first line.
func indents(first string, lines []string) (list []string) {
	for _, line := range lines {
		indent, ok := strings.CutSuffix(line, first)
		if ok && blank(indent) && !slices.Contains(list, indent) {
			list = append(list, indent)
		}
	}
	return list
}

func findIndented(parts []part, lines []string, indent string) *miss {
	from := 0
next:
	for _, p := range parts {
		m := &miss{row: p.row}
		for start := from; start < len(lines); start++ {
			n := common(p.lines, lines[start:], indent)
			if n == len(p.lines) {
				from = start + n
				continue next
			}
			if p.row+n > m.row {
				m = &miss{p.row + n, start + n + 1}
			}
		}
		return m
	}
	return nil
}

// common counts the lines at the start of both that are the same.
func common(quoted, lines []string, indent string) int {
	for i, q := range quoted {
		if i == len(lines) || lines[i] != indent+q && !(blank(q) && blank(lines[i])) {
			return i
		}
	}
	return len(quoted)
}
