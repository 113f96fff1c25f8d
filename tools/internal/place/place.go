// Package place knows where in a program to go on: the line of the next step,
// or of what is wrong.
package place

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/todo"
	"sockets.test/tools/internal/tree"
)

// A Place is a line of a file. As a string it is what terminals and editors
// make a link of.
type Place struct {
	File string // from the tree's root, with slashes
	Line int    // from 1
}

func (p Place) String() string { return fmt.Sprintf("%s:%d", p.File, p.Line) }

// Path is the file's, for the system.
func (p Place) Path(c *tree.Chapter) string {
	return filepath.Join(c.Tree().Root, filepath.FromSlash(p.File))
}

// Next is where to go on in a chapter's program with these files: at what the
// verdict complains of, if there is one, or else at the first TODO.
func Next(c *tree.Chapter, files map[string]string, v *judge.Verdict) Place {
	if v != nil && v.Build != "" {
		if p, ok := named(c, files, v.Build); ok {
			return p
		}
	}
	if v != nil && v.First() != nil {
		first := v.First()
		if left := todo.Of(first.Step, files); len(left) > 0 {
			return Place{at(c, left[0].File), left[0].Line}
		}
		if p, ok := stands(c, files, first.Failure); ok {
			return p
		}
		if p, ok := function(c, files, first.Step); ok {
			return p
		}
	}
	if left := todo.In(files); len(left) > 0 {
		return Place{at(c, left[0].File), left[0].Line}
	}
	if p, ok := find(c, files, "\nfunc main("); ok {
		p.Line++ // the newline is the end of the line before
		return p
	}
	return Place{at(c, c.File()), 1}
}

// stands is where a failure saw the program end, race, or stand.
func stands(c *tree.Chapter, files map[string]string, f *failure.Failure) (Place, bool) {
	if f == nil {
		return Place{}, false
	}
	var places []string
	if f.Program.Panic != nil {
		places = append(places, f.Program.Panic.Place)
	}
	for _, a := range f.Program.Races {
		places = append(places, a.Place)
	}
	for _, call := range f.Program.Calls {
		places = append(places, call.Place)
	}
	for _, place := range places {
		name, line, _ := strings.Cut(place, ":")
		n, err := strconv.Atoi(line)
		if _, ok := files[name]; ok && err == nil {
			return Place{at(c, name), n}, true
		}
	}
	return Place{}, false
}

// named is the first line of the program that the compiler names.
func named(c *tree.Chapter, files map[string]string, text string) (Place, bool) {
	for _, match := range line.FindAllStringSubmatch(text, -1) {
		name := path.Base(filepath.ToSlash(match[1]))
		if _, ok := files[name]; ok {
			n, _ := strconv.Atoi(match[2])
			return Place{at(c, name), n}, true
		}
	}
	return Place{}, false
}

var line = regexp.MustCompile(`([\w./\\-]+\.go):(\d+)`)

// function is the line of the function in which the skeleton has the step's
// TODO, in a program that may no longer have the TODO.
func function(c *tree.Chapter, files map[string]string, step string) (Place, bool) {
	skeleton, err := tree.Program(c.SkeletonDir())
	if err != nil {
		return Place{}, false
	}
	marks := todo.Of(step, skeleton)
	if len(marks) == 0 {
		return Place{}, false
	}
	lines := strings.SplitAfter(skeleton[marks[0].File], "\n")[:marks[0].Line]
	before := strings.Join(lines, "")
	start := strings.LastIndex(before, "\nfunc ")
	if start < 0 {
		return Place{}, false
	}
	head, _, _ := strings.Cut(before[start+1:], "(")
	p, ok := find(c, files, "\n"+head+"(")
	p.Line++
	return p, ok
}

// find is the line in which some text begins, in the chapter's own file first.
func find(c *tree.Chapter, files map[string]string, text string) (Place, bool) {
	names := []string{c.File()}
	for name := range files {
		if name != c.File() {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if before, _, ok := strings.Cut(files[name], text); ok {
			return Place{at(c, name), 1 + strings.Count(before, "\n")}, true
		}
	}
	return Place{}, false
}

func at(c *tree.Chapter, name string) string { return path.Join("chapters", c.Key, name) }
