package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"sockets.test/tools/internal/lesson"
	"sockets.test/tools/internal/report"
	"sockets.test/tools/internal/screen"
	"sockets.test/tools/internal/terminal"
	"sockets.test/tools/internal/tree"
)

// The names of what is shown instead of the verdict.
const (
	lessonPage   = "lesson"
	solutionPage = "solution"
	tracePage    = "trace"
	listPage     = "list"
)

// keys are those that do something now, the likeliest first.
func (s *session) keys() []screen.Key {
	if s.asking {
		return []screen.Key{{Name: "y", Does: "yes"}, {Name: "n", Does: "no"}}
	}
	all := []screen.Key{}
	if s.page != "" {
		all = append(all, screen.Key{Name: "esc", Does: "back"})
	}
	if s.passed() {
		all = append(all, screen.Key{Name: "n", Does: "next"})
	} else {
		all = append(all, screen.Key{Name: "h", Does: "hint"})
	}
	return append(all,
		screen.Key{Name: "s", Does: "section"}, screen.Key{Name: "o", Does: "solution"},
		screen.Key{Name: "t", Does: "trace"}, screen.Key{Name: "l", Does: "list"},
		screen.Key{Name: "r", Does: "run again"}, screen.Key{Name: "q", Does: "quit"})
}

func (s *session) passed() bool { return s.verdict != nil && s.verdict.Passed }

// press does what a key asks for; false is the end.
func (s *session) press(ctx context.Context, key string) bool {
	s.note = ""
	if s.asking {
		s.asking = false
		if key == "y" {
			s.solution(ctx)
		}
		return key != terminal.Interrupt
	}
	_, height := s.term.Size()
	switch key {
	case "q", terminal.Interrupt:
		return false
	case terminal.Stop:
		if err := s.term.Suspend(); err != nil {
			s.note = err.Error()
		}
	case terminal.Up, "k":
		s.top--
	case terminal.Down, "j", terminal.Enter:
		s.top++
	case terminal.PageUp, "b":
		s.top -= height / 2
	case terminal.PageDn, " ":
		s.top += height / 2
	case terminal.Escape:
		s.show("", nil)
	case "h":
		s.hint()
	case "s":
		s.toggle(lessonPage, s.section)
	case "o":
		s.toggle(solutionPage, func() { s.askSolution(ctx) })
	case "t":
		s.toggle(tracePage, func() { s.trace(ctx) })
	case "l":
		s.toggle(listPage, func() { s.list(ctx) })
	case "n":
		s.goOn(ctx)
	case "r":
		s.judge(ctx, true)
	}
	return true
}

// show shows a text instead of the verdict, or the verdict again.
func (s *session) show(page string, shown view) {
	s.pages.Cancel()
	s.page, s.shown, s.top = page, shown, 0
}

// toggle goes back where the page is open already.
func (s *session) toggle(page string, open func()) {
	if s.page == page {
		s.show("", nil)
		return
	}
	open()
}

// hint adds a rung to those that are shown.
func (s *session) hint() {
	switch {
	case s.verdict == nil:
		s.note = "a hint is for a verdict: there is none yet"
	case s.verdict.Passed:
		s.note = "it passes: no hint is needed"
	case s.verdict.Build != "":
		s.note = "the compiler's own words are the hint"
	default:
		_, rung, _ := strings.Cut(s.fresh().hint(s.chapter, s.verdict), "\n") // without the claim, which is below
		if n := len(s.hints); n > 0 && s.hints[n-1] == rung {
			s.note = "that is the last hint: o shows the reference"
		} else {
			s.hints = append(s.hints, rung)
		}
		s.show("", nil)
	}
}

func (s *session) section() {
	step := ""
	if s.verdict != nil && s.verdict.First() != nil {
		step = s.verdict.First().Step
	}
	l, err := s.chapter.Lesson()
	if err != nil {
		s.note = err.Error()
		return
	}
	s.show(lessonPage, always(section(l, step)))
}

// section is one of a lesson's, or all of it.
func section(l *lesson.Lesson, step string) string {
	if s, ok := l.Section(step); ok {
		return screen.Flow("## " + s.Heading() + "\n" + lesson.Read(s.Text).Plain())
	}
	return screen.Flow(l.Plain())
}

func (s *session) askSolution(ctx context.Context) {
	if s.done[s.chapter.Key] {
		s.solution(ctx)
		return
	}
	s.asking = true
	s.note = fmt.Sprintf("You have not passed %s yet. Show its solution?", s.chapter.Key)
}

func (s *session) solution(ctx context.Context) {
	columns, _ := s.term.Size()
	text, err := difference(s.chapter, columns, painter(os.Stdout))
	walkthrough, err2 := s.chapter.Walkthrough()
	if err != nil || err2 != nil {
		s.note = fmt.Sprint(err, err2)
		return
	}
	s.show(solutionPage, always(text+"\n"+screen.Flow(walkthrough.Plain())))
}

// trace replays a transcript, which takes a while.
func (s *session) trace(ctx context.Context) {
	c, d := s.chapter, s.fresh()
	s.show(tracePage, always("replaying "+c.Key+" …"))
	s.pages.Start(ctx, job(func(ctx context.Context) func() {
		shown := d.traced(ctx, c)
		return func() { s.show(tracePage, shown) }
	}))
}

// traced is what the chapter's first transcript shows.
func (d *desk) traced(ctx context.Context, c *tree.Chapter) view {
	script, err := transcript(c, nil)
	if err != nil {
		return always(err.Error() + "\n")
	}
	traced, v, err := d.replay(ctx, c, script, false)
	if err != nil {
		return always(err.Error() + "\n")
	}
	return func(columns, _ int) string {
		b := new(strings.Builder)
		if traced != nil {
			show(b, c, traced, v.Passed, columns)
		}
		return b.String() + report.Trace(c, v, columns)
	}
}

// list is the map. It may have chapters to judge first.
func (s *session) list(ctx context.Context) {
	d := s.fresh()
	s.show(listPage, always("looking at every chapter …"))
	s.pages.Start(ctx, job(func(ctx context.Context) func() {
		lines, err := d.lines(ctx)
		text := report.Map(lines)
		if err != nil {
			text = err.Error()
		}
		return func() { s.show(listPage, always(text)) }
	}))
}

// goOn turns to the next chapter, when this one is done.
func (s *session) goOn(ctx context.Context) {
	if !s.passed() {
		s.note = "n goes on once this chapter passes; go tool course watch 6 watches another"
		return
	}
	next := s.fresh().after(s.chapter)
	if next == nil {
		s.note = "that was the last chapter: all are done"
		return
	}
	s.enter(ctx, next)
}
