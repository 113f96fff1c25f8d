package lesson_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/lesson"
)

const text = "# 6. A stream has no messages\n" +
	"\n" +
	"*40 minutes. Chapter 1 comes before it.*\n" +
	"\n" +
	"## What you will build\n" +
	"\n" +
	"```markdown\n" +
	"## 6.9 not a heading\n" +
	"```\n" +
	"\n" +
	"## 6.1 Two sockets\n" +
	"\n" +
	"Why two?\n" +
	"\n" +
	"````go server.go\n" +
	"func main() {\n" +
	"\n" +
	"```\n" +
	"````\n" +
	"\n" +
	"Look for the call.\n" +
	"\n" +
	"## 6.2\n" +
	"\n" +
	"## What can go wrong\n" +
	"\n" +
	"- Which socket? (**`closes-it`**)\n\n"

func TestRead(t *testing.T) {
	for name, text := range map[string]string{
		"lines end as on Unix":    text,
		"lines end as on Windows": strings.ReplaceAll(text, "\n", "\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			l := lesson.Read(text)

			assert.Equal(t, 6, l.Chapter)
			assert.Equal(t, "A stream has no messages", l.Title)
			assert.Equal(t, 40, l.Minutes)
			require.Len(t, l.Sections, 4)
			assert.Equal(t, "What you will build", l.Sections[0].Heading())
			assert.Equal(t, lesson.Section{Number: "6.1", Title: "Two sockets", Line: 11,
				Text:  "\nWhy two?\n\n````go server.go\nfunc main() {\n\n```\n````\n\nLook for the call.\n",
				Prose: "\nWhy two?\n\n\n\n\n\n\n\nLook for the call.\n"}, l.Sections[1])
			assert.Equal(t, lesson.Section{Title: "6.2", Line: 23}, l.Sections[2])
			assert.Equal(t, lesson.Section{Title: "What can go wrong", Line: 25,
				Text: "\n- Which socket? (**`closes-it`**)", Prose: "\n- Which socket? (**`closes-it`**)"}, l.Sections[3])
			require.Len(t, l.Steps(), 1)

			require.Len(t, l.Fences, 2)
			f := l.Fences[1]
			assert.Equal(t, lesson.Fence{First: 15, Last: 19, Info: "go server.go", Text: []string{"func main() {", "", "```"}, Closed: true}, f)
			assert.Equal(t, "go", f.Language())
			assert.Equal(t, "server.go", f.Rest())
			assert.Equal(t, len(l.Lines), len(l.Prose))
		})
	}
}

func TestSection(t *testing.T) {
	l := lesson.Read(text)

	s, ok := l.Section("6.1")
	assert.True(t, ok)
	assert.Equal(t, "6.1 Two sockets", s.Heading())

	for _, number := range []string{"", "6", "6.2", "6.9"} {
		_, ok := l.Section(number)
		assert.False(t, ok, number)
	}
}

// A text that is no lesson has no title and no minutes.
func TestOtherTexts(t *testing.T) {
	for _, text := range []string{
		"",
		"# The solution of chapter 6\n",
		"# 06. A title\n",
		"# 6. \n",
		"```text\n# 6. In a fence\n*40 minutes.*\n```\n",
		"1\n2\n3\n4\n5\n*40 minutes.*\n",
	} {
		l := lesson.Read(text)
		assert.Zero(t, l.Chapter, text)
		assert.Empty(t, l.Title, text)
		assert.Zero(t, l.Minutes, text)
		assert.Empty(t, l.Sections, text)
	}
}

func TestAnOpenFence(t *testing.T) {
	l := lesson.Read("before\n```go\ncode\n")

	assert.Equal(t, []lesson.Fence{{First: 2, Last: 3, Info: "go", Text: []string{"code"}}}, l.Fences)
	assert.Equal(t, []string{"before", "", ""}, l.Prose)
}

func TestPlain(t *testing.T) {
	assert.Equal(t, "Say `go`.\n\n    func main() {\n\n    }\n\nend\n",
		lesson.Read("Say `go`.\n\n```go server.go\nfunc main() {\n\n}\n```\n\nend\n").Plain())
	assert.Empty(t, lesson.Read("").Plain())
}
