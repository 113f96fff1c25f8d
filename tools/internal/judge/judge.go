// Package judge holds a program against a chapter's tests.
//
// Goals:
//
//   - one way to judge the learner's program, the skeleton, the solution, a
//     mistake, a variant, and a program in another language;
//   - the tests are built once, and judge every program that comes: a verdict
//     costs one build of the program, and the tests' own time;
//   - a verdict is data: step, test, outcome, what was observed, times.
//
// Non-goals: showing a verdict, and remembering it.
package judge

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/testsource"
	"sockets.test/tools/internal/tree"
)

// A Judge judges programs for the chapters of one tree. Several goroutines may
// use it at the same time.
type Judge struct {
	Tree      *tree.Tree
	Dir       string // where built tests and programs are kept, and run: nobody else may write there
	Race      bool   // build programs with the race detector; a race ends them
	Undivided bool   // run a chapter's tests in one process: many programs are judged at the same time

	turns  sync.Map // by chapter: see turn
	shares sync.Map // by the hash of a program's files: see Together
	ahead  sync.Map // by the same: see begin

	race   sync.Once
	racing *Judge

	builders sync.Map // by Race: see quickly
}

// Racing is the judge that builds the same programs with the race detector.
func (j *Judge) Racing() *Judge {
	if j.Race {
		return j
	}
	j.race.Do(func() { j.racing = &Judge{Tree: j.Tree, Dir: j.Dir, Race: true, Undivided: j.Undivided} })
	return j.racing
}

// environment is that of the tests, which are to hand over their failures as
// data. The first data race ends a program, so that the test under way sees it,
// and not only a standard error that nobody reads.
func (j *Judge) environment(more ...string) []string {
	more = append(more, failure.Format+"="+failure.JSON)
	if j.Race {
		more = append(more, "GORACE=halt_on_error=1 atexit_sleep_ms=10")
	}
	return append(os.Environ(), more...)
}

// A Program is what is to be judged: one of the fields.
type Program struct {
	Dir     string            // a folder of the tree, "chapters/01-udp-server", as it is on disk
	Files   map[string]string // Go source by base name
	Command []string          // a program that exists, and its first arguments
}

// A Verdict is what the tests said of one program.
type Verdict struct {
	Chapter string        `json:"chapter"`           // the chapter's key
	Passed  bool          `json:"passed"`            // it was built, and no test failed
	Build   string        `json:"build,omitempty"`   // what the compiler said of a program that it refused
	Tests   []Test        `json:"tests"`             // in the order in which they began; without subtests' parents
	Took    time.Duration `json:"took"`              // all of it, in nanoseconds
	Unraced string        `json:"unraced,omitempty"` // why nobody looked for data races, where somebody should have
	Raced   int           `json:"raced,omitempty"`   // so many tests had passed before the race detector was asked
	Built   time.Duration `json:"built"`             // the program's build
	Hash    string        `json:"hash,omitempty"`    // of the program's bytes
	Against string        `json:"against,omitempty"` // the hash of the tests
}

// First is the failure that the learner reads first, nil if there is none.
func (v *Verdict) First() *Test {
	for i := range v.Tests {
		if v.Tests[i].Outcome == Fail {
			return &v.Tests[i]
		}
	}
	return nil
}

// Judge builds the program and runs the chapter's tests on it, up to the first
// failure; then it looks for data races, where the chapter has threads. Its
// error says what kept it from judging; a program that does not compile is no
// error.
func (j *Judge) Judge(ctx context.Context, c *tree.Chapter, p Program) (*Verdict, error) {
	v, whole, err := j.Look(ctx, c, p)
	if err != nil || whole {
		return v, err
	}
	return v, j.Races(ctx, c, p, v)
}

