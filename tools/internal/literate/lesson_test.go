package literate_test

import (
	"strings"
	"testing"

	"sockets.test/tools/internal/literate"
)

// Each case breaks one rule; testdata/problems.txtar has what it leads to.
var wrongLessons = []struct {
	name  string
	edits []edit
}{
	// Quotations.
	{"a quoted line differs", []edit{{lesson, "func answer() error {", "func answer() {"}}},
	{"a quoted line is nowhere", []edit{{lesson, "t.Run(\"whole\"", "t.Run(\"part\""}}},
	{"what follows an elision stands before it", []edit{{lesson, "# ...\n    stop()", "# ...\n    start()\n# ...\ndef main():"}}},
	{"half a line is no quotation", []edit{{lesson, "    stop()", "    stop("}}},
	{"the indentation is not uniform", []edit{{lesson, "    stop()", "stop()"}}},
	{"a quotation goes on after the end", []edit{{lesson, "    stop()", "    stop()\n    again()"}}},
	{"the learner's program is not what is quoted", []edit{{lesson, "// 6.1\n", "package main // what the learner did to it\n"}}},
	{"the quoted file is missing", []edit{{lesson, "go server_test.go", "go client_test.go"}}},
	{"the quoted file is outside", []edit{{lesson, "go server_test.go", "go ../../../server_test.go"}}},
	{"a quotation is empty", []edit{{lesson, "def main():\n# ...\n    stop()\n", "# ...\n"}}},
	{"two files in one fence", []edit{{lesson, "go server_test.go", "go server_test.go server.go"}}},
	{"go without a file", []edit{{lesson, "go server_test.go", "go"}}},
	{"a quoted line is too wide", []edit{
		{lesson, "    stop()", "    " + strings.Repeat("x", 69)},
		{"chapters/06-echo/testdata/server.py", "    stop()", "    " + strings.Repeat("x", 69)},
	}},

	// Fences.
	{"no info string", []edit{{lesson, "```text", "```"}}},
	{"a fence that never ends", []edit{{lesson, "````\n\n## What", "```\n\n## What"}}},
	{"an indented fence", []edit{{lesson, "```text\nclient -> server\n```", "- ok\n  ```text\n  client\n  ```"}}},

	// Records.
	{"no recipe", []edit{{lesson, "console server testdata/hello.txtar", "console"}}},
	{"a typed record", []edit{{lesson, "\nHELLO", "\nHallo"}}},
	{"a record too short", []edit{{lesson, "\nHELLO", ""}}},
	{"a record too long", []edit{{lesson, "\nHELLO", "\nHELLO\nBYE"}}},
	{"an unknown recipe", []edit{{lesson, "console server testdata/hello.txtar", "wire unknown"}}},
	{"a record too wide", []edit{{lesson, "```text\nclient -> server", "```wire wide\n" + strings.Repeat("─", 101)}}},

	// Form.
	{"a title without the number", []edit{{lesson, "# 6. A stream", "# A stream"}, {lesson, "(#6-a", "(#a"}}},
	{"no minutes", []edit{{lesson, "*40 minutes.*", "Forty minutes."}}},
	{"a gap in the numbers", []edit{{lesson, "## 6.2 ", "## 6.3 "}, {tests, "6.2", "6.1"}}},
	{"another chapter's number", []edit{{lesson, "## 6.2 ", "## 7.2 "}, {tests, "6.2", "6.1"}}},
	{"a number without a title", []edit{{lesson, "## 6.2 The end of the stream", "## 6.2"}, {tests, "6.2", "6.1"}}},
	{"no predict box", []edit{{lesson, "> **Predict.** ", ""}}},
	{"two predict boxes", []edit{{lesson, "## Next\n", "## Next\n\n**Predict.** Again?\n"}}},
	{"too few words", []edit{{lesson, strings.Repeat("word ", 900), ""}}},
	{"too many words", []edit{{lesson, strings.Repeat("word ", 900), strings.Repeat("| a --- ", 1500)}}},

	// Numbers.
	{"a step without a section", []edit{{skeleton, "TODO 6.1", "TODO 6.3"}}},
	{"a step of another chapter", []edit{{skeleton, "TODO 6.1", "TODO 5.1"}}},
	{"a test without a number", []edit{{tests, "// 6.1: bytes", "// bytes"}}},
	{"a number that is not directly above", []edit{{tests, "back.\nfunc", "back.\n\nfunc"}}},
	{"a test's number without a section", []edit{{tests, "6.2: so", "6.4: so"}}},
	{"tests that are not Go", []edit{{tests, "func TestReply(", "func TestReply"}}},

	// Mistakes.
	{"a mistake that the lesson leaves out", []edit{{lesson, "**`whole-buffer`**", "`whole-buffer`"}}},
	{"a mistake that only the lesson knows", []edit{{lesson, "**`whole-buffer`** Why", "**`whole-buffer`** or **`half-buffer`** Why"}}},
	{"a mistake that no section teaches", []edit{{mistake, "(6.1)", "(6.9)"}}},
	{"a mistake without a section", []edit{{mistake, " (6.1)", ""}}},
	{"no section for the mistakes", []edit{{lesson, "## What can go wrong", "## What may go wrong"}}},

	// Links.
	{"a link to nothing", []edit{{lesson, "(testdata/hello.txtar)", "(testdata/bye.txtar)"}}},
	{"a link that leaves", []edit{{lesson, "(testdata/hello.txtar)", "(../../../bye.txtar)"}}},
	{"an anchor without a heading", []edit{{lesson, "(../../README.md)", "(../../README.md#start)"}}},
	{"an anchor in the lesson", []edit{{lesson, "(#6-a", "(#7-a"}}},

	// Words.
	{"words where they are no prose", []edit{{lesson, "The skeleton is yours", "The [`!`](https://go.dev/just!) <!-- a --> <https://go.dev/simply>"}}},
	{"words that belittle", []edit{{lesson, "The skeleton is yours", "Just the skeleton, Of\ncourse, is simply yours"}}},
	{"an exclamation mark", []edit{{lesson, "What does the client read?", "[Guess!](../../README.md) ![a picture](../../README.md)"}}},
}

func TestLesson(t *testing.T) {
	for _, test := range wrongLessons {
		t.Run(test.name, func(t *testing.T) {
			c := chapter(t, course(t, test.edits...))

			problems, _ := literate.Lesson(c, record)

			golden(t, test.name, problems)
		})
	}
}
