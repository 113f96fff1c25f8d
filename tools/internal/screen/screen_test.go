package screen_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/assert"

	"sockets.test/tools/internal/screen"
)

const failure = `✗ 01-udp-server: a short datagram after a long one

  A datagram has no terminator: only n says where its bytes end.         [stale-bytes]
  udpserver answered with other bytes than those wanted.

    client 127.0.0.1:50001                     udpserver 127.0.0.1:12000
      │ "a longer message" ────────────────────────────▶ │  0.1 ms
      │ ◀──────────────────────────── "HILONGER MESSAGE" │  0.4 ms
                                         ^ wanted "HI": 14 bytes too many
`

func watching(body string) *screen.Screen {
	return &screen.Screen{
		Part: 0.5, Count: "12 of 25 chapters", Where: "01-udp-server  step 3 of 4: 1.3 The answer goes to whoever asked",
		Now: "judging …", Body: body, Note: "no file events come from here: looking for saves five times a second",
		Keys: []screen.Key{{Name: "h", Does: "hint"}, {Name: "s", Does: "section"}, {Name: "o", Does: "solution"},
			{Name: "t", Does: "trace"}, {Name: "l", Does: "list"}, {Name: "n", Does: "next"}, {Name: "r", Does: "run again"}, {Name: "q", Does: "quit"}},
	}
}

func TestEverySizeIsKept(t *testing.T) {
	for _, width := range []int{1, 5, 20, 60, 80, 160} {
		for _, height := range []int{1, 3, 10, 24, 60} {
			t.Run(fmt.Sprintf("%d by %d", width, height), func(t *testing.T) {
				lines := watching(failure).Lines(width, height, true)

				assert.LessOrEqual(t, len(lines), height)
				for _, line := range lines {
					assert.LessOrEqual(t, ansi.StringWidth(line), width, "%q", line)
				}
			})
		}
	}
}

func TestTheKeysAreAlwaysSeen(t *testing.T) {
	for _, width := range []int{60, 160} {
		text := strings.Join(watching(strings.Repeat(failure, 10)).Lines(width, 24, false), "\n")

		assert.Contains(t, text, "q quit")
		assert.Contains(t, text, "h hint")
		assert.Contains(t, text, "more lines")
		assert.Contains(t, text, "12 of 25 chapters")
		assert.Contains(t, text, "judging …")
	}
}

// A drawing that was not made for the screen's width is cut: folded, it is none.
func TestNarrow(t *testing.T) {
	for _, width := range []int{50, 60, 80} {
		text := strings.Join(screen.Fit(failure, width), "\n")

		assert.Contains(t, text, "[stale-bytes]", "the name is lost")
		assert.Contains(t, text, "\n      │ ◀──────────────────────────── \"HILONGER", "the drawing is folded")
		assert.Contains(t, text, `wanted "HI": 14 bytes too many`, "what was wanted is folded")
	}
}

func TestFold(t *testing.T) {
	for text, want := range map[string][]string{
		"  read again   chapters/01-udp-server/README.md:128, 1.3":   {"  read again", "  chapters/01-udp-server/README.md:128,", "  1.3"},
		"  it said      fakeserver: a word or two more":              {"  it said      fakeserver: a word or", "               two more"},
		"it never closed the connection:       [too much]":           {"it never closed the connection:", "[too much]"},
		"  a_word_that_is_wider_than_the_screen_is, alas":            {"  a_word_that_is_wider_than_the_screen_", "  is, alas"},
		"\x1b[31mcolours have no width, \x1b[0mso they do not count": {"\x1b[31mcolours have no width, \x1b[0mso they do not", "count\x1b[m"},
	} {
		assert.Equal(t, want, screen.Fit(text, 39), "%q", text)
	}
}

func TestWithoutColour(t *testing.T) {
	coloured := "\x1b[31mred\x1b[0m\n"
	assert.Contains(t, strings.Join(watching(failure+coloured).Lines(80, 40, true), "\n"), "\x1b[31m")
	assert.NotContains(t, strings.Join(watching(failure+coloured).Lines(80, 40, false), "\n"), "\x1b")
}

func TestNothingElseReachesTheTerminal(t *testing.T) {
	text := strings.Join(screen.Fit("a\x1b[2Jb\x07c\x1b]0;title\x07d\u009b1me\rf\n", 80), "\n")
	for _, control := range []string{"\x1b", "\x07", "\r", "\u009b"} {
		assert.NotContains(t, text, control)
	}
}

func TestScrolling(t *testing.T) {
	s := watching(strings.Repeat("line\n", 50) + "the end\n")
	s.Top = 1000
	assert.Contains(t, strings.Join(s.Lines(80, 24, false), "\n"), "the end")
	assert.Less(t, s.Top, 51)
	s.Top = -5
	s.Lines(80, 24, false)
	assert.Zero(t, s.Top)
}

func TestFlow(t *testing.T) {
	assert.Equal(t, "# One\n\nA paragraph on two lines.\n\n    code\n    code\n\n- a list\n- of two\n",
		screen.Flow("# One\n\nA paragraph\non two lines.\n\n    code\n    code\n\n- a list\n- of two\n"))
}
