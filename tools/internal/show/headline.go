package show

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/tree"
)

// headline is the misconception, if there is one, and what happened; then what
// ended the program, if that is why.
func (p *page) headline(d failure.Diagnosis) []string {
	first, more, _ := strings.Cut(p.f.Happened(), "\n")
	var lines []string
	if d.Truth != "" {
		lines = append(p.tagged(d.Truth, d.ID), fold(first, p.columns)...)
	} else {
		lines = p.tagged(first, p.f.Kind())
	}
	for _, line := range split(more) {
		lines = append(lines, fold(line, p.columns)...)
	}
	return append(lines, p.cause()...)
}

// tagged is a sentence with its tag at the right.
func (p *page) tagged(text, tag string) []string {
	usual, widest := min(84, p.columns), min(100, p.columns)
	tag = "[" + tag + "]"
	lines := fold(text, p.columns)
	last := lines[len(lines)-1]
	gap := max(2, usual-utf8.RuneCountInString(last)-utf8.RuneCountInString(tag))
	if utf8.RuneCountInString(last)+gap+utf8.RuneCountInString(tag) <= widest {
		lines[len(lines)-1] = last + strings.Repeat(" ", gap) + tag
		return lines
	}
	return append(lines, strings.Repeat(" ", max(0, usual-utf8.RuneCountInString(tag)))+tag)
}

// cause is the panic, or the program's own last words, where it ended by that.
// Without a conversation the terminal, which comes next, shows the same.
func (p *page) cause() []string {
	program := p.f.Program
	switch {
	case !p.talked():
		return nil
	case program.Panic != nil:
		words := clip(program.Panic.Message, p.columns)
		if program.Panic.Place == "" {
			return []string{words}
		}
		if place := ", at " + program.Panic.Place; utf8.RuneCountInString(words+place) <= p.columns {
			return []string{words + place}
		}
		return []string{words, "  at " + program.Panic.Place}
	case p.fell():
		return p.labelled("it said", ends(program.Stderr, 2), "")
	}
	return nil
}

// fell reports whether the program ended with an error that it printed, and
// should not have.
func (p *page) fell() bool {
	program := p.f.Program
	if program.Client || program.Exit == nil || program.Exit.Code == 0 || strings.TrimSpace(program.Stderr) == "" {
		return false
	}
	switch p.f.Outcome {
	case failure.Exited, failure.WrongStatus, failure.NotListening, failure.Reset, failure.HungUp:
		return true
	}
	return false
}

// foot says which test it is, and where to read on.
func (p *page) foot(c *tree.Chapter, d failure.Diagnosis) (lines []string) {
	folder := "chapters/" + c.Key
	if p.f.File != "" {
		lines = append(lines, "the test     "+folder+"/"+p.f.File+":"+strconv.Itoa(p.f.Line))
	}
	section := d.Step
	if section == "" {
		section = p.f.Step
	}
	return append(lines,
		"read again   "+folder+"/README.md"+atSection(c, section),
		"a hint       go tool course hint "+strconv.Itoa(c.Number))
}

// atSection gives ":88, 1.3", the line and the number of a lesson's section.
func atSection(c *tree.Chapter, section string) string {
	if section == "" {
		return ""
	}
	if l, err := c.Lesson(); err == nil {
		if s, ok := l.Section(section); ok {
			return ":" + strconv.Itoa(s.Line) + ", " + section
		}
	}
	return ", " + section
}
