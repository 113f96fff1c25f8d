package literate_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"sockets.test/tools/internal/literate"
)

func TestWalkthrough(t *testing.T) {
	for _, test := range []struct {
		name  string
		edits []edit
	}{
		{"a line has drifted", []edit{{walkthrough, "io.Copy(rw, rw)", "io.Copy(w, r)"}}},
		{"a line is missing", []edit{{walkthrough, "\t_, err := io.Copy(rw, rw)\n", ""}}},
		{"the end is missing", []edit{{walkthrough, "\treturn err\n}\n", "\treturn err\n"}}},
		{"a line is told twice", []edit{{walkthrough, "\treturn err\n", "func answer(rw io.ReadWriter) error {\n\treturn err\n"}}},
		{"a line too many at the end", []edit{{walkthrough, "\treturn err\n}\n", "\treturn err\n}\n\nfunc more() {}\n"}}},
		{"a blank line within a fence", []edit{{walkthrough, "package main\n\nimport", "package main\nimport"}}},
		{"nothing is told", []edit{
			{walkthrough, "```go\npackage main\n\nimport", "```text\npackage main\n\nimport"},
			{walkthrough, "```go\nfunc", "```text\nfunc"},
			{walkthrough, "```go\n\treturn", "```text\n\treturn"},
		}},
		{"a fence without a why", []edit{{walkthrough, "What comes in goes out, until the end of the stream.\n", ""}}},
		{"a second file", []edit{{"solutions/06-echo/wire.go", "", "package main\n"}}},
		{"a file that the solution has not", []edit{{walkthrough, "```go\npackage", "```go wire.go\npackage"}}},
		{"a console in a walkthrough", []edit{{walkthrough, "An error", "```console server\n```\n\nAn error"}}},
		{"a quotation in a walkthrough", []edit{{walkthrough, "An error", "```txtar ../../chapters/06-echo/testdata/hello.txtar\nclient bye\n```\n\nAn error"}}},
		{"words in a walkthrough", []edit{{walkthrough, "for the caller.", "[just](nowhere.md) for the caller!"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := chapter(t, course(t, test.edits...))

			golden(t, test.name, literate.Walkthrough(c))
		})
	}
}

func TestWalkthroughOfTwoFiles(t *testing.T) {
	c := chapter(t, course(t,
		edit{"solutions/06-echo/wire.go", "", "package main\n\nconst line = 80\n"},
		edit{walkthrough, "```go\npackage", "```go server.go\npackage"},
		edit{walkthrough, "```go\nfunc", "```go wire.go\npackage main\n```\n\nIt reads lines.\n\n```go server.go\nfunc"},
		edit{walkthrough, "```go\n\treturn", "```go wire.go\nconst line = 80\n```\n\nBack again.\n\n```go server.go\n\treturn"},
	))

	assert.Empty(t, text(literate.Walkthrough(c)))
}
