// Package mistake reads the files in testdata/mistakes and testdata/variants.
//
// Goals:
//
//   - one file is one misconception: its truth, why people believe otherwise,
//     a ladder of hints, and a program that has it;
//   - the program is given whole, or as an edit of the reference solution, so
//     that it follows when the solution changes.
//
// Non-goals: building or judging the program.
//
// A file is a txtar archive (golang.org/x/tools/txtar). The first paragraph of
// its comment is the title: the truth, as one sentence, and, in parentheses, the
// lesson's section that teaches it: "Only n says where the bytes end. (1.3)". A
// variant needs no section. The paragraphs that follow say why people believe
// otherwise. Lines that begin with "1. ", "2. " and so on are the hints, from nudge to nearly the code. A file named
// "server.go: right" is followed by one named "server.go: wrong": where the
// solution says right, the program says wrong. Any other file is a part of a
// whole program.
package mistake

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/tools/txtar"
)

// A Mistake is one misconception, or, in testdata/variants, one right program.
type Mistake struct {
	ID     string            // the file's base name without ".txtar"
	File   string            // where it was read
	Title  string            // the truth, as one sentence
	Taught string            // the lesson's section that teaches it: "1.3"
	Why    string            // why people believe otherwise; may be empty for a variant
	Hints  []string          // from nudge to nearly the code
	Edits  []Edit            // in order; none if the program is whole
	Files  map[string]string // the parts of a whole program, by name
}

// An Edit turns the solution's Right into Wrong.
type Edit struct {
	File, Right, Wrong string
	Line               int // where the edit's header stands in the archive, from 1
}

var taught = regexp.MustCompile(`^(.*\S) \((\d+\.\d+)\)$`)

var hint = regexp.MustCompile(`^\d+\. `)

// Read parses one file. Its errors begin with the file's path and line.
func Read(path string) (*Mistake, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parse(path, data)
}

func parse(path string, data []byte) (*Mistake, error) {
	archive := txtar.Parse(data)
	m := &Mistake{
		ID:    strings.TrimSuffix(filepath.Base(path), ".txtar"),
		File:  path,
		Files: map[string]string{},
	}
	m.readComment(string(archive.Comment))
	if m.Title == "" {
		return nil, fmt.Errorf("%s:1: the first paragraph must be the title: the truth, as one sentence", path)
	}
	for i := 0; i < len(archive.Files); i++ {
		file := archive.Files[i]
		line := headerLine(data, file.Name)
		name, side, isEdit := strings.Cut(file.Name, ": ")
		if !isEdit {
			m.Files[file.Name] = string(file.Data)
			continue
		}
		if side != "right" || i+1 == len(archive.Files) || archive.Files[i+1].Name != name+": wrong" {
			return nil, fmt.Errorf("%s:%d: %q must be a %q followed by a %q", path, line, file.Name, name+": right", name+": wrong")
		}
		i++
		m.Edits = append(m.Edits, Edit{File: name, Right: string(file.Data), Wrong: string(archive.Files[i].Data), Line: line})
	}
	if len(m.Edits) == 0 && len(m.Files) == 0 {
		return nil, fmt.Errorf("%s:1: there is no program: give a whole file, or a right and a wrong", path)
	}
	return m, nil
}

func (m *Mistake) readComment(comment string) {
	var why []string
	for i, paragraph := range strings.Split(strings.TrimSpace(comment), "\n\n") {
		switch {
		case i == 0:
			m.Title, m.Taught = Title(paragraph)
		case hint.MatchString(paragraph):
			m.Hints = append(m.Hints, splitHints(paragraph)...)
		default:
			why = append(why, paragraph)
		}
	}
	m.Why = strings.Join(why, "\n\n")
}

// Title reads the first paragraph: the truth, and the section that teaches it,
// if that is said.
func Title(paragraph string) (truth, section string) {
	truth = strings.Join(strings.Fields(paragraph), " ")
	if match := taught.FindStringSubmatch(truth); match != nil {
		return match[1], match[2]
	}
	return truth, ""
}

// splitHints joins each hint's lines into one.
func splitHints(paragraph string) (hints []string) {
	for line := range strings.Lines(paragraph) {
		text := strings.TrimSpace(line)
		if number := hint.FindString(text); number != "" {
			hints = append(hints, text[len(number):])
		} else {
			hints[len(hints)-1] += " " + text
		}
	}
	return hints
}

// Apply gives the program's files: the reference solution's, edited, or the
// whole program. The keys are base names.
func (m *Mistake) Apply(solution map[string]string) (map[string]string, error) {
	if len(m.Edits) == 0 {
		return m.Files, nil
	}
	program := map[string]string{}
	for name, text := range solution {
		program[name] = text
	}
	for name, text := range m.Files {
		program[name] = text
	}
	for _, e := range m.Edits {
		text, ok := program[e.File]
		if !ok {
			return nil, fmt.Errorf("%s:%d: the solution has no file %s", m.File, e.Line, e.File)
		}
		if n := strings.Count(text, e.Right); n != 1 {
			return nil, fmt.Errorf("%s:%d: the text of %q occurs %d times in the solution's %s; it must occur once", m.File, e.Line, e.File+": right", n, e.File)
		}
		program[e.File] = strings.Replace(text, e.Right, e.Wrong, 1)
	}
	return program, nil
}

func headerLine(data []byte, name string) int {
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		if strings.TrimSpace(line) == "-- "+name+" --" {
			return n
		}
	}
	return 1
}
