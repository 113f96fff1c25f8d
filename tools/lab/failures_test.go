package lab_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

// go test ./tools/lab -update writes the texts anew. Read them, as a learner would.
var update = flag.Bool("update", false, "write testdata/failures anew")

// Each way in which a program fails has words of its own, and they are clear.
func TestFailures(t *testing.T) {
	played := play(t)
	outcomes := map[string]string{} // by headline
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			said, ok := played[s.name]
			require.True(t, ok, "it was not played")
			if said.skipped != "" {
				t.Skip(said.skipped)
			}
			require.True(t, said.failed, "it must fail")
			text := normalise(t, said.text)
			assertFits(t, text)
			headline, _, _ := strings.Cut(text, "\n")
			if other, ok := outcomes[headline]; ok {
				assert.Equal(t, other, said.attrs[0], "another outcome has this headline: %s", headline)
			}
			outcomes[headline] = said.attrs[0]

			golden := filepath.Join("testdata", "failures", s.name+".txt")
			text = strings.Join(said.attrs, "\n") + "\n\n" + text
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(text), 0o666))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), text)
		})
	}
}

// Each text belongs to a scenario.
func TestFailuresAreUsed(t *testing.T) {
	files, err := filepath.Glob("testdata/failures/*.txt")
	require.NoError(t, err)
	assert.Len(t, files, len(scenarios))
}

// assertFits wants a failure to fit one screen.
func assertFits(t *testing.T, text string) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	assert.LessOrEqual(t, len(lines), 30, "lines")
	for _, line := range lines {
		assert.LessOrEqual(t, utf8.RuneCountInString(line), 100, "columns of %q", line)
	}
}

// A failure is what one scenario said.
type failure struct {
	failed  bool
	skipped string
	text    string
	attrs   []string // "outcome: exited"
}

// play runs the scenarios in a copy of this test binary, inside a course of
// their own, and reads what it says in the format of -test.v=test2json.
func play(t *testing.T) map[string]*failure {
	cmd := exec.Command(self(t), "-test.run=^TestScenarios$", "-test.v=test2json")
	cmd.Dir = course(t)
	cmd.Env = append(os.Environ(), scenarioEnv+"=1", "GORACE=atexit_sleep_ms=10")
	out, err := cmd.Output()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit, "the scenarios must fail:\n%s", out)

	played := map[string]*failure{}
	var now *failure
	for line := range strings.Lines(string(out)) {
		frame, isFrame := strings.CutPrefix(strings.TrimLeft(line, " "), "\x16")
		word := strings.Fields(frame)
		switch {
		case !isFrame:
			if now != nil {
				now.text += strings.TrimRight(strings.TrimPrefix(line, "    "), " \n") + "\n"
			}
		case len(word) < 3:
		case word[0] == "===" && word[1] == "ATTR":
			now.attrs = append(now.attrs, word[3]+": "+strings.Join(word[4:], " "))
		default:
			name := strings.TrimPrefix(word[2], "TestScenarios/")
			name, _, _ = strings.Cut(name, "/") // a transcript is a test below
			if played[name] == nil {
				played[name] = &failure{}
			}
			now = played[name]
			now.failed = now.failed || word[1] == "FAIL:"
			if word[1] == "SKIP:" {
				now.skipped = strings.TrimSpace(now.text)
			}
		}
	}
	return played
}

func self(t *testing.T) string {
	path, err := os.Executable()
	require.NoError(t, err)
	return path
}

// truths are the titles of the misconceptions that the scenarios name; one of
// them has no file, and goes without.
var truths = map[string]string{
	"prints-the-flag":      "A server learns its port from the socket, after it has bound it.",
	"whole-buffer":         "A datagram fills n bytes of the buffer, not all of it.",
	"small-buffer":         "A buffer must hold the largest datagram: the rest of one that is larger is lost.",
	"takes-a-gigabyte":     "Check a length before you set memory aside for it.",
	"answers-the-first":    "Each datagram brings its sender's address, and the answer goes there.",
	"new-socket-per-reply": "An answer comes from the socket that was asked.",
	"never-closes":         "Whoever accepts a connection closes it.",
	"waits-for-a-newline":  "A stream has no lines, unless the two ends agree on them.",
	"waits-for-the-end":    "An answer need not wait for the end of the question.",
	"ignores-the-error":    "A call that fails returns an error, and what else it returned is worth nothing.",
}

// course lays out the chapter to which the scenarios belong.
func course(t *testing.T) (chapter string) {
	archive, err := txtar.ParseFile("testdata/course.txtar")
	require.NoError(t, err)
	files, err := txtar.FS(archive)
	require.NoError(t, err)
	root := t.TempDir()
	require.NoError(t, os.CopyFS(root, files))
	chapter = filepath.Join(root, "chapters", "09-fakes")
	mistakes := filepath.Join(root, "testdata", "mistakes", "09-fakes")
	require.NoError(t, os.MkdirAll(mistakes, 0o777))
	for id, truth := range truths {
		text := truth + "\n-- server.go --\n"
		require.NoError(t, os.WriteFile(filepath.Join(mistakes, id+".txtar"), []byte(text), 0o666))
	}
	text, err := os.ReadFile("scenarios_test.go") // where the failures look for their section
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(chapter, "scenarios_test.go"), text, 0o666))
	return chapter
}

var (
	port     = regexp.MustCompile(`(127\.0\.0\.1:|0\.0\.0\.0:|^\$.*)(\d{5})\b`)
	moment   = regexp.MustCompile(`\d+\.\d+ ?(ms|s)\b`)
	testLine = regexp.MustCompile(`(complaint_test|scenarios_test|hosts_test|again_test|testscript)\.go:\d+`)
	workDir  = regexp.MustCompile(`WORK=\S+`)
	fakeLine = regexp.MustCompile(`fakes_test\.go:(\d+)(: (?:\w+\.)?([A-Z]\w+))?`)
)

// normalise makes the same of what changes from run to run, and of what changes
// when these files do; but a line of the fake must hold the call that is named.
func normalise(t *testing.T, text string) string {
	ports := map[string]string{"12000": "12000", "12001": "12001"}
	text = port.ReplaceAllStringFunc(text, func(found string) string {
		match := port.FindStringSubmatch(found)
		if _, ok := ports[match[2]]; !ok {
			ports[match[2]] = fmt.Sprint(50000 + len(ports) - 1)
		}
		return match[1] + ports[match[2]]
	})
	source, err := os.ReadFile("fakes_test.go")
	require.NoError(t, err)
	lines := strings.Split(string(source), "\n")
	text = fakeLine.ReplaceAllStringFunc(text, func(found string) string {
		match := fakeLine.FindStringSubmatch(found)
		n, err := strconv.Atoi(match[1])
		require.NoError(t, err)
		assert.Contains(t, lines[n-1], match[3])
		return "fakes_test.go:NN" + match[2]
	})
	text = workDir.ReplaceAllString(text, "WORK=/tmp/work")
	text = testLine.ReplaceAllString(text, "$1.go:NN")
	return moment.ReplaceAllString(text, "0.0 ms")
}
