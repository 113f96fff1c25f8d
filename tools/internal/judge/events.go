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
	Name          string        `json:"test"`                    // "TestAnswer/a_client_may_ask_again"
	Outcome       string        `json:"outcome"`                 // Pass, Fail or Skip
	Step          string        `json:"step,omitempty"`          // "1.3": the lesson's section
	Failure       string        `json:"failure,omitempty"`       // the kind of failure, as package lab names it
	Misconception string        `json:"misconception,omitempty"` // its ID, where the test could tell
	Text          string        `json:"text,omitempty"`          // what the learner reads
	Took          time.Duration `json:"took"`                    // in nanoseconds
}

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
	return list.leaves(), nil
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
		if !frame.MatchString(e.Output) {
			t.Text += strings.TrimPrefix(e.Output, "    ")
		}
	case "attr":
		switch e.Key {
		case "outcome":
			t.Failure = e.Value
		case "misconception":
			t.Misconception = e.Value
		case "step":
			t.Step = e.Value
		}
	case Pass, Fail, Skip:
		t.Outcome = e.Action
		t.Took = time.Duration(e.Elapsed * float64(time.Second))
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
func (g *gathering) leaves() []Test {
	var list []Test
	for _, t := range g.tests {
		if !g.hasSubtests(t) {
			list = append(list, *t)
		}
	}
	return list
}

func (g *gathering) hasSubtests(parent *Test) bool {
	for _, t := range g.tests {
		if strings.HasPrefix(t.Name, parent.Name+"/") {
			return true
		}
	}
	return false
}
