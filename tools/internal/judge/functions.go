package judge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"sockets.test/tools/internal/tree"
)

// atOnce is how many test functions run at the same time. Each has a process of
// its own, and programs of its own, so that none can tell; they spend much of
// their time waiting for those.
var atOnce = min(4, runtime.NumCPU())

// run runs test functions on a command, and has the verdict say what they said:
// in their order, up to the first failure.
func (j *Judge) run(ctx context.Context, c *tree.Chapter, v *Verdict, tests binary, command, functions []string) error {
	list, err := json.Marshal(command)
	if err != nil {
		return err
	}
	v.Against = tests.hash
	args := []string{"-test.v=test2json", "-test.timeout=2m"}
	if !tests.whole {
		args = append(args, "-test.failfast")
	}
	v.Tests, err = inTurn(ctx, functions, func(ctx context.Context, name string) ([]Test, error) {
		return events(ctx, invocation{
			path: tests.path,
			args: append(args[:len(args):len(args)], "-test.run=^"+name+"$"),
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

// inTurn runs the functions, atOnce at a time, and joins what they said, as if
// one had run after the other up to the first that fails.
func inTurn(ctx context.Context, functions []string, run func(context.Context, string) ([]Test, error)) ([]Test, error) {
	type said struct {
		tests []Test
		err   error
	}
	all := make([]said, len(functions))
	contexts := make([]context.Context, len(functions))
	cancels := make([]context.CancelCauseFunc, len(functions))
	next := make(chan int, len(functions))
	for i := range functions {
		contexts[i], cancels[i] = context.WithCancelCause(ctx)
		defer cancels[i](nil)
		next <- i
	}
	close(next)
	var workers sync.WaitGroup
	for range min(atOnce, len(functions)) {
		workers.Go(func() {
			for i := range next {
				if contexts[i].Err() != nil {
					return
				}
				tests, err := run(contexts[i], functions[i])
				if err != nil || failed(tests) {
					for _, cancel := range cancels[i+1:] {
						cancel(errDecided)
					}
				}
				all[i] = said{tests, err}
			}
		})
	}
	workers.Wait()
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
