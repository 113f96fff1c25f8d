package lab

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/lab/internal/wait"
)

// ExpectTable wants the program to end with status 0, and its standard output
// to contain these rows, each a line "name | cell | cell". A cell * is not
// judged, nor are spaces around names and cells, other lines, and other rows.
//
// A program that says "TODO 12.4" may have printed what it had measured by then,
// and in a test of an earlier step that is enough.
func (p *Program) ExpectTable(want string) {
	p.t.Helper()
	p.expectRows(want, false)
}

// ExpectRows is ExpectTable for the rows of one step: the program prints them,
// and may end with an error of another step.
func (p *Program) ExpectRows(want string) {
	p.t.Helper()
	p.expectRows(want, true)
}

func (p *Program) expectRows(want string, anyStatus bool) {
	p.t.Helper()
	if w := p.waits.AwaitEnd(wait.Deadline); w.End != wait.Exited {
		p.ExpectExit(0)
	}
	printed := rows(p.Output())
	later := p.stopsLater()
	if len(printed) == 0 || !later && p.unbegun() {
		p.ExpectExit(0)
	}
	wrong := p.wrongCell(rows(want), printed)
	if wrong == nil && (later || anyStatus || p.proc.Exit().Code == 0) {
		return
	}
	if p.patient != nil {
		if again := p.patient(); again != nil {
			again.expectRows(want, anyStatus)
			return
		}
	}
	if wrong == nil {
		p.ExpectExit(0)
	}
	wrong.early = later
	p.fail(wrong)
}

// wrongCell is the first of these rows that was not printed like this, nil if
// all were.
func (p *Program) wrongCell(want, printed [][]string) *mismatch {
	for _, row := range want {
		i := slices.IndexFunc(printed, func(other []string) bool { return other[0] == row[0] })
		if i < 0 {
			return &mismatch{outcome: failure.WrongRow, facts: map[string]string{"row": "no " + row[0]},
				sentence: fmt.Sprintf("%s printed no row %q.", subject.name, row[0])}
		}
		if alike(row, printed[i]) {
			continue
		}
		m, row, cells := &mismatch{outcome: failure.WrongRow}, slices.Clone(row), []string{row[0]}
		for c := range min(len(row), len(printed[i])) {
			if row[c] == "*" {
				row[c] = printed[i][c]
			} else if row[c] != printed[i][c] {
				m.columns = append(m.columns, c)
				cells = append(cells, printed[i][c]+" for "+row[c])
			}
		}
		m.facts = map[string]string{"row": strings.Join(cells, " ")}
		m.sentence = fmt.Sprintf("%s printed the row  %s\n%*s  %s", subject.name, strings.Join(printed[i], " | "),
			len(subject.name)+len(" printed the row"), "wanted", strings.Join(row, " | "))
		return m
	}
	return nil
}

// stopsLater reports whether it has ended at the TODO of a step behind the test's.
func (p *Program) stopsLater() bool {
	match := todo.FindStringSubmatch(p.proc.Stderr().String() + p.Output())
	return match != nil && stepOf(match[1]) > stepOf(testSection(p.t))
}

// stepOf is the k of "n.k".
func stepOf(section string) int {
	_, k, _ := strings.Cut(section, ".")
	n, _ := strconv.Atoi(k)
	return n
}

// expectBegun wants the program not to have ended at the TODO of this step, or of
// one before, when no client was seen.
func (p *Program) expectBegun() {
	p.t.Helper()
	if len(p.record.Events()) == 0 && p.waits.Ended(wait.Result{}) && p.unbegun() && !p.stopsLater() {
		p.fail(&mismatch{outcome: failure.NotBegun})
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

// shows reports whether all of these rows were printed.
func (p *Program) shows(text string) bool {
	printed := rows(p.Output())
	for _, row := range rows(text) {
		if !slices.ContainsFunc(printed, func(other []string) bool { return alike(row, other) }) {
			return false
		}
	}
	return true
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
