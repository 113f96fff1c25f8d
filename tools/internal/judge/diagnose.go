package judge

import (
	"cmp"
	"context"
	"path/filepath"
	"regexp"
	"strings"

	"sockets.test/tools/internal/diagnosis"
	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/todo"
	"sockets.test/tools/internal/tree"
)

// diagnose names the misconception behind the first failure of a verdict, where
// the program behaves as it is recorded of that one, and of no other. Where it
// behaves so far as several do, the tests that tell them apart decide.
func (j *Judge) diagnose(ctx context.Context, c *tree.Chapter, v *Verdict, tests binary, command []string) error {
	first := v.First()
	if first == nil || first.Failure == nil || first.NotBegun() {
		return nil
	}
	known, err := diagnosis.Known(c)
	if err != nil {
		return nil // the failure speaks for itself
	}
	list := diagnosis.Match(known, first.Failure.Behaviour())
	found := diagnosis.One(list)
	if telling := diagnosis.Telling(list); found == nil && len(telling) > 0 {
		seen, err := j.try(ctx, c, tests, command, telling)
		if err != nil {
			return err
		}
		found = diagnosis.One(diagnosis.Decide(list, seen))
	}
	first.Diagnosis = diagnosis.Of(found)
	first.Step = cmp.Or(first.Diagnosis.Step, first.Step)
	return nil
}

// Behaviours are how a program does in these tests, by the tests' names: see
// diagnosis.Seen. Without names they are all of the chapter's.
func (j *Judge) Behaviours(ctx context.Context, c *tree.Chapter, p Program, names ...string) (map[string]failure.Behaviour, error) {
	tests, err := j.tests(ctx, c)
	if err != nil {
		return nil, err
	}
	program, err := j.ready(ctx, c, p)
	if err != nil || program.command == nil {
		return nil, err
	}
	defer program.remove()
	tests.env = program.env
	return j.try(ctx, c, tests, program.command, names)
}

// try runs tests on a command, also those behind one that fails.
func (j *Judge) try(ctx context.Context, c *tree.Chapter, tests binary, command []string, names []string) (map[string]failure.Behaviour, error) {
	tests.whole = true
	patterns := []string{""}
	if len(names) > 0 {
		patterns = nil
	}
	for _, name := range names {
		patterns = append(patterns, pattern(name))
	}
	seen := map[string]failure.Behaviour{}
	for _, p := range patterns {
		v := &Verdict{}
		if err := j.run(ctx, c, v, tests, command, []string{p}); err != nil {
			return nil, err
		}
		for _, t := range v.Tests {
			seen[t.Name] = behaviour(t)
		}
	}
	return seen, nil
}

// behaviour is how the program did in one test.
func behaviour(t Test) failure.Behaviour {
	switch {
	case t.Outcome == Fail && t.Failure != nil:
		return t.Failure.Behaviour()
	case t.Outcome == Fail:
		return failure.Behaviour{"test": t.Name, "outcome": "crashes the test"}
	}
	return failure.Behaviour{"test": t.Name, "outcome": "passes"}
}

// pattern is what go test -run takes for one test, "TestAnswer/a_client".
func pattern(name string) string {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}

// unfinished has the first failure say which TODO is still in the program. A
// command's source is not known.
func (j *Judge) unfinished(c *tree.Chapter, p Program, v *Verdict) error {
	first := v.First()
	if first == nil || first.Failure == nil || p.Command != nil {
		return nil
	}
	files := p.Files
	if files == nil {
		var err error
		if files, err = tree.Program(filepath.Join(j.Tree.Root, filepath.FromSlash(p.Dir))); err != nil {
			return err
		}
	}
	if left := todo.In(files); len(left) > 0 {
		first.Failure.Program.Unfinished = &left[0]
	}
	return nil
}
