package main

import (
	"fmt"
	"unicode/utf8"

	"sockets.test/tools/internal/lesson"
	"sockets.test/tools/internal/tree"
)

// step is the first failing step's place among the lesson's, from 1; 0 if it
// is not known.
func (s *session) step() (step, of int) {
	name := s.failing()
	for i, section := range steps(s.chapter) {
		of++
		if section.Number == name {
			step = i + 1
		}
	}
	return step, of
}

func (s *session) failing() string {
	if s.verdict == nil || s.verdict.First() == nil {
		return ""
	}
	return s.verdict.First().Step
}

// where is the chapter, and the step with its title.
func (s *session) where(step, of int) string {
	if step == 0 {
		return s.chapter.Key
	}
	return fmt.Sprintf("%s  step %d of %d: %s", s.chapter.Key, step, of, steps(s.chapter)[step-1].Heading())
}

// steps are the lesson's numbered sections; none if it cannot be read.
func steps(c *tree.Chapter) []lesson.Section {
	l, err := c.Lesson()
	if err != nil {
		return nil
	}
	return l.Steps()
}

// readable refuses a program that is no text, in one line: the compiler would
// need ten.
func readable(c *tree.Chapter) error {
	files, err := tree.Program(c.Dir())
	if err != nil {
		return err
	}
	for name, text := range files {
		line := 1
		for rest := text; rest != ""; {
			r, n := utf8.DecodeRuneInString(rest)
			if r == utf8.RuneError && n == 1 {
				return fmt.Errorf("chapters/%s/%s:%d: this is not UTF-8: save the file as UTF-8", c.Key, name, line)
			}
			if r == '\n' {
				line++
			}
			rest = rest[n:]
		}
	}
	return nil
}
