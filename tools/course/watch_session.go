package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"runtime/debug"
	"strings"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/latest"
	"sockets.test/tools/internal/progress"
	"sockets.test/tools/internal/report"
	"sockets.test/tools/internal/saves"
	"sockets.test/tools/internal/screen"
	"sockets.test/tools/internal/terminal"
	"sockets.test/tools/internal/tree"
)

// A session is one course watch. One goroutine, that of run, owns it. Jobs run
// beside it and return what is then to be done in it.
type session struct {
	desk  *desk
	out   io.Writer          // for lines, where there is no terminal
	term  *terminal.Terminal // or nil
	notes chan note

	verdicts latest.Runner[func()] // judging, and after a pass the picture
	pages    latest.Runner[func()] // what a key asked for

	chapter *tree.Chapter
	saves   <-chan saves.Save
	leave   context.CancelFunc // of the chapter
	polling string             // see saves.Save
	done    map[string]bool    // by chapter

	verdict *judge.Verdict // the last; nil if there is none on what was saved last
	text    view           // what is told of it
	hints   []string       // those given for it
	now     string         // what is going on
	note    string
	asking  bool   // a question is open: show the solution?
	page    string // the name of what is shown instead of the verdict; "" for nothing
	shown   view   // its text
	top     int    // the first line shown
}

// run watches until the learner quits, or the context ends.
func (s *session) run(ctx context.Context, c *tree.Chapter) error {
	var keys <-chan string
	var again <-chan struct{}
	if s.term != nil {
		keys, again = s.term.Keys(), s.term.Again()
	}
	s.enter(ctx, c)
	for {
		if err := s.draw(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil // Ctrl-C is how one leaves
		case save := <-s.saves:
			s.saved(ctx, save)
		case apply := <-s.verdicts.Result():
			apply()
		case apply := <-s.pages.Result():
			apply()
		case n := <-s.notes:
			s.hear(n)
		case <-again:
		case key, ok := <-keys:
			if !ok || !s.press(ctx, key) {
				return nil
			}
		}
	}
}

// hear takes what the desk has to say. What it does takes time; what it could
// not do stays to be read.
func (s *session) hear(n note) {
	switch {
	case !n.doing:
		s.note = n.words
	case s.now != "": // or it is over by now
		s.now = n.words
	}
}

// end leaves nothing running.
func (s *session) end() {
	if s.leave != nil {
		s.leave()
	}
	s.verdicts.Cancel()
	s.pages.Cancel()
	s.verdicts.Wait()
	s.pages.Wait()
}

// enter turns to a chapter. Its first Save comes at once, so its first verdict.
func (s *session) enter(ctx context.Context, c *tree.Chapter) {
	if s.leave != nil {
		s.leave()
	}
	s.verdicts.Cancel()
	s.pages.Cancel()
	s.chapter = c
	s.text, s.verdict, s.hints = always(""), nil, nil
	s.show("", nil)
	ctx, s.leave = context.WithCancel(ctx)
	s.saves = saves.Watch(ctx, []string{c.Dir(), filepath.Dir(c.Dir())}, func() string { return bytesOf(c) })
	s.count()
	s.say("watching chapters/%s: every save is judged; Ctrl-C ends it\n\n", c.Key)
}

// bytesOf is the state that a verdict is on: the program, the tests, and what
// is missing.
func bytesOf(c *tree.Chapter) string {
	program, err1 := tree.Program(c.Dir())
	tests, err2 := tree.Tests(c.Dir())
	return fmt.Sprintln(judge.Hash(program), judge.Hash(tests), err1, err2, c.Check())
}

// count finds out which chapters are done, by what is remembered.
func (s *session) count() {
	d := s.fresh()
	chapters, _ := d.tree.Chapters()
	for _, c := range chapters {
		state, err := d.state(c)
		s.done[c.Key] = err == nil && state == progress.Passed
	}
}

func (s *session) saved(ctx context.Context, save saves.Save) {
	if save.Polling != s.polling {
		s.polling = save.Polling
		s.say("%s", lines(s.about()))
	}
	s.judge(ctx, false)
}

// about says, if saves are not announced here, how they are noticed.
func (s *session) about() string {
	if s.polling == "" {
		return ""
	}
	return s.polling + ": looking for saves five times a second"
}

// judge cancels the verdict under way, and has a new one made. A program whose
// verdict is known is judged again only if it must be.
func (s *session) judge(ctx context.Context, again bool) {
	c, d := s.chapter, s.fresh()
	s.now, s.note, s.asking, s.verdict, s.hints = "judging …", "", false, nil, nil
	s.show("", nil)
	s.verdicts.Start(ctx, job(func(once context.Context) func() {
		v, whole, err := d.look(once, c, again)
		if err == nil && !whole {
			return func() { s.pass(ctx, v) }
		}
		return func() { s.tell(ctx, v, err) }
	}))
}

