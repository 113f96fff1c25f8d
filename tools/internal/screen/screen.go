// Package screen lays out what a learner sees while the course watches: where
// they are, one text, and the keys. It is text in, lines out; it reads nothing
// and shows nothing.
package screen

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// A Screen is what is to be seen.
type Screen struct {
	Part  float64 // how much of the course is done, from 0 to 1
	Count string  // the same in words: "4 of 25 chapters"
	Where string  // chapter and step
	Now   string  // what is going on, at the right of Where; may be empty
	Body  string  // the text
	Top   int     // the first of its lines that is shown, for one that does not fit
	Note  string  // one line for the learner, above the keys; may be empty
	Keys  []Key
}

// A Key is one that does something now.
type Key struct{ Name, Does string }

// Lines gives at most height lines of at most width columns, the keys at the
// foot. It also corrects Top, so that the text's end is not scrolled away.
func (s *Screen) Lines(width, height int, colour bool) []string {
	paint := plain
	if colour {
		paint = coloured
	}
	head := s.head(width, paint)
	foot := s.foot(width, paint)
	text := s.Body
	if !colour {
		text = ansi.Strip(text)
	}
	body := Fit(text, width)
	room := s.Room(width, height)
	s.Top = max(0, min(s.Top, len(body)-room))
	shown := body[s.Top:min(len(body), s.Top+room)]
	if below := len(body) - s.Top - len(shown); below > 0 && room > 1 {
		shown = append(shown[:room-1:room-1], paint(faint, fmt.Sprintf("  ↓ %d more lines: space", below+1)))
	}
	lines := head
	for _, line := range shown {
		lines = append(lines, highlight(line, paint))
	}
	for len(lines) < height-len(foot) {
		lines = append(lines, "")
	}
	lines = append(lines, foot...)
	for i := range lines {
		lines[i] = ansi.Truncate(lines[i], width, "") // what even folding could not fit
	}
	return lines[max(0, len(lines)-height):]
}

// Room is how many lines of the body are seen at once.
func (s *Screen) Room(width, height int) int {
	return max(0, height-len(s.head(width, plain))-len(s.foot(width, plain)))
}

// head is the bar, the place, and a line to set them off.
func (s *Screen) head(width int, paint painter) []string {
	bar := max(4, min(40, width-ansi.StringWidth(s.Count)-3))
	full := min(bar, int(s.Part*float64(bar)+0.5))
	progress := paint(green, strings.Repeat("█", full)) + paint(faint, strings.Repeat("░", bar-full))
	now := ansi.Truncate(s.Now, width, "…")
	where := ansi.Truncate(s.Where, max(0, width-ansi.StringWidth(now)-2), "…")
	gap := strings.Repeat(" ", max(0, width-ansi.StringWidth(where)-ansi.StringWidth(now)))
	return []string{
		" " + progress + " " + ansi.Truncate(s.Count, max(0, width-bar-2), "…"),
		paint(bold, where) + gap + paint(yellow, now),
		paint(faint, strings.Repeat("─", width)),
	}
}

// foot is the note, and the keys in as many lines as they take.
func (s *Screen) foot(width int, paint painter) []string {
	lines := []string{paint(faint, strings.Repeat("─", width))}
	if s.Note != "" {
		for _, line := range Fit(s.Note, width) {
			lines = append(lines, paint(yellow, line))
		}
	}
	line, used := "", 0
	for _, k := range s.Keys {
		n := ansi.StringWidth(k.Name+k.Does) + 3
		if used > 0 && used+n > width {
			lines, line, used = append(lines, line), "", 0
		}
		line += " " + paint(bold, k.Name) + " " + k.Does + " "
		used += n
	}
	return append(lines, line)
}
