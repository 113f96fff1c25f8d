// Package show makes the text that a learner reads of a failure.
//
// Goals:
//
//   - it is made from the data alone, at the width and height of the screen that
//     shows it;
//   - what matters is always there: what happened, the byte that is wrong, where
//     to read. What there is no room for is left out in a fixed order.
//
// Non-goals: judging, and knowing misconceptions. Package diagnosis does that.
package show

import (
	"fmt"
	"strings"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/tree"
	"sockets.test/tools/internal/wire"
)

// fewestEvents is as short as a conversation can get.
const fewestEvents = 2

// Failure is the whole text: a headline, the conversation or the program's
// terminal, what else is known, and where to read. Its lines have at most so many
// columns; its lines are at most rows, if rows is not 0 and that can be done.
func Failure(c *tree.Chapter, f *failure.Failure, d failure.Diagnosis, columns, rows int) string {
	p := page{f: f, columns: columns, events: wire.Screenful, terminals: true, details: -1}
	head, foot := p.headline(d), p.foot(c, d)
	lines := p.lines(head, foot)
	for rows > 0 && len(lines) > rows && p.shorten() {
		lines = p.lines(head, foot)
	}
	return strings.Join(lines, "\n") + "\n"
}

// Head is the first sentence of the text.
func Head(f *failure.Failure, d failure.Diagnosis) string {
	if d.Truth != "" {
		return d.Truth
	}
	first, _, _ := strings.Cut(f.Happened(), "\n")
	return first
}

// A page is the text of one failure, for a screen.
type page struct {
	f         *failure.Failure
	columns   int
	events    int  // so many of the conversation are shown
	terminals bool // a client's terminal is shown below it
	details   int  // so many lines of what else is known; -1 for all
}

// shorten leaves out a little more, if anything may be left out.
func (p *page) shorten() bool {
	switch all := len(p.below()); {
	case p.events > fewestEvents && p.talked():
		p.events--
	case p.terminals:
		p.terminals = false
	case p.details < 0 && all > 0:
		p.details = all - 1
	case p.details > 0:
		p.details--
	default:
		return false
	}
	return true
}

func (p *page) lines(head, foot []string) []string {
	lines := append([]string{}, head...)
	add := func(indent string, more []string) {
		if len(more) == 0 {
			return
		}
		lines = append(lines, "")
		for _, line := range more {
			lines = append(lines, strings.TrimRight(indent+line, " "))
		}
	}
	add("  ", p.picture())
	if p.terminals && p.talked() && p.f.Program.Client { // it tells as much as its socket
		add("  ", p.terminal())
	}
	below := p.below()
	if p.details >= 0 {
		below = below[:min(p.details, len(below))]
	}
	add("  ", below)
	add("", foot)
	return lines
}

// inner is how many columns there are for what is indented.
func (p *page) inner() int { return max(1, p.columns-2) }

// talked reports whether anything went over the wire.
func (p *page) talked() bool { return len(p.f.Conversation.Events) > 0 }

// picture is the conversation, or the program's terminal if there was none.
func (p *page) picture() []string {
	if !p.talked() {
		return p.terminal()
	}
	short, mark := p.f.Conversation.Shorten(p.mark(), p.events)
	return split(short.Draw(&mark, p.inner()))
}

// mark is what is wrong in the conversation, with the words for it.
func (p *page) mark() wire.Mark {
	mark := p.f.Mark
	if mark.Words == "" {
		mark.Words = p.wanted()
	}
	return mark
}

// wanted says what should have come instead.
func (p *page) wanted() string {
	f := p.f
	switch {
	case f.Outcome == failure.NotBegun, f.Outcome == failure.WrongOutput, f.Outcome == failure.WrongStatus:
		return "" // it would mislead, or is said elsewhere
	case f.Wanted != "":
		return p.before("wanted " + strings.TrimPrefix(f.Wanted, "wanted "))
	case len(f.Want) > 0:
		return p.before("wanted " + p.quoteWant() + p.difference())
	case f.Outcome == failure.TooMuch:
		return "wanted nothing more"
	}
	return ""
}

// before completes what was wanted, if it came when something more had happened.
func (p *page) before(words string) string {
	if p.f.Outcome.Silent() && p.f.Answering() {
		return words + " before that"
	}
	return words
}

// difference says how many bytes are too many or too few, of those that are right
// as far as they go.
func (p *page) difference() string {
	switch p.f.Outcome {
	case failure.Wrong, failure.TooMuch, failure.WrongOutput, failure.HungUp:
	default:
		return ""
	}
	want, got := p.f.Sizes()
	switch at := p.f.DiffersAt(); {
	case want == 0:
	case at == want && got > want:
		return ": " + count(got-want) + " too many"
	case at == got && want > got:
		return ": " + count(want-got) + " too few"
	}
	return ""
}

// quoteWant shows the bytes that were wanted, around the first that differs.
func (p *page) quoteWant() string {
	all, _ := p.f.Sizes()
	return p.quote(p.f.Want, all)
}

// quoteGot shows those that came.
func (p *page) quoteGot() string {
	_, all := p.f.Sizes()
	return p.quote(p.f.Got, all)
}

// quote shows what is kept of so many bytes, in about half of a line.
func (p *page) quote(data []byte, all int) string {
	before := 0
	if p.f.Cut != nil {
		before = p.f.Cut.Before
	}
	x := wire.Excerpt{Data: data, Before: before, After: all - before - len(data)}
	return x.Quote(p.f.DiffersAt(), max(16, min(40, p.columns/2-4)))
}

func count(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}
