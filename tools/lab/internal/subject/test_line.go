package subject

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// testLine is where a test failed, and what it says there: in the test itself,
// not in a helper that it called. Subtests that the lab has made stand where the
// test has asked for them; see SubtestsFollow.
func testLine(t testing.TB) (file string, line int, text string) {
	file, line = caller()
	for name := t.Name(); file == "" && name != ""; name = name[:max(0, strings.LastIndexByte(name, '/'))] {
		if at, ok := asked.Load(name); ok {
			file, line = at.(testPlace).file, at.(testPlace).line
		}
	}
	source, _ := os.ReadFile(file)
	if lines := strings.Split(string(source), "\n"); line > 0 && line <= len(lines) {
		text = strings.TrimSpace(lines[line-1])
	}
	return file, line, text
}

// A testPlace is a line of a test file.
type testPlace struct {
	file string
	line int
}

// asked has the places at which tests have asked for subtests of the lab's, by
// the tests' names.
var asked sync.Map

// SubtestsFollow remembers where the test asks for the subtests that follow.
func SubtestsFollow(t testing.TB) {
	file, line := caller()
	asked.Store(t.Name(), testPlace{file, line})
}

// caller is the line of a test file that has led here; "" if none has.
func caller() (file string, line int) {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		frame, more := frames.Next()
		if strings.HasSuffix(frame.File, "_test.go") {
			file, line = filepath.Base(frame.File), frame.Line
		}
		if !more {
			return file, line
		}
	}
}

var numbered = regexp.MustCompile(`^\s*// (\d+\.\d+): `)

// sectionOf finds the number that stands above a line of a test.
func sectionOf(file string, line int) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	lines := strings.Split(string(text), "\n")
	for i := min(line, len(lines)) - 1; i >= 0; i-- {
		if match := numbered.FindStringSubmatch(lines[i]); match != nil {
			return match[1]
		}
	}
	return ""
}

// testSection is the section of the lesson that the test under way belongs to.
func testSection(t testing.TB) string {
	file, line, _ := testLine(t)
	return sectionOf(file, line)
}
