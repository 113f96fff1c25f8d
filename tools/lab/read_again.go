package lab

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"sockets.test/tools/internal/mistake"
	"sockets.test/tools/internal/tree"
)

// misconception reads what is known of one, from its file.
func misconception(id string) *mistake.Mistake {
	t, err := tree.Find(".")
	if err != nil {
		return &mistake.Mistake{}
	}
	here, _ := os.Getwd()
	m, err := mistake.Read(filepath.Join(t.Root, "testdata", "mistakes", filepath.Base(here), id+".txtar"))
	if err != nil {
		return &mistake.Mistake{}
	}
	return m
}

// testLine is the line at which the test stands: in the test itself, not in a
// helper that it called.
func testLine() (file string, line int) {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
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

// whereToRead is the foot of a failure: the test, the lesson, the hint.
func whereToRead(file string, line int, section string) string {
	here, _ := os.Getwd()
	folder := here
	if t, err := tree.Find("."); err == nil {
		folder, _ = filepath.Rel(t.Root, here)
	}
	folder = filepath.ToSlash(folder)
	b := new(strings.Builder)
	b.WriteString("\n")
	if file != "" {
		fmt.Fprintf(b, "the test     %s/%s:%d\n", folder, file, line)
	}
	fmt.Fprintf(b, "read again   %s/README.md%s\n", folder, atSection(section))
	var chapter int
	fmt.Sscanf(filepath.Base(here), "%d-", &chapter)
	fmt.Fprintf(b, "a hint       go tool course hint %d\n", chapter)
	return b.String()
}

// atSection gives ":88, 1.3", the line and the number of a lesson's section.
func atSection(section string) string {
	if section == "" {
		return ""
	}
	lesson, _ := os.ReadFile("README.md")
	for i, line := range strings.Split(string(lesson), "\n") {
		if strings.HasPrefix(line, "## "+section+" ") {
			return fmt.Sprintf(":%d, %s", i+1, section)
		}
	}
	return ", " + section
}
