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

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/show"
	"sockets.test/tools/internal/tree"
)

// go test ./tools/lab -update writes the texts anew. Read them, as a learner would.
var update = flag.Bool("update", false, "write testdata/failures anew")

// Each way in which a program fails has words of its own, and they are clear.
// Above them stands what is recorded of a mistake that fails so.
func TestFailures(t *testing.T) {
	played, chapter := play(t), chapterOf(t, stage(t))
	outcomes := map[string]failure.Outcome{} // by headline
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			said, ok := played[s.name]
			require.True(t, ok, "it was not played")
			if said.skipped != "" {
				t.Skip(said.skipped)
			}
			require.True(t, said.failed, "it must fail")
			f, err := failure.Decode(said.values)
			require.NoError(t, err, "%s", said.text)
			assert.NotContains(t, said.text, f.Happened(), "whoever judges shows it")
			shown := show.Failure(chapter, f, failure.Diagnosis{}, 100, 0)
			text := normalise(t, shown)
			assertFits(t, text)
			headline, _, _ := strings.Cut(text, "\n")
			if other, ok := outcomes[headline]; ok {
				assert.Equal(t, other, f.Outcome, "another outcome has this headline: %s", headline)
			}
			outcomes[headline] = f.Outcome

			golden := filepath.Join("testdata", "failures", s.name+".txt")
			text = f.Behaviour().String() + "\n" + text
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

// What a scenario said.
type said struct {
	failed  bool
	skipped string
	text    string   // on its output
	values  []string // of the attribute that is its failure
}

// play runs the scenarios in a copy of this test binary, inside a course of
// their own, and reads what it says in the format of -test.v=test2json. What
// each said is found by its name.
func play(t *testing.T) map[string]*said {
	out := playAs(t, "^TestScenarios$", "-test.v=test2json", failure.Format+"="+failure.JSON)

	list := map[string]*said{}
	var now *said
	for line := range strings.Lines(out) {
		frame, isFrame := strings.CutPrefix(strings.TrimLeft(line, " "), "\x16")
		word := strings.Fields(frame)
		switch {
		case !isFrame:
			if now != nil {
				now.text += strings.TrimRight(strings.TrimPrefix(line, "    "), " \n") + "\n"
			}
		case len(word) < 3:
		case word[0] == "===" && word[1] == "ATTR":
			_, value, _ := strings.Cut(frame, " "+failure.Attribute+" ")
			now.values = append(now.values, strings.TrimSpace(value))
		default:
			name := strings.TrimPrefix(word[2], "TestScenarios/")
			name, _, _ = strings.Cut(name, "/") // a transcript is a test below
			if list[name] == nil {
				list[name] = &said{}
			}
			now = list[name]
			now.failed = now.failed || word[1] == "FAIL:"
			if word[1] == "SKIP:" {
				now.skipped = strings.TrimSpace(now.text)
			}
		}
	}
	return list
}

// playAs runs scenarios, all of which fail, with a flag and an environment.
func playAs(t *testing.T, run, flag string, env ...string) (out string) {
	cmd := exec.Command(self(t), "-test.run="+run, flag)
	cmd.Dir = stage(t)
	cmd.Env = append(os.Environ(), append(env, scenarioEnv+"=1", "GORACE=atexit_sleep_ms=10")...)
	text, err := cmd.Output()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit, "the scenarios must fail:\n%s", text)
	return string(text)
}

// theChapter is that to which the scenarios belong.
const theChapter = "09-fakes"

func chapterOf(t *testing.T, folder string) *tree.Chapter {
	course, err := tree.Find(folder)
	require.NoError(t, err)
	c, err := course.Chapter(theChapter)
	require.NoError(t, err)
	return c
}

func self(t *testing.T) string {
	path, err := os.Executable()
	require.NoError(t, err)
	return path
}

// stage lays out that chapter.
func stage(t *testing.T) (folder string) {
	archive, err := txtar.ParseFile("testdata/course.txtar")
	require.NoError(t, err)
	files, err := txtar.FS(archive)
	require.NoError(t, err)
	root := t.TempDir()
	require.NoError(t, os.CopyFS(root, files))
	folder = filepath.Join(root, "chapters", theChapter)
	tests, err := filepath.Glob("*_test.go") // where the failures look for their section
	require.NoError(t, err)
	for _, file := range tests {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, file), text, 0o666))
	}
	mistakes := filepath.Join(root, "testdata", "mistakes", theChapter)
	require.NoError(t, os.MkdirAll(mistakes, 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(mistakes, "adds-a-newline.txtar"), []byte(known), 0o666))
	return folder
}

// known is the chapter's one mistake of which it is recorded how it behaves.
const known = `An answer has no bytes of its own. (9.2)
-- server.go --
package main
-- behaves --
test: TestScenarios/udp-too-many-bytes
expects: ask(t, "udp-says", quoted("HELLO\\n")).Expect("HELLO")
outcome: wrong answer
differs: a newline behind
sockets: udp
`

var (
	port     = regexp.MustCompile(`(127\.0\.0\.1:|0\.0\.0\.0:|\[::1\]:|^\$.*)(\d{5})\b`)
	moment   = regexp.MustCompile(`\d+\.\d+ ?(?:ms|s)\b`)
	worked   = regexp.MustCompile(`\S+( of processor time)|(slept and woke for )\S+`)
	unsent   = regexp.MustCompile(`\d{8} of`)
	memory   = regexp.MustCompile(`\d+ MiB of memory at once\. +`)
	testLine = regexp.MustCompile(`(\w+_test|testscript)\.go:\d+`)
	fakeLine = regexp.MustCompile(`(\w+_test\.go):(\d+): (?:\w+\.)?([A-Z]\w+)`)
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
	for _, match := range fakeLine.FindAllStringSubmatch(text, -1) {
		source, err := os.ReadFile(match[1])
		require.NoError(t, err)
		n, err := strconv.Atoi(match[2])
		require.NoError(t, err)
		assert.Contains(t, strings.Split(string(source), "\n")[n-1], match[3])
	}
	text = testLine.ReplaceAllString(text, "$1.go:NN")
	text = unsent.ReplaceAllString(text, "NNNNNNNN of")
	text = memory.ReplaceAllString(text, "NNN MiB of memory at once.  ")
	text = worked.ReplaceAllString(text, "${2}1s$1")
	return moment.ReplaceAllString(text, "0.0 ms")
}
