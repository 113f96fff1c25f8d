package lab

import (
	"fmt"
	"slices"
	"strings"

	"sockets.test/tools/internal/wire"
)

// picture is the conversation so far, or the terminal if there was none.
func (p *Program) picture(f *finding) string {
	if len(p.record.Events()) == 0 {
		return p.terminal()
	}
	if p.record.OnLeft && len(p.record.Clients()) == 0 { // nobody has met it
		p.record.Join(p.name(), "")
	}
	mark := &wire.Mark{Event: -1, Offset: -1}
	switch {
	case f.outcome == NotBegun: // what is wanted of later steps would mislead
	case f.outcome == Wrong:
		mark.Event, mark.Offset, mark.Words = f.event, f.offset, wanted(f)
	case f.outcome == TooMuch:
		mark.Event, mark.Offset, mark.Words = f.event, f.offset, "wanted nothing more"
		if f.want != "" {
			mark.Words = "wanted " + f.want
		}
	case f.outcome == Stranger:
		mark.Words = "wanted it from " + p.record.Address
	case f.woken && f.want == "" && f.probe != nil:
		mark.Words = "wanted that before its input ended"
	case f.woken:
		mark.Words = "wanted " + shorten(f.want, 0) + " before that"
		if !f.wanted {
			mark.Words = "wanted " + f.want + " before that"
		}
	case f.outcome == HungUp && f.wanted:
		mark.Words = wanted(f)
	case f.wanted:
		mark.Words = "wanted " + shorten(f.want, 0)
	}
	select {
	case <-p.proc.Done():
		if p.dumped || strings.Contains(f.said, raceReport) { // we ended it, or the race detector did
			break
		}
		p.record.Add(wire.Event{Kind: wire.Exit, Text: p.proc.Exit().String()})
	default:
	}
	return p.about(f).Draw(mark)
}

// terminal is what the program's own terminal showed.
func (p *Program) terminal() string {
	lines := append([]string{p.commandLine()}, ends(p.typed, 3)...)
	lines = append(lines, ends(p.proc.Stdout().String(), 3)...)
	if p.dumped { // the rest is the runtime's, and the end was ours
		return strings.Join(append(lines, ends(p.spoken, 6)...), "\n") + "\n"
	}
	lines = append(lines, lastWords(p.proc.Stderr().String(), 6)...)
	select {
	case <-p.proc.Done():
		lines = append(lines, "("+p.proc.Exit().String()+")")
	default:
	}
	return strings.Join(lines, "\n") + "\n"
}

// details are the lines below the picture: where it waits, what it said last.
func (p *Program) details(f *finding) (lines []string) {
	var terminal []string
	if p.record.OnLeft && len(p.record.Events()) > 0 { // a client's terminal tells as much as its socket
		terminal = append([]string{""}, strings.Split(strings.TrimRight(p.terminal(), "\n"), "\n")...)
	}
	if !f.woken && p.hangs(f) {
		for i, text := range p.where() {
			if i == 3 {
				break
			}
			lines = append(lines, at("waiting", text))
		}
	}
	if f.outcome == Repeats || f.outcome == Complains {
		label := "it said     "
		for _, text := range p.complaints()[:min(3, len(p.complaints()))] {
			lines = append(lines, label+clip(text))
			label = "            "
		}
	}
	if f.outcome == SaysNothing && f.got != nil {
		lines = append(lines, "it printed  "+ends(string(f.got), 1)[0]+"  (on standard output)")
	}
	if f.outcome == Races {
		lines = append(lines, race(f.said)...)
	}
	if f.outcome == Unlogged || f.outcome == Quotes {
		lines = append(lines, p.logOf(f)...)
	}
	if f.outcome == WrongOutput {
		lines = append(lines, p.printed(f)...)
	}
	if f.outcome == NotReady && f.listens != "" {
		question := "is its standard output held back in a buffer?"
		if strings.Contains(f.said, " ready on ") {
			question = "what it says of that, it says on standard error"
		}
		lines = append(lines, "listens on "+f.listens+": "+question)
	}
	if !p.record.OnLeft && len(p.record.Events()) > 0 && !slices.Contains(quoted, f.outcome) {
		label := "it said     "
		for _, text := range lastWords(p.saidItself(), 3) {
			lines = append(lines, label+text)
			label = "            "
		}
	}
	if len(lines) > 0 {
		lines = append([]string{""}, lines...)
	}
	return append(terminal, lines...)
}

// quoted are the outcomes that say themselves what is on standard error, or that
// nothing is.
var quoted = []Outcome{Repeats, Complains, SaysNothing, Races}

// saidItself is what the program wrote to standard error before it was made to
// tell where it stands.
func (p *Program) saidItself() string {
	if p.dumped {
		return p.spoken
	}
	return p.proc.Stderr().String()
}

// printed compares what a program printed with what was wanted.
func (p *Program) printed(f *finding) []string {
	if f.want == "" {
		return []string{"printed  " + shorten(string(f.got), 0), "wanted   nothing on standard output"}
	}
	size, got := p.proc.Stdout().Size(), f.got
	if size != len(got) { // its middle was not kept
		got = got[:len(got)/3]
		if strings.HasPrefix(f.want, string(got)) {
			return []string{
				fmt.Sprintf("printed  %s, which begin as they should", count(size)),
				fmt.Sprintf("wanted   %s", count(len(f.want))),
			}
		}
	}
	n := firstDifference(f.want, got)
	if size == 0 && len(f.want) > 1 && p.endsIn(0) && p.proc.Exit().Code == 0 {
		question := "is its standard output held back in a buffer?"
		if strings.Contains(f.said, strings.TrimSpace(f.want)) {
			question = "what was wanted went to standard error"
		}
		return []string{"printed  nothing on standard output: " + question, "wanted   " + shorten(f.want, 0)}
	}
	lines := []string{"printed  " + shorten(string(got), n), "wanted   " + shorten(f.want, n)}
	if missing := len(f.want) - size; missing > 0 {
		lines[0] += ": " + count(missing) + " too few"
	} else if missing < 0 {
		lines[0] += ": " + count(-missing) + " too many"
	}
	return lines
}
