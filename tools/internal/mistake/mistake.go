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
// otherwise. Lines that begin with "1. ", "2. " and so on are the hints, from nudge to nearly the code.
//
// A file named "server.go: right" is followed by one named "server.go: wrong":
// where the solution says right, the program says wrong. Any other file is a
// part of a whole program, but for these:
//
//	or        begins another program with the same misconception; what it
//	          holds is a remark on it
//	behaves   how the program before it fails at first, as failure.Behaviour
//	          writes it. Paragraphs are behaviours that were all seen
//	tells     how it does in further tests, which tell it from mistakes that
//	          fail alike
package mistake

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/tools/txtar"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/safely"
)

// A Mistake is one misconception, or, in testdata/variants, one right program.
type Mistake struct {
	ID       string    // the file's base name without ".txtar"
	File     string    // where it was read
	Title    string    // the truth, as one sentence
	Taught   string    // the lesson's section that teaches it: "1.3"
	Why      string    // why people believe otherwise; may be empty for a variant
	Hints    []string  // from nudge to nearly the code
	Programs []Program // that have the misconception; one at least
}

// A Program is one that has the misconception, and how it behaves.
type Program struct {
	Edits   []Edit              // in order; none if the program is whole
	Files   map[string]string   // the parts of a whole program, by name
	Behaves []failure.Behaviour // how it fails at first
	Tells   []failure.Behaviour // how it does in further tests
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
	m := &Mistake{ID: strings.TrimSuffix(filepath.Base(path), ".txtar"), File: path}
	m.readComment(string(archive.Comment))
	if m.Title == "" {
		return nil, fmt.Errorf("%s:1: the first paragraph must be the title: the truth, as one sentence", path)
	}
	p := Program{Files: map[string]string{}}
	for i := 0; i < len(archive.Files); i++ {
		file := archive.Files[i]
		line := headerLine(data, file.Name)
		name, side, isEdit := strings.Cut(file.Name, ": ")
		var err error
		switch {
		case file.Name == "or":
			m.Programs = append(m.Programs, p)
			p = Program{Files: map[string]string{}}
		case file.Name == "behaves":
			p.Behaves, err = behaviours(file.Data)
		case file.Name == "tells":
			p.Tells, err = behaviours(file.Data)
		case !isEdit:
			p.Files[file.Name] = string(file.Data)
		case side != "right" || i+1 == len(archive.Files) || archive.Files[i+1].Name != name+": wrong":
			err = fmt.Errorf("%q must be a %q followed by a %q", file.Name, name+": right", name+": wrong")
		default:
			i++
			p.Edits = append(p.Edits, Edit{File: name, Right: string(file.Data), Wrong: string(archive.Files[i].Data), Line: line})
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, line, err)
		}
	}
	m.Programs = append(m.Programs, p)
	for _, p := range m.Programs {
		if len(p.Edits) == 0 && len(p.Files) == 0 {
			return nil, fmt.Errorf("%s:1: there is no program: give a whole file, or a right and a wrong", path)
		}
	}
	return m, nil
}

// behaviours reads paragraphs.
func behaviours(data []byte) (list []failure.Behaviour, err error) {
	for paragraph := range strings.SplitSeq(strings.TrimSpace(string(data)), "\n\n") {
		b, err := failure.Parse(paragraph)
		if err != nil {
			return nil, err
		}
		if len(b) > 0 {
			list = append(list, b)
		}
	}
	return list, nil
}

// Record writes what is known of the behaviour of the file's programs, and
// leaves the rest as it is. There is one list of each for every program.
func Record(path string, behaves, tells [][]failure.Behaviour) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	archive := txtar.Parse(data)
	var files []txtar.File
	program := 0
	end := func() {
		for _, part := range []struct {
			name string
			list []failure.Behaviour
		}{{"behaves", behaves[program]}, {"tells", tells[program]}} {
			if len(part.list) > 0 {
				files = append(files, txtar.File{Name: part.name, Data: []byte(text(part.list))})
			}
		}
		program++
	}
	for _, file := range archive.Files {
		switch file.Name {
		case "behaves", "tells":
			continue
		case "or":
			end()
		}
		files = append(files, file)
	}
	end()
	archive.Files = files
	if written := txtar.Format(archive); !bytes.Equal(written, data) {
		return safely.Write(path, written)
	}
	return nil
}

func text(list []failure.Behaviour) string {
	var paragraphs []string
	for _, b := range list {
		paragraphs = append(paragraphs, b.String())
	}
	return strings.Join(paragraphs, "\n")
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

// Apply gives the files of the first program; see Build.
func (m *Mistake) Apply(solution map[string]string) (map[string]string, error) {
	return m.Build(0, solution)
}

// Build gives the files of program n: the reference solution's, edited, or the
// whole program. The keys are base names.
func (m *Mistake) Build(n int, solution map[string]string) (map[string]string, error) {
	p := m.Programs[n]
	if len(p.Edits) == 0 {
		return p.Files, nil
	}
	program := map[string]string{}
	for name, text := range solution {
		program[name] = text
	}
	for name, text := range p.Files {
		program[name] = text
	}
	for _, e := range p.Edits {
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
