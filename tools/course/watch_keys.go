package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sockets.test/tools/internal/report"
	"sockets.test/tools/internal/screen"
	"sockets.test/tools/internal/terminal"
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
		s.show("", "")
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
func (s *session) show(page, text string) {
	s.pages.Cancel()
	s.page, s.shown, s.top = page, text, 0
}

// toggle goes back where the page is open already.
func (s *session) toggle(page string, open func()) {
	if s.page == page {
		s.show("", "")
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
		s.show("", "")
	}
}

func (s *session) section() {
	step := ""
	if s.verdict != nil && s.verdict.First() != nil {
		step = s.verdict.First().Step
	}
	text, err := os.ReadFile(filepath.Join(s.chapter.Dir(), "README.md"))
	if err != nil {
		s.note = s.chapter.Check().Error()
		return
	}
	s.show(lessonPage, section(string(text), step))
}

// section is one of a lesson's, or all of it.
func section(lesson, step string) string {
	_, found, ok := strings.Cut(lesson, "\n## "+step+" ")
	if step == "" || !ok {
		return screen.Flow(plain(lesson))
	}
	found, _, _ = strings.Cut(found, "\n## ")
	return screen.Flow(plain("## " + step + " " + found))
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
	walkthrough, err2 := os.ReadFile(filepath.Join(s.chapter.SolutionDir(), "README.md"))
	if err != nil || err2 != nil {
		s.note = fmt.Sprint(err, err2)
		return
	}
	s.show(solutionPage, text+"\n"+screen.Flow(plain(string(walkthrough))))
}

// trace replays a transcript, which takes a while.
func (s *session) trace(ctx context.Context) {
	c, d := s.chapter, s.fresh()
	s.show(tracePage, "replaying "+c.Key+" …")
	s.pages.Start(ctx, job(func(ctx context.Context) func() {
		b := new(bytes.Buffer)
		script, err := transcript(c, nil)
		if err == nil {
			record, terminals, v, failed := d.replay(ctx, c, script, false)
			if err = failed; err == nil {
				if record != nil {
					show(b, c, record, terminals, v.Passed)
				}
				b.WriteString(report.Trace(v))
			}
		}
		if err != nil {
			fmt.Fprintln(b, err)
		}
		return func() { s.show(tracePage, b.String()) }
	}))
}

// list is the map. It may have chapters to judge first.
func (s *session) list(ctx context.Context) {
	d := s.fresh()
	s.show(listPage, "looking at every chapter …")
	s.pages.Start(ctx, job(func(ctx context.Context) func() {
		lines, err := d.lines(ctx)
		text := report.Map(lines)
		if err != nil {
			text = err.Error()
		}
		return func() { s.show(listPage, text) }
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
