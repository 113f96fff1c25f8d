package proof

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"

	"sockets.test/tools/internal/diagnosis"
	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/mistake"
	"sockets.test/tools/internal/tree"
)

// A suspect is one program of a mistake's, while its behaviour is recorded.
type suspect struct {
	*mistake.Mistake
	program int
	files   map[string]string
	racing  bool                         // only the race detector sees it
	seen    map[string]failure.Behaviour // how it does in every test, once that was asked
	tells   map[string]bool              // the tests that tell it from others
}

func (s *suspect) String() string {
	if len(s.Programs) == 1 {
		return s.ID
	}
	return fmt.Sprintf("%s (program %d)", s.ID, s.program+1)
}

// often is how many times each program is run to record it: where its behaviour
// depends on luck, all that was seen is recorded.
const often = 4

// RecordBehaviour runs the programs of a chapter's mistakes, and writes into
// their files how they fail, and in which tests those differ that fail alike.
// It returns what cannot be told apart.
func RecordBehaviour(ctx context.Context, j *judge.Judge, c *tree.Chapter) (wrong []string, err error) {
	known, err := diagnosis.Known(c)
	if err != nil {
		return nil, err
	}
	all, err := suspects(c, known)
	if err != nil {
		return nil, err
	}
	err = each8(all, func(s *suspect) error { return s.observe(ctx, j, c) })
	if err != nil {
		return nil, err
	}
	alike := likeOthers(all, known)
	if err := each8(slices.Collect(maps.Keys(alike)), func(s *suspect) error { return s.tryAll(ctx, j, c) }); err != nil {
		return nil, err
	}
	for _, s := range all {
		for _, other := range alike[s] {
			if other.ID == s.ID {
				continue
			}
			test := difference(s, other)
			if test == "" {
				wrong = append(wrong, fmt.Sprintf("%s:1: it behaves as %s does, in every test: write one that tells them apart, or make one of the two", rel(c, s.File), other))
				continue
			}
			s.tells[test], other.tells[test] = true, true
		}
	}
	return wrong, write(known, all)
}

// suspects are all programs of these mistakes.
func suspects(c *tree.Chapter, known []*mistake.Mistake) (all []*suspect, err error) {
	solution, err := tree.Program(c.SolutionDir())
	if err != nil {
		return nil, err
	}
	for _, m := range known {
		for n := range m.Programs {
			files, err := m.Build(n, solution)
			if err != nil {
				return nil, err
			}
			m.Programs[n].Behaves, m.Programs[n].Tells = nil, nil
			all = append(all, &suspect{Mistake: m, program: n, files: files, tells: map[string]bool{}})
		}
	}
	return all, nil
}

// each8 does something for all suspects, eight at a time.
func each8(all []*suspect, do func(*suspect) error) error {
	var group sync.WaitGroup
	places := make(chan struct{}, 8)
	problems := make([]error, len(all))
	for i, s := range all {
		group.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			problems[i] = do(s)
		})
	}
	group.Wait()
	return errors.Join(problems...)
}

// observe records how the program fails at first.
func (s *suspect) observe(ctx context.Context, j *judge.Judge, c *tree.Chapter) error {
	p := &s.Programs[s.program]
	for range often {
		v, err := j.Judge(ctx, c, judge.Program{Files: s.files})
		if err != nil {
			return err
		}
		first := v.First()
		if first == nil || first.Failure == nil {
			return nil // the proof says so
		}
		s.racing = v.Raced > 0
		b := first.Failure.Behaviour()
		if !slices.ContainsFunc(p.Behaves, func(known failure.Behaviour) bool { return known.Equal(b, failure.Keys) }) {
			p.Behaves = append(p.Behaves, b)
		}
	}
	return nil
}

// likeOthers are, for each suspect that its behaviour does not name, those that
// it may be taken for.
func likeOthers(all []*suspect, known []*mistake.Mistake) map[*suspect][]*suspect {
	find := func(c diagnosis.Candidate) *suspect {
		return all[slices.IndexFunc(all, func(s *suspect) bool { return s.Mistake == c.Mistake && s.program == c.Program })]
	}
	alike := map[*suspect][]*suspect{}
	add := func(a, b *suspect) {
		if !slices.Contains(alike[a], b) {
			alike[a] = append(alike[a], b)
		}
	}
	for _, s := range all {
		for _, b := range s.Programs[s.program].Behaves {
			list := diagnosis.Match(known, b)
			if diagnosis.One(list) != nil {
				continue
			}
			for _, candidate := range list {
				if other := find(candidate); other != s {
					add(s, other)
					add(other, s)
				}
			}
		}
	}
	return alike
}

