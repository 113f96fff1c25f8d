package screen

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// A painter gives a text a look; plain leaves it alone.
type painter func(look ansi.Attr, text string) string

const (
	bold   = ansi.AttrBold
	faint  = ansi.AttrFaint
	red    = ansi.AttrRedForegroundColor
	green  = ansi.AttrGreenForegroundColor
	yellow = ansi.AttrYellowForegroundColor
)

func plain(_ ansi.Attr, text string) string { return text }

func coloured(look ansi.Attr, text string) string {
	if text == "" {
		return ""
	}
	return ansi.NewStyle(look).Styled(text)
}

// highlight paints what the eye looks for: the verdict, the byte, and in a
// difference what went and what came.
func highlight(line string, paint painter) string {
	trimmed := strings.TrimSpace(line)
	switch {
	case strings.HasPrefix(line, "✓"):
		return paint(green, line)
	case strings.HasPrefix(line, "✗"), strings.HasPrefix(trimmed, "^"), strings.HasSuffix(trimmed, " ^"):
		return paint(red, line)
	case strings.HasPrefix(line, "hint "):
		return paint(yellow, line)
	case strings.HasPrefix(line, "## "), strings.HasPrefix(line, "# "):
		return paint(bold, line)
	}
	return line
}
