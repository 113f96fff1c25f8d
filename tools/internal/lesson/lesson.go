// Package lesson reads the course's Markdown: lessons, walkthroughs and the
// root README.
//
// Of Markdown it knows what we write: fences of backticks at column 0, and
// headings that begin with # or ##. A line within a fence is never a heading.
// It reads line by line, because the tests of every chapter are built with it,
// and a Markdown library would double what a learner waits for at first.
package lesson

import (
	"regexp"
	"strconv"
	"strings"
)

// A Lesson is a Markdown text, read once. What a text does not have, such as
// the number of a walkthrough, is zero.
type Lesson struct {
	Chapter  int    // of the first line, "# 6. A stream has no messages"
	Title    string // what follows the number there
	Minutes  int    // of a line such as "*40 minutes.*" among the first five
	Sections []Section

	Lines  []string // whatever they end with, and without blank ones at the end
	Prose  []string // the lines again, those of fences empty
	Fences []Fence
}

// A Section begins with a heading of two #, and ends before the next.
type Section struct {
	Number string // "6.1"; "" for one such as "What can go wrong"
	Title  string // the heading without its number
	Line   int    // the heading's, from 1
	Text   string // the lines below the heading
	Prose  string // the same lines, those of fences empty
}

// Heading is the section's number and title: "6.1 Two sockets".
func (s Section) Heading() string { return strings.TrimSpace(s.Number + " " + s.Title) }

var (
	title   = regexp.MustCompile(`^# ([1-9]\d*)\. (.*\S)`)
	minutes = regexp.MustCompile(`^\*(\d+) minutes`)
	heading = regexp.MustCompile(`^## (?:(\d+\.\d+) +)?(.*\S)`)
)

// Read reads a Markdown text.
func Read(text string) *Lesson {
	l := &Lesson{Lines: SplitLines(text)}
	l.readFences()
	if len(l.Prose) > 0 {
		if match := title.FindStringSubmatch(l.Prose[0]); match != nil {
			l.Chapter, _ = strconv.Atoi(match[1])
			l.Title = match[2]
		}
	}
	for _, line := range l.Prose[:min(5, len(l.Prose))] {
		if match := minutes.FindStringSubmatch(line); match != nil {
			l.Minutes, _ = strconv.Atoi(match[1])
			break
		}
	}
	l.readSections()
	return l
}

func (l *Lesson) readSections() {
	end := len(l.Lines)
	for i := len(l.Prose) - 1; i >= 0; i-- {
		if !strings.HasPrefix(l.Prose[i], "## ") {
			continue
		}
		s := Section{Line: i + 1}
		if match := heading.FindStringSubmatch(l.Prose[i]); match != nil {
			s.Number, s.Title = match[1], match[2]
		}
		s.Text = strings.Join(l.Lines[i+1:end], "\n")
		s.Prose = strings.Join(l.Prose[i+1:end], "\n")
		l.Sections = append([]Section{s}, l.Sections...)
		end = i
	}
}

// Section is the section with a number, such as "6.1".
func (l *Lesson) Section(number string) (Section, bool) {
	for _, s := range l.Sections {
		if s.Number == number && number != "" {
			return s, true
		}
	}
	return Section{}, false
}

// Steps are the sections that have a number.
func (l *Lesson) Steps() (list []Section) {
	for _, s := range l.Sections {
		if s.Number != "" {
			list = append(list, s)
		}
	}
	return list
}

// SplitLines gives a text's lines, whether they end as on Unix or as on
// Windows, and without the blank lines at the end.
func SplitLines(text string) []string {
	text = strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}
