package judge

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/proc"
)

// What a test came to.
const (
	Pass = "pass"
	Fail = "fail"
	Skip = "skip"
)

// A Test is what one test said: a leaf, that is, without subtests.
type Test struct {
	Name      string            `json:"test"`               // "TestAnswer/a_client_may_ask_again"
	Outcome   string            `json:"outcome"`            // Pass, Fail or Skip
	Step      string            `json:"step,omitempty"`     // "1.3": the lesson's section to read again
	Failure   *failure.Failure  `json:"failure,omitempty"`  // what was observed; nil unless an expectation failed
	Diagnosis failure.Diagnosis `json:"diagnosis,omitzero"` // the misconception that it was matched with
	Text      string            `json:"text,omitempty"`     // what the test logged, why it was skipped, or how it crashed
	Took      time.Duration     `json:"took"`               // in nanoseconds

	values []string // of the attribute that is the failure
	line   string   // the last piece of a line of output that has not ended
	framed bool     // that line is a frame
}

// Kind is the kind of the failure, as a headline has it: "never answered"; "" if
// no expectation failed.
func (t *Test) Kind() string {
	if t.Failure == nil {
		return ""
	}
	return t.Failure.Kind()
}

// NotBegun reports whether the program stopped at a TODO.
func (t *Test) NotBegun() bool { return t.Failure != nil && t.Failure.Outcome == failure.NotBegun }

// An invocation is a process that writes a test's output.
type invocation struct {
	path string
	args []string
	dir  string
	env  []string
}

// An event is a line of go test -json; see go doc test2json.
type event struct {
	Action     string
	Test       string
	Output     string
	Key, Value string
	Elapsed    float64 // seconds
}

// events runs tests and gathers what go test -json says of them. Where convert
// is set, the process is a test binary, whose output test2json turns into that.
func events(ctx context.Context, run invocation, convert bool) ([]Test, error) {
	from, to, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer from.Close()
	p, err := proc.Start(proc.Command{Path: run.path, Args: run.args, Dir: run.dir, Env: run.env, Stdout: to})
	to.Close()
	if err != nil {
		return nil, err
	}
	defer p.Kill()
	stop := context.AfterFunc(ctx, p.Kill)
	defer stop()

	var list gathering
	if convert {
		path, err := converter()
		if err != nil {
			return nil, err
		}
		cmd := exec.Command(path, "-t")
		cmd.Stdin = from
		out, err := cmd.StdoutPipe()
		if err != nil {
			return nil, err
		}
		if err := cmd.Start(); err != nil {
			return nil, err
		}
		err = list.read(out)
		if err := errors.Join(err, cmd.Wait()); err != nil {
			return nil, err
		}
	} else if err := list.read(from); err != nil {
		return nil, err
	}
	<-p.Done()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	if p.Exit().Code != 0 && !list.failed() {
		return nil, fmt.Errorf("the tests ended with %s: %s", p.Exit(), strings.TrimSpace(list.loose.String()+p.Stderr().String()))
	}
	return list.leaves()
}

// converter finds test2json, which the go command builds when it is first asked.
var converter = sync.OnceValues(func() (string, error) {
	said, ok, err := goCommand(context.Background(), "", "tool", "-n", "test2json")
	path := strings.TrimSpace(said)
	if _, missing := os.Stat(path); err == nil && ok && missing != nil {
		said, ok, err = goCommand(context.Background(), "", "tool", "test2json")
	}
	if err == nil && !ok {
		err = errors.New(strings.TrimSpace(said))
	}
	if err != nil {
		return "", fmt.Errorf("go tool test2json: %w", err)
	}
	return path, nil
})

// A gathering is the tests that were seen, in the order in which they began.
type gathering struct {
	tests []*Test
	loose strings.Builder // output that belongs to no test
}

func (g *gathering) read(from io.Reader) error {
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			return fmt.Errorf("go test -json wrote %q: %w", line, err)
		}
		g.take(e)
	}
}

func (g *gathering) take(e event) {
	if e.Test == "" {
		if e.Action == "output" || e.Action == "build-output" {
			g.loose.WriteString(e.Output)
		}
		return
	}
	t := g.find(e.Test)
	switch e.Action {
	case "output":
		t.hear(e.Output)
	case "attr":
		if e.Key == failure.Attribute {
			t.values = append(t.values, e.Value)
		}
	case Pass, Fail, Skip:
		t.Outcome = e.Action
		t.Took = time.Duration(e.Elapsed * float64(time.Second))
	}
}

// hear takes a line of the test's output, or a piece of one: test2json breaks
// those that are long.
func (t *Test) hear(piece string) {
	if t.line == "" { // it begins here
		t.framed = frame.MatchString(piece)
		if !t.framed {
			piece = strings.TrimPrefix(piece, "    ")
		}
	}
	if !t.framed {
		t.Text += piece
	}
	t.line = piece
	if strings.HasSuffix(piece, "\n") {
		t.line = ""
	}
}

// A frame is a line that package testing writes around a test's own. It stands
// at column 0, and what a test says through t.Log or t.Output never does. No
// field tells the two apart: package testing marks frames for test2json, with a
// byte 0x16, but Go 1.26's test2json does not pass that on.
var frame = regexp.MustCompile(`^(=== (RUN|PAUSE|CONT|NAME|ATTR) |--- (PASS|FAIL|SKIP): )`)

func (g *gathering) find(name string) *Test {
	for _, t := range g.tests {
		if t.Name == name {
			return t
		}
	}
	t := &Test{Name: name, Outcome: Fail} // until it says otherwise: a crash says nothing
	g.tests = append(g.tests, t)
	return t
}

func (g *gathering) failed() bool {
	for _, t := range g.tests {
		if t.Outcome == Fail {
			return true
		}
	}
	return false
}

// leaves leaves out the tests that only hold others together.
func (g *gathering) leaves() ([]Test, error) {
	var list []Test
	for _, t := range g.tests {
		if g.hasSubtests(t) {
			continue
		}
		if err := t.decode(); err != nil {
			return nil, fmt.Errorf("%s: its failure cannot be read: %w", t.Name, err)
		}
		t.values, t.line, t.framed = nil, "", false
		list = append(list, *t)
	}
	return list, nil
}

// decode reads the failure that a test has handed over, if it has one.
func (t *Test) decode() error {
	if t.values == nil {
		return nil
	}
	f, err := failure.Decode(t.values)
	if err != nil {
		return err
	}
	t.Failure, t.Step = f, f.Step
	return nil
}

func (g *gathering) hasSubtests(parent *Test) bool {
	for _, t := range g.tests {
		if strings.HasPrefix(t.Name, parent.Name+"/") {
			return true
		}
	}
	return false
}
