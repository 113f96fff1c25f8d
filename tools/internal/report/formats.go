package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/place"
	"sockets.test/tools/internal/show"
	"sockets.test/tools/internal/testsource"
	"sockets.test/tools/internal/tree"
)

// The forms in which other programs read a verdict are promises: a field may be
// added, none goes away or changes its meaning while Version stays.

// A Verdict1 is the JSON of course test -json.
type Verdict1 struct {
	Version  int     `json:"version"`            // of this form: 1
	Chapter  string  `json:"chapter"`            // "06-tcp-server"
	Title    string  `json:"title"`              // the chapter's claim
	Passed   bool    `json:"passed"`             // the same as outcome "pass"
	Outcome  string  `json:"outcome"`            // "pass", "fail", or "error": it does not compile
	Compiler string  `json:"compiler,omitempty"` // what the compiler said of an "error"
	Tests    []Test1 `json:"tests"`              // as they ran, up to the first that fails
	Seconds  float64 `json:"seconds"`            // build and tests
	Program  string  `json:"program,omitempty"`  // SHA-256 of the program's files; none for a command
	Against  string  `json:"against,omitempty"`  // SHA-256 of the tests
}

// A Test1 is one test in it.
type Test1 struct {
	Test          string           `json:"test"`                    // "TestAnswer/a_client_may_ask_again", as go test -run takes it
	Claim         string           `json:"claim"`                   // "a client may ask again"
	Outcome       string           `json:"outcome"`                 // "pass", "fail" or "skip"
	Step          string           `json:"step,omitempty"`          // "6.3", the lesson's section
	File          string           `json:"file"`                    // from the course's root, with slashes
	Line          int              `json:"line"`                    // where the test begins
	Failure       string           `json:"failure,omitempty"`       // the kind of failure: "wrong answer"
	Misconception string           `json:"misconception,omitempty"` // its ID, if the failure was matched with one
	Truth         string           `json:"truth,omitempty"`         // what that denies, as one sentence
	Text          string           `json:"text,omitempty"`          // what the learner reads, at 100 columns; of a test that was skipped, why
	Observed      *failure.Failure `json:"observed,omitempty"`      // the same as data; none if the test failed in another way, by a crash
	Seconds       float64          `json:"seconds"`
}

// wide is how many columns the text in it has.
const wide = 100

// JSON is the verdict for other tools.
func JSON(c *tree.Chapter, v *judge.Verdict) (string, error) {
	source, err := testsource.Read(c)
	if err != nil {
		return "", err
	}
	title, err := c.Title()
	if err != nil {
		return "", err
	}
	out := Verdict1{
		Version: 1, Chapter: v.Chapter, Title: title, Passed: v.Passed, Outcome: outcome(v), Compiler: v.Build,
		Tests: []Test1{}, Seconds: seconds(v.Took), Program: v.Hash, Against: v.Against,
	}
	for _, t := range v.Tests {
		at := source.Test(t.Name)
		if t.Step == "" {
			t.Step = at.Step
		}
		text := ""
		if t.Outcome != judge.Pass {
			text = Text(c, &t, wide, 0)
		}
		out.Tests = append(out.Tests, Test1{
			Test: t.Name, Claim: Claim(t.Name), Outcome: t.Outcome, Step: t.Step, File: at.File, Line: at.Line,
			Failure: t.Kind(), Misconception: t.Diagnosis.ID, Truth: t.Diagnosis.Truth, Text: text, Observed: t.Failure,
			Seconds: seconds(t.Took),
		})
	}
	return encode(out)
}

func outcome(v *judge.Verdict) string {
	switch {
	case v.Build != "":
		return "error"
	case v.Passed:
		return "pass"
	}
	return "fail"
}

// Exercism is the results.json that an Exercism test runner writes, in version
// 3 of its specification:
// https://exercism.org/docs/building/tooling/test-runners/interface
func Exercism(c *tree.Chapter, v *judge.Verdict) (string, error) {
	type test struct {
		Name    string `json:"name"`
		Status  string `json:"status"`
		Message string `json:"message,omitempty"`
		Code    string `json:"test_code,omitempty"`
		Task    int    `json:"task_id,omitempty"`
	}
	out := struct {
		Version int    `json:"version"`
		Status  string `json:"status"`
		Message string `json:"message,omitempty"`
		Tests   []test `json:"tests"`
	}{Version: 3, Status: outcome(v), Message: short(v.Build), Tests: []test{}}
	source, err := testsource.Read(c)
	if err != nil {
		return "", err
	}
	for _, t := range v.Tests {
		if t.Outcome == judge.Skip {
			continue // the specification has no word for it
		}
		at := source.Test(t.Name)
		// A task is a section of the lesson: 3 for step 6.3.
		_, number, _ := strings.Cut(at.Step, ".")
		task, _ := strconv.Atoi(number)
		message := ""
		if t.Outcome == judge.Fail {
			message = short(strings.TrimSpace(Text(c, &t, wide, 0)))
		}
		out.Tests = append(out.Tests, test{Claim(t.Name), t.Outcome, message, at.Code, task})
	}
	return encode(out)
}

// short keeps a message within what Exercism takes: 65535 characters.
func short(text string) string {
	const most = 65000
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "\n(and so on)"
}

// Lines are the failures as compilers print them, "path:line: what", so that
// editors jump: first the learner's own line, then the test's.
func Lines(c *tree.Chapter, v *judge.Verdict) (string, error) {
	if v.Build != "" {
		return v.Build, nil
	}
	first := v.First()
	if first == nil {
		return "", nil
	}
	files, err := tree.Program(c.Dir())
	if err != nil {
		return "", err
	}
	source, err := testsource.Read(c)
	if err != nil {
		return "", err
	}
	at := source.Test(first.Name)
	test := fmt.Sprintf("%s:%d", at.File, at.Line)
	what := firstLine(first.Text)
	if f := first.Failure; f != nil {
		what = fmt.Sprintf("%s [%s]", show.Head(f, first.Diagnosis), cmp.Or(first.Diagnosis.ID, f.Kind()))
		if f.File != "" { // to the very expectation
			test = fmt.Sprintf("chapters/%s/%s:%d", c.Key, f.File, f.Line)
		}
	}
	return fmt.Sprintf("%s: %s\n%s: %s\n", place.Next(c, files, v), what, test, Claim(first.Name)), nil
}

func encode(v any) (string, error) {
	b := new(bytes.Buffer)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.String(), err
}

// seconds has microseconds, no more.
func seconds(d time.Duration) float64 { return d.Round(time.Microsecond).Seconds() }
