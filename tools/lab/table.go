package lab

import (
	"fmt"
	"strings"
)

// WrongCell is the outcome of a program that printed a table, and not the one
// that was wanted.
const WrongCell Outcome = "wrong cell"

// ExpectTable wants the program to end with status 0, and its standard output
// to contain these rows, each a line "name | cell | cell". A cell * is not
// judged, nor are spaces around names and cells, other lines, and other rows.
func (p *Program) ExpectTable(want string, causes ...Cause) {
	p.t.Helper()
	p.ExpectExit(0, causes...)
	printed := rows(p.Output())
	for _, row := range rows(want) {
		i := 0
		for i < len(printed) && printed[i][0] != row[0] {
			i++
		}
		if i == len(printed) {
			p.fail(&finding{outcome: WrongCell, words: fmt.Sprintf("%s printed no row %q.", subject.name, row[0])}, causes)
		}
		if !alike(row, printed[i]) {
			for c := range min(len(row), len(printed[i])) {
				if row[c] == "*" {
					row[c] = printed[i][c]
				}
			}
			got := strings.Join(printed[i], " | ")
			words := fmt.Sprintf("%s printed the row  %s\n%*s  %s", subject.name, got, len(subject.name)+len(" printed the row"), "wanted", strings.Join(row, " | "))
			p.fail(&finding{outcome: WrongCell, words: words}, causes)
		}
	}
}

// rows are the lines of a table, as their cells.
func rows(text string) (list [][]string) {
	for line := range strings.Lines(text) {
		cells := strings.Split(line, "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if len(cells) > 1 {
			list = append(list, cells)
		}
	}
	return list
}

// Shows is the sign of a program that printed a table with all of these rows,
// where a cell * stands for any.
func Shows(text string) Sign {
	return func(f *finding) bool {
		if f.outcome != WrongCell {
			return false
		}
		printed := rows(f.program.Output())
		for _, row := range rows(text) {
			found := false
			for _, other := range printed {
				found = found || alike(row, other)
			}
			if !found {
				return false
			}
		}
		return true
	}
}

func alike(row, other []string) bool {
	if len(row) != len(other) {
		return false
	}
	for i := range row {
		if row[i] != other[i] && row[i] != "*" {
			return false
		}
	}
	return true
}

// Stands is the sign of a Go program that goes on for ever where it should
// have ended, with no timer set, and of which a goroutine waits in a call whose
// name contains this. It costs the program its life.
func Stands(call string) Sign {
	return func(f *finding) bool {
		if f.outcome != Tolerates || !f.program.dumped && !NoTimer(f) {
			return false
		}
		for _, line := range f.program.where() {
			if strings.Contains(line, call) {
				return true
			}
		}
		return false
	}
}
