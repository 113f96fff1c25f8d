package lab

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sockets.test/tools/internal/wire"
)

// WrongCell is the outcome of a program that printed a table, and not the one
// that was wanted.
const WrongCell Outcome = "wrong cell"

// ExpectTable wants the program to end with status 0, and its standard output
// to contain these rows, each a line "name | cell | cell". A cell * is not
// judged, nor are spaces around names and cells, other lines, and other rows.
//
// A program that says "TODO 12.6" may have printed what it had measured by then,
// and in a test of an earlier step that is enough.
func (p *Program) ExpectTable(want string, causes ...Cause) {
	p.t.Helper()
	p.expectRows(want, causes, false)
}

// ExpectRows is ExpectTable for the rows of one step: the program prints them,
// and may end with an error of another step.
func (p *Program) ExpectRows(want string, causes ...Cause) {
	p.t.Helper()
	p.expectRows(want, causes, true)
}

func (p *Program) expectRows(want string, causes []Cause, anyStatus bool) {
	p.t.Helper()
	if !p.endsWithin(deadline) {
		p.fail(&finding{outcome: Tolerates, words: p.overdue(0)}, causes)
	}
	printed := rows(p.Output())
	later := p.stopsLater()
	if len(printed) == 0 || !later && p.unbegun() {
		p.ExpectExit(0, causes...)
	}
	wrong := p.wrongCell(rows(want), printed)
	if wrong == nil && (later || anyStatus || p.proc.Exit().Code == 0) {
		return
	}
	if p.patient != nil {
		if again := p.patient(); again != nil {
			again.expectRows(want, causes, anyStatus)
			return
		}
	}
	if wrong == nil {
		p.ExpectExit(0, causes...)
	}
	wrong.early = later
	p.fail(wrong, causes)
}

// wrongCell is the first of these rows that was not printed like this, nil if
// all were.
func (p *Program) wrongCell(want, printed [][]string) *finding {
	for _, row := range want {
		i := slices.IndexFunc(printed, func(other []string) bool { return other[0] == row[0] })
		if i < 0 {
			return &finding{outcome: WrongCell, words: fmt.Sprintf("%s printed no row %q.", subject.name, row[0])}
		}
		if alike(row, printed[i]) {
			continue
		}
		f, row := &finding{outcome: WrongCell}, slices.Clone(row)
		for c := range min(len(row), len(printed[i])) {
			if row[c] == "*" {
				row[c] = printed[i][c]
			} else if row[c] != printed[i][c] {
				f.columns = append(f.columns, c)
			}
		}
		f.words = fmt.Sprintf("%s printed the row  %s\n%*s  %s", subject.name, strings.Join(printed[i], " | "),
			len(subject.name)+len(" printed the row"), "wanted", strings.Join(row, " | "))
		return f
	}
	return nil
}

// unbegun tells whether the program has ended at a TODO.
func (p *Program) unbegun() bool {
	return todo.MatchString(p.proc.Stderr().String() + p.Output())
}

// stopsLater tells whether it has ended at the TODO of a step behind the test's.
func (p *Program) stopsLater() bool {
	match := todo.FindStringSubmatch(p.proc.Stderr().String() + p.Output())
	return match != nil && stepOf(match[1]) > stepOf(sectionOf(testLine()))
}

// stepOf is the k of "n.k".
func stepOf(section string) int {
	_, k, _ := strings.Cut(section, ".")
	n, _ := strconv.Atoi(k)
	return n
}

// expectBegun wants the program not to have ended at a TODO before any client
// was seen.
func (p *Program) expectBegun(causes []Cause) {
	p.t.Helper()
	if len(p.record.Events()) == 0 && p.ended() && p.unbegun() {
		p.fail(&finding{outcome: NotBegun}, causes)
	}
}

// about is the part of the record that a table's column is about: "UDP" or
// "TCP". It is all of it where more is wrong than one column.
func (p *Program) about(f *finding) *wire.Record {
	if len(f.columns) != 1 || p.link == nil {
		return p.record
	}
	column := []string{"", "UDP", "TCP"}[f.columns[0]]
	return p.record.Only(func(client string) bool { return strings.HasPrefix(client, column) })
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
	return func(f *finding) bool { return f.outcome == WrongCell && f.program.shows(text) }
}

// shows tells whether all of these rows were printed.
func (p *Program) shows(text string) bool {
	printed := rows(p.Output())
	for _, row := range rows(text) {
		if !slices.ContainsFunc(printed, func(other []string) bool { return alike(row, other) }) {
			return false
		}
	}
	return true
}

// GivesUp is the sign of a program that ended with an error of its own making,
// and not in a panic.
var GivesUp Sign = func(f *finding) bool { return f.outcome == WrongStatus && !Panics(f) }

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