// look judges, unless something keeps it from that; the error is one line. A
// verdict that is not the whole one waits for races.
func (d *desk) look(ctx context.Context, c *tree.Chapter, again bool) (v *judge.Verdict, whole bool, err error) {
	if err := c.Check(); err != nil {
		return nil, false, err
	}
	if program, against, err := d.hashes(c); err == nil && !again {
		if v := d.recall(c, program, against); v != nil {
			return v, true, nil
		}
	}
	return d.first(ctx, c)
}

// pass tells that the tests have passed, while races are looked for: nobody
// waits for that, and it is seldom that one is found.
func (s *session) pass(ctx context.Context, v *judge.Verdict) {
	c, d := s.chapter, s.fresh()
	s.text = always(report.Passed(v))
	s.now = "looking for data races …"
	s.say("%s%s\n", report.Passed(v), s.now)
	s.verdicts.Start(ctx, job(func(once context.Context) func() {
		err := d.races(once, c, v)
		return func() { s.tell(ctx, v, err) }
	}))
}

// tell takes a verdict to the screen, or prints it.
func (s *session) tell(ctx context.Context, v *judge.Verdict, err error) {
	s.now, s.verdict = "", v
	if err != nil {
		s.text = always("✗ " + lines(err.Error()))
		s.print(s.text)
		return
	}
	title, _ := s.chapter.Title()
	c, d := s.chapter, s.fresh()
	s.text = func(columns, rows int) string { return report.Verdict(c, title, v, columns, rows) }
	s.done[s.chapter.Key] = v.Passed
	s.print(s.text)
	if !v.Passed {
		return
	}
	s.verdicts.Start(ctx, job(func(ctx context.Context) func() {
		more := d.success(ctx, c)
		return func() {
			claim := s.text
			s.text = func(columns, rows int) string { return claim(columns, rows) + more(columns, rows) }
			s.print(func(columns, rows int) string { return strings.TrimPrefix(more(columns, rows), "\n") })
		}
	}))
}

// fresh is the desk for one job, with a view of the progress of its own.
func (s *session) fresh() *desk {
	d := *s.desk
	if p, err := progress.Open(d.dir); err == nil {
		d.progress = p
	}
	return &d
}

// job lets a panic of a job's happen in the session's own goroutine, where the
// terminal is given back first.
func job(run func(context.Context) func()) func(context.Context) func() {
	return func(ctx context.Context) (then func()) {
		defer func() {
			if broken := recover(); broken != nil {
				stack := debug.Stack()
				then = func() { panic(fmt.Sprintf("%v\n%s", broken, stack)) }
			}
		}()
		return run(ctx)
	}
}

// say prints lines, where there is no screen.
func (s *session) say(format string, args ...any) {
	if s.term == nil {
		fmt.Fprint(s.out, fitted(s.out, fmt.Sprintf(format, args...)))
	}
}

// print prints a text, where there is no screen.
func (s *session) print(text view) {
	if s.term == nil {
		s.say("%s\n", text(width(s.out), 0))
	}
}

// draw shows the screen, where there is one.
func (s *session) draw() error {
	if s.term == nil {
		return nil
	}
	width, height := s.term.Size()
	seen := s.screen(width, height)
	lines := seen.Lines(width, height, terminal.Colours())
	s.top = seen.Top
	return s.term.Draw(lines)
}

// fewest is how many rows a verdict has at least, also below long hints.
const fewest = 12

// screen is all that is to be seen now.
func (s *session) screen(width, height int) *screen.Screen {
	done := 0
	for _, passed := range s.done {
		if passed {
			done++
		}
	}
	step, of := s.step()
	part := float64(done)
	if of > 0 && !s.done[s.chapter.Key] {
		part += float64(max(0, step-1)) / float64(of)
	}
	n := s.note
	if n == "" {
		n = s.about()
	}
	seen := &screen.Screen{
		Part:  part / float64(max(1, len(s.done))),
		Count: fmt.Sprintf("%d of %d chapters", done, len(s.done)),
		Where: s.where(step, of),
		Now:   s.now,
		Top:   s.top,
		Note:  n,
		Keys:  s.keys(),
	}
	if s.page != "" {
		seen.Body = s.shown(width, 0)
		return seen
	}
	hints := strings.Join(append(append([]string{}, s.hints...), ""), "\n")
	room := seen.Room(width, height) - len(screen.Fit(hints, width))
	seen.Body = hints + s.text(width, max(fewest, room))
	return seen
}