// tryAll runs every test on the program.
func (s *suspect) tryAll(ctx context.Context, j *judge.Judge, c *tree.Chapter) (err error) {
	if s.racing {
		j = j.Racing()
	}
	s.seen, err = j.Behaviours(ctx, c, judge.Program{Files: s.files})
	return err
}

// difference is a test in which two programs behave differently: one that only
// one of them passes, if there is any. It is "" if there is none.
func difference(a, b *suspect) string {
	found := ""
	for _, test := range slices.Sorted(maps.Keys(a.seen)) {
		one, other := a.seen[test], b.seen[test]
		if other == nil || one.Equal(other, failure.Core) {
			continue
		}
		if one["outcome"] == "passes" || other["outcome"] == "passes" {
			return test
		}
		if found == "" {
			found = test
		}
	}
	return found
}

// write records what was seen in the mistakes' files.
func write(known []*mistake.Mistake, all []*suspect) error {
	for _, m := range known {
		var behaves, tells [][]failure.Behaviour
		for n, p := range m.Programs {
			s := all[slices.IndexFunc(all, func(s *suspect) bool { return s.Mistake == m && s.program == n })]
			var told []failure.Behaviour
			for _, test := range slices.Sorted(maps.Keys(s.tells)) {
				told = append(told, s.seen[test].Only(failure.Core))
			}
			behaves, tells = append(behaves, p.Behaves), append(tells, told)
		}
		if err := mistake.Record(m.File, behaves, tells); err != nil {
			return err
		}
	}
	return nil
}

// Mistake proves that each program of a misconception is caught, behaves as it
// is recorded, and is called by its name in the first thing that the learner
// reads.
func Mistake(ctx context.Context, j *judge.Judge, c *tree.Chapter, m *mistake.Mistake) (wrong []string, err error) {
	where := rel(c, m.File)
	if len(m.Hints) == 0 {
		wrong = append(wrong, where+":1: there are no hints: write a ladder of lines 1., 2., 3.")
	}
	if m.Why == "" {
		wrong = append(wrong, where+":1: it does not say why people believe otherwise")
	}
	for n := range m.Programs {
		v, problem, err := apply(ctx, j, c, m, n)
		if err != nil || problem != "" {
			return append(wrong, nonEmpty(problem)...), err
		}
		more, err := behavesAsRecorded(where, m, n, v)
		if wrong = append(wrong, more...); err != nil {
			return wrong, err
		}
	}
	return wrong, nil
}

func behavesAsRecorded(where string, m *mistake.Mistake, n int, v *judge.Verdict) (wrong []string, err error) {
	first := v.First()
	switch {
	case first == nil && v.Unraced != "":
		return nil, fmt.Errorf("%w: %s", ErrUnraced, v.Unraced)
	case v.Build != "":
		return []string{fmt.Sprintf("%s:1: it does not compile, so nothing was caught:\n%s", where, v.Build)}, nil
	case first == nil:
		return []string{where + ":1: it survives: every test passes"}, nil
	case first.Failure == nil:
		return []string{fmt.Sprintf("%s:1: it is caught by %s, which says nothing of why:\n%s", where, first.Name, first.Text)}, nil
	}
	b := first.Failure.Behaviour()
	recorded := slices.ContainsFunc(m.Programs[n].Behaves, func(known failure.Behaviour) bool { return known.Equal(b, failure.Core) })
	switch {
	case !recorded:
		wrong = append(wrong, fmt.Sprintf("%s:1: it does not behave as it is recorded (go test ./solutions/%s -rewrite records it again):\n%s", where, filepath.Base(filepath.Dir(m.File)), b))
	case first.Diagnosis.ID == "":
		wrong = append(wrong, fmt.Sprintf("%s:1: it is caught by %s, but not called by its name (%s):\n%s", where, first.Name, first.Kind(), b))
	case first.Diagnosis.ID != m.ID:
		wrong = append(wrong, fmt.Sprintf("%s:1: it is caught under another's name, %s, by %s:\n%s", where, first.Diagnosis.ID, first.Name, b))
	}
	return wrong, nil
}
