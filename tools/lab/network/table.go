package network

import (
	"fmt"
	"slices"
	"strings"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/lab"
	"sockets.test/tools/lab/internal/subject"
	"sockets.test/tools/lab/internal/wait"
)

// A Program is a program under test that stands at both ends of a link.
type Program struct {
	*lab.Program

	link *Link // nil for none
}

// ExpectTable wants the program to end with status 0, and its standard output
// to contain these rows, each a line "name | cell | cell". A cell * is not
// judged, nor are spaces around names and cells, other lines, and other rows.
//
// A program that says "TODO 12.4" may have printed what it had measured by then,
// and in a test of an earlier step that is enough.
func (p *Program) ExpectTable(want string) {
	p.Subject().T.Helper()
	p.expectRows(want, false)
}

// ExpectRows is ExpectTable for the rows of one step: the program prints them,
// and may end with an error of another step.
func (p *Program) ExpectRows(want string) {
	p.Subject().T.Helper()
	p.expectRows(want, true)
}

func (p *Program) expectRows(want string, anyStatus bool) {
	s := p.Subject()
	s.T.Helper()
	if w := s.Waits.AwaitEnd(wait.Deadline); w.End != wait.Exited {
		p.ExpectExit(0)
	}
	printed := rows(p.Output())
	later := s.StopsLater()
	if len(printed) == 0 || !later && s.Unbegun() {
		p.ExpectExit(0)
	}
	wrong := wrongCell(rows(want), printed)
	if wrong == nil && (later || anyStatus || s.Proc.Exit().Code == 0) {
		return
	}
	if p.link != nil {
		if again := p.link.patiently(); again != nil {
			again.expectRows(want, anyStatus)
			return
		}
	}
	if wrong == nil {
		p.ExpectExit(0)
	}
	wrong.Early = later
	s.Fail(wrong)
}

// wrongCell is the first of these rows that was not printed like this, nil if
// all were.
func wrongCell(want, printed [][]string) *subject.Mismatch {
	for _, row := range want {
		i := slices.IndexFunc(printed, func(other []string) bool { return other[0] == row[0] })
		if i < 0 {
			return &subject.Mismatch{Outcome: failure.WrongRow, Facts: map[string]string{"row": "no " + row[0]},
				Sentence: fmt.Sprintf("%s printed no row %q.", subject.Name(), row[0])}
		}
		if alike(row, printed[i]) {
			continue
		}
		m, row, cells := &subject.Mismatch{Outcome: failure.WrongRow}, slices.Clone(row), []string{row[0]}
		var columns []int // in which a cell is wrong
		for c := range min(len(row), len(printed[i])) {
			if row[c] == "*" {
				row[c] = printed[i][c]
			} else if row[c] != printed[i][c] {
				columns = append(columns, c)
				cells = append(cells, printed[i][c]+" for "+row[c])
			}
		}
		if len(columns) == 1 {
			column := []string{"", "UDP", "TCP"}[columns[0]]
			m.Only = func(client string) bool { return strings.HasPrefix(client, column) }
		}
		m.Facts = map[string]string{"row": strings.Join(cells, " ")}
		m.Sentence = fmt.Sprintf("%s printed the row  %s\n%*s  %s", subject.Name(), strings.Join(printed[i], " | "),
			len(subject.Name())+len(" printed the row"), "wanted", strings.Join(row, " | "))
		return m
	}
	return nil
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
func shows(output, text string) bool {
	printed := rows(output)
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
