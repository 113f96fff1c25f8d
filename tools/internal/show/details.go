package show

import (
	"slices"
	"strings"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/todo"
)

// below is what stands below the picture, the most telling first: what there is
// no room for is cut off at its end.
func (p *page) below() []string {
	lines := p.printed()
	lines = append(lines, p.foldAll(nonEmpty(p.f.Difference.Sentence()))...)
	found := p.foldAll(p.f.Answered())
	if p.f.InVain() { // where it waits tells more
		lines = append(lines, p.races()...)
		lines = append(lines, p.stands()...)
		lines = append(lines, found...)
	} else {
		lines = append(lines, found...)
		lines = append(lines, p.races()...)
		lines = append(lines, p.stands()...)
	}
	lines = append(lines, p.unsaid()...)
	lines = append(lines, p.said()...)
	lines = append(lines, p.unfinished()...)
	if p.f.Outcome.Silent() { // where it would have been worth something
		lines = append(lines, p.foldAll(nonEmpty(p.f.Program.Unjudged))...)
	}
	return lines
}

func nonEmpty(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

func (p *page) foldAll(sentences []string) (lines []string) {
	for _, s := range sentences {
		lines = append(lines, fold(s, p.inner())...)
	}
	return lines
}

// terminal is what the program's own terminal showed.
func (p *page) terminal() []string {
	program := p.f.Program
	if program.Command == "" {
		return nil
	}
	lines := []string{"$ " + program.Command}
	lines = append(lines, ends(program.Typed, 3)...)
	lines = append(lines, ends(program.Stdout, 3)...)
	switch {
	case program.Panic == nil:
		lines = append(lines, ends(program.Stderr, 6)...)
	case !p.talked(): // or else it is in the headline
		lines = append(lines, program.Panic.Message)
		if program.Panic.Place != "" {
			lines = append(lines, "at "+program.Panic.Place)
		}
	}
	if program.Exit != nil {
		lines = append(lines, "("+program.Exit.Text+")")
	}
	if program.Waited != "" && !p.talked() { // or else it is in the conversation
		lines = append(lines, "("+program.Waited+")")
	}
	for i := range lines {
		lines[i] = clip(lines[i], min(90, p.inner()))
	}
	return lines
}

// printed compares what a program printed with what was wanted.
func (p *page) printed() []string {
	f := p.f
	if f.Outcome != failure.WrongOutput {
		return nil
	}
	wanted := "wanted   nothing on standard output"
	switch {
	case len(f.Want) > 0:
		wanted = "wanted   " + p.quoteWant()
	case f.Wanted != "":
		wanted = "wanted   " + strings.TrimPrefix(f.Wanted, "wanted ")
	}
	if want, got := f.Sizes(); f.Cut != nil && f.Cut.GotAfter > 0 && f.DiffersAt() == f.Cut.Before+len(f.Got) {
		return []string{"printed  " + count(got) + ", which begin as they should", "wanted   " + count(want)}
	}
	if len(f.Got) == 0 {
		return p.foldAll([]string{"printed  nothing on standard output" + p.instead(), wanted})
	}
	return p.foldAll([]string{"printed  " + p.quoteGot() + p.difference(), wanted})
}

// instead asks where that may be which is not on standard output.
func (p *page) instead() string {
	program, want := p.f.Program, strings.TrimSpace(string(p.f.Want))
	switch {
	case want != "" && strings.Contains(program.Stderr, want):
		return ": what was wanted went to standard error"
	case want != "" && program.Exit != nil && program.Exit.Code == 0:
		return ": is its standard output held back in a buffer?"
	}
	return ""
}

// races puts the two sides of a data race below each other.
func (p *page) races() (lines []string) {
	for i, a := range p.f.Program.Races {
		who := "one goroutine"
		if i > 0 {
			who = "another one  "
		}
		line := who + " " + a.Does
		if a.Place != "" {
			line += " at " + a.Place
		}
		if a.Call != "" {
			line += ": " + a.Call
		}
		lines = append(lines, clip(line, p.inner()))
	}
	return lines
}

// stands says where the program waits, or is busy.
func (p *page) stands() (lines []string) {
	if p.f.Answering() {
		return nil // it went on from there
	}
	program := p.f.Program
	for _, call := range program.Calls[:min(3, len(program.Calls))] {
		line := "waiting at " + call.Place
		if call.Runs {
			line = "busy at " + call.Place
		}
		if call.Call != "" {
			line += ": " + call.Call
		}
		if !call.Runs && p.untimed() {
			line += ", with no timer set"
		}
		lines = append(lines, fold(line, p.inner())...)
	}
	return lines
}

// untimed reports whether it is worth a word that no timer is set: a client
// waits that should have given up.
func (p *page) untimed() bool {
	program := p.f.Program
	if !program.Client || program.Timers != failure.NoTimer {
		return false
	}
	return p.f.Outcome.Silent() || p.f.Outcome == failure.WrongTime
}

// unsaid says where a program listens that has not said so.
func (p *page) unsaid() []string {
	if p.f.Outcome != failure.NotReady || p.f.Sentence != "" { // which says it
		return nil
	}
	i := slices.IndexFunc(p.f.Program.Sockets, func(s failure.Socket) bool {
		return s.State == "LISTEN" || s.Net == "udp" && s.Remote == ""
	})
	if i < 0 {
		return nil
	}
	question := "is its standard output held back in a buffer?"
	switch {
	case strings.Contains(p.f.Program.Stderr, " ready on "):
		question = "what it says of that, it says on standard error"
	case p.f.Program.Stdout != "":
		return nil
	}
	return fold("listens on "+p.f.Program.Sockets[i].Local+": "+question, p.inner())
}

// said is what the program said last, on both of its outputs, unless its terminal
// is shown.
func (p *page) said() (lines []string) {
	program := p.f.Program
	if !p.talked() || program.Client || p.f.Outcome == failure.NotBegun || p.f.Outcome == failure.WrongRow {
		return nil
	}
	if program.Panic == nil && !p.fell() && p.f.Outcome != failure.DataRace {
		lines = p.labelled("it said", ends(program.Stderr, 3), "")
	}
	out := slices.DeleteFunc(ends(program.Stdout, 4), func(line string) bool {
		return strings.HasPrefix(line, program.Name+" ready on ")
	})
	return append(lines, p.labelled("it printed", out[max(0, len(out)-3):], "  (on standard output)")...)
}

// unfinished names a TODO that may be why.
func (p *page) unfinished() []string {
	left := p.f.Program.Unfinished
	if left == nil || p.f.Outcome == failure.NotBegun {
		return nil
	}
	if !p.f.Outcome.Silent() && todo.Compare(p.f.Step, left.Step) < 0 {
		return nil
	}
	return fold(left.String()+" is still in "+left.File, p.inner())
}
