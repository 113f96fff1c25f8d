// Package todo finds what a learner has still to write: a skeleton has a mark
// such as "TODO 6.2: accept a client" for each step of its lesson.
package todo

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A Todo is a mark that is still in a program.
type Todo struct {
	Step string `json:"step"` // the lesson's section, "6.2"
	File string `json:"file"` // the base name
	Line int    `json:"line"` // from 1
}

// String is the mark as it stands in the file, without its words: "TODO 6.2".
func (t Todo) String() string { return "TODO " + t.Step }

var mark = regexp.MustCompile(`\bTODO (\d+\.\d+):`)

// In lists the marks in a program's files, which are given by base name, in the
// order of the lesson's steps.
func In(files map[string]string) (list []Todo) {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		n := 0
		for line := range strings.Lines(files[name]) {
			n++
			for _, match := range mark.FindAllStringSubmatch(line, -1) {
				list = append(list, Todo{match[1], name, n})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Todo) int { return Compare(a.Step, b.Step) })
	return list
}

// Of are those of a step.
func Of(step string, files map[string]string) []Todo {
	return slices.DeleteFunc(In(files), func(t Todo) bool { return t.Step != step })
}

// Compare is negative if step a comes before step b in the course, and positive
// if it comes behind it: 6.2, 6.10, 7.1.
func Compare(a, b string) int {
	number := func(step string) int {
		chapter, section := 0, 0
		fmt.Sscanf(step, "%d.%d", &chapter, &section)
		return chapter*1000 + section
	}
	return number(a) - number(b)
}
