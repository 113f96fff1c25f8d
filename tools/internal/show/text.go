package show

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// split gives a text's lines.
func split(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// fold breaks a line that is too long between words, or else anywhere. What spaces
// it has stay.
func fold(text string, columns int) (lines []string) {
	rest := []rune(printable(text))
	for len(rest) > columns {
		at := columns
		for at > 0 && rest[at] != ' ' {
			at--
		}
		if strings.TrimSpace(string(rest[:at])) == "" {
			at = columns
		}
		lines = append(lines, strings.TrimRight(string(rest[:at]), " "))
		rest = []rune(strings.TrimLeft(string(rest[at:]), " "))
	}
	return append(lines, string(rest))
}

// printable keeps what is no text from the learner's terminal.
func printable(line string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\t' {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ReplaceAll(line, "\t", "    "))
}

// clip makes a line fit.
func clip(line string, columns int) string {
	line = printable(line)
	if utf8.RuneCountInString(line) <= columns {
		return line
	}
	return string([]rune(line)[:max(0, columns-1)]) + "…"
}

// ends are the last n lines of what was printed.
func ends(printed string, n int) (lines []string) {
	for line := range strings.Lines(printed) {
		if line = strings.TrimRight(line, "\r\n"); strings.TrimSpace(line) != "" {
			lines = append(lines, line)
		}
	}
	return lines[max(0, len(lines)-n):]
}

// labelled puts a label before the first of some lines, and a remark behind it;
// where the screen is narrow, the remark has a line of its own.
func (p *page) labelled(label string, said []string, remark string) (lines []string) {
	const wide, narrow = len("it printed  "), 60
	label += strings.Repeat(" ", max(0, wide-len(label)))
	for _, line := range said {
		room := max(1, p.inner()-wide-utf8.RuneCountInString(remark))
		if p.columns >= narrow {
			lines = append(lines, label+clip(line, room)+remark)
		} else {
			for _, part := range append(fold(line, p.inner()-wide), strings.TrimSpace(remark)) {
				if part != "" {
					lines = append(lines, label+part)
					label = strings.Repeat(" ", wide)
				}
			}
		}
		label, remark = strings.Repeat(" ", wide), ""
	}
	return lines
}
