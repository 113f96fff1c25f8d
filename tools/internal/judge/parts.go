package judge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"sockets.test/tools/internal/testsource"
	"sockets.test/tools/internal/tree"
)

// atOnce is into how many parts a chapter's tests are divided. Each part has a
// process of its own, and programs of its own, so that no test can tell; they
// spend much of their time waiting for those.
var atOnce = min(4, runtime.NumCPU()+1)

// parts divides test functions, in their order, into n parts or fewer that take
// about the same time, as far as their length tells. Each is what go test -run
// takes.
func parts(functions []testsource.Function, n int) (patterns []string) {
	all := 0
	for _, f := range functions {
		all += f.Lines
	}
	list := make([][]string, n)
	before := 0
	for _, f := range functions {
		middle := before + f.Lines/2
		i := min(n-1, middle*n/max(1, all))
		list[i] = append(list[i], f.Name)
		before += f.Lines
	}
	for _, names := range list {
		if len(names) > 0 {
			patterns = append(patterns, "^("+strings.Join(names, "|")+")$")
		}
	}
	return patterns
}

// run runs parts of the tests, each what go test -run takes, on a command, and has the verdict say what they
// said: in their order, up to the first failure.
func (j *Judge) run(ctx context.Context, c *tree.Chapter, v *Verdict, tests binary, command []string, parts []string) error {
	list, err := json.Marshal(command)
	if err != nil {
		return err
	}
	v.Against = tests.hash
	args := []string{"-test.v=test2json", "-test.timeout=10m"}
	if !tests.whole {
		args = append(args, "-test.failfast")
	}
	v.Tests, err = inTurn(ctx, parts, func(ctx context.Context, part string) ([]Test, error) {
		return events(ctx, invocation{
			path: tests.path,
			args: append(args[:len(args):len(args)], "-test.run="+part),
			dir:  c.Dir(),
			env:  j.environment(append(tests.env[:len(tests.env):len(tests.env)], "LAB_PROGRAM="+string(list))...),
		}, true)
	})
	if err != nil {
		return err
	}
	if len(v.Tests) == 0 {
		return fmt.Errorf("%s has no tests", c.Key)
	}
	v.Passed = v.First() == nil
	return nil
}

// errDecided cancels what comes after a failure: nobody will read it.
var errDecided = errors.New("a test before it has failed")

// inTurn runs the parts at the same time, and joins what they said, as if one
// had run after the other up to the first failure.
func inTurn[P any](ctx context.Context, parts []P, run func(context.Context, P) ([]Test, error)) ([]Test, error) {
	type said struct {
		tests []Test
		err   error
	}
	all := make([]said, len(parts))
	contexts := make([]context.Context, len(parts))
	cancels := make([]context.CancelCauseFunc, len(parts))
	for i := range parts {
		contexts[i], cancels[i] = context.WithCancelCause(ctx)
		defer cancels[i](nil)
	}
	var running sync.WaitGroup
	for i, part := range parts {
		running.Go(func() {
			tests, err := run(contexts[i], part)
			if err != nil || failed(tests) {
				for _, cancel := range cancels[i+1:] {
					cancel(errDecided)
				}
			}
			all[i] = said{tests, err}
		})
	}
	running.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	var list []Test
	for _, s := range all {
		if s.err != nil {
			return nil, s.err
		}
		list = append(list, s.tests...)
		if failed(s.tests) {
			break
		}
	}
	return list, nil
}

func failed(tests []Test) bool {
	for _, t := range tests {
		if t.Outcome == Fail {
			return true
		}
	}
	return false
}