// Look is the first half of Judge, for those who cannot wait: if the verdict is
// not the whole one, Races may still change it.
func (j *Judge) Look(ctx context.Context, c *tree.Chapter, p Program) (v *Verdict, whole bool, err error) {
	began := time.Now()
	tests, err := j.tests(ctx, c)
	if err != nil {
		return nil, false, err
	}
	go converter() // found while the program is built
	program, err := j.ready(ctx, c, p)
	if err != nil {
		return nil, false, err
	}
	defer program.remove()
	v = &Verdict{Chapter: c.Key, Tests: []Test{}, Build: program.said}
	if p.Command == nil {
		v.Built = time.Since(began)
	}
	if program.command == nil {
		v.Took = time.Since(began)
		return v, true, nil
	}
	ahead, stop := context.WithCancel(ctx)
	if _, can := CanRace(); can && p.Command == nil && !j.Undivided && j.Threaded(c) {
		j.Racing().begin(ahead, c, p)
	}
	defer func() {
		if err != nil || whole { // or it ends with the context
			stop()
		}
	}()
	tests.env = program.env
	source, err := testsource.Read(c)
	if err != nil {
		return nil, false, err
	}
	n := atOnce
	if j.Undivided {
		n = 1
	}
	if err := j.run(ctx, c, v, tests, program.command, parts(source.Functions(), n)); err != nil {
		return nil, false, err
	}
	if err := j.diagnose(ctx, c, v, tests, program.command); err != nil {
		return nil, false, err
	}
	if err := j.unfinished(c, p, v); err != nil {
		return nil, false, err
	}
	v.Took = time.Since(began)
	return v, !v.Passed || !j.Threaded(c), nil
}

// Transcripts replays the transcripts in dir with the program, and writes what
// they showed to the folder record; see package wire.
func (j *Judge) Transcripts(ctx context.Context, c *tree.Chapter, p Program, dir, record string) (*Verdict, error) {
	tests, err := j.tests(ctx, c)
	if err != nil {
		return nil, err
	}
	program, err := j.ready(ctx, c, p)
	if err != nil {
		return nil, err
	}
	defer program.remove()
	v := &Verdict{Chapter: c.Key, Build: program.said}
	if program.command == nil {
		return v, nil
	}
	if record != "" {
		if record, err = filepath.Abs(record); err != nil {
			return nil, err
		}
	}
	tests.env = append(program.env, "LAB_TRANSCRIPTS="+dir, "LAB_RECORD="+record)
	tests.whole = true
	err = j.run(ctx, c, v, tests, program.command, []string{"^TestTranscripts$"})
	return v, err
}

// Plain judges the program by the plain contract: go test, with the program
// laid over the chapter's own file.
func (j *Judge) Plain(ctx context.Context, c *tree.Chapter, files map[string]string) (*Verdict, error) {
	began := time.Now()
	work, err := os.MkdirTemp(j.Dir, "plain-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	overlay, err := lay(work, c.Dir(), files)
	if err != nil {
		return nil, err
	}
	v := &Verdict{Chapter: c.Key}
	args := append([]string{"test", "-json", "-count=1", "-overlay=" + overlay}, j.flags()...)
	v.Tests, err = events(ctx, invocation{path: "go", args: append(args, "./chapters/"+c.Key), dir: j.Tree.Root, env: j.environment("GOTMPDIR=" + work)}, false)
	v.Took = time.Since(began)
	v.Passed = err == nil && len(v.Tests) > 0 && v.First() == nil
	return v, err
}

// Vet is what go vet says of the program in the chapter's place; "" if nothing.
func (j *Judge) Vet(ctx context.Context, c *tree.Chapter, files map[string]string) (string, error) {
	work, err := os.MkdirTemp(j.Dir, "vet-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work)
	overlay, err := lay(work, c.Dir(), files)
	if err != nil {
		return "", err
	}
	said, ok, err := goCommand(ctx, j.Tree.Root, "vet", "-overlay="+overlay, "./chapters/"+c.Key)
	if err != nil || ok {
		return "", err
	}
	return j.complaints(said, work, filepath.Join("chapters", c.Key)), nil
}
