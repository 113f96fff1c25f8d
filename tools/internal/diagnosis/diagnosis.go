// Package diagnosis names the misconception behind a failure, by what is
// recorded of how programs with that misconception fail.
//
// A failure is named when it is like the recorded behaviour of one misconception
// and of no other; see Match. Where it is like that of several, Telling are the
// tests that tell them apart, and Decide goes by how the program does in those.
//
// Non-goals: running tests, and explaining a failure that is like nothing known.
package diagnosis

import (
	"os"
	"path/filepath"
	"slices"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/mistake"
	"sockets.test/tools/internal/tree"
)

// Known are the misconceptions of a chapter, by their files' names.
func Known(c *tree.Chapter) ([]*mistake.Mistake, error) {
	entries, err := os.ReadDir(c.MistakesDir())
	if err != nil {
		return nil, err
	}
	var list []*mistake.Mistake
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".txtar" {
			continue
		}
		m, err := mistake.Read(filepath.Join(c.MistakesDir(), e.Name()))
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

// A Candidate is a program with a misconception that a failure may be like.
type Candidate struct {
	*mistake.Mistake
	Program int // in Mistake.Programs
}

// unseen are the details of which a missing one says nothing: on a busy machine
// a program may have gone before it could be looked at.
var unseen = []string{"rests", "waits in", "timers"}

// Match are the programs whose recorded behaviour is like this one: alike also
// in where the program stood, or, if there is none and what came says more than
// a mere silence, in what came.
func Match(known []*mistake.Mistake, b failure.Behaviour) []Candidate {
	alike := like(known, b, failure.Core)
	if closer := alike.like(b, failure.Detail); len(closer) > 0 {
		return closer
	}
	if b.Telling() {
		return alike
	}
	return nil
}

type candidates []Candidate

func like(known []*mistake.Mistake, b failure.Behaviour, keys []string) candidates {
	var all candidates
	for _, m := range known {
		for n := range m.Programs {
			all = append(all, Candidate{m, n})
		}
	}
	return all.like(b, keys)
}

// like are those of which a recorded behaviour is equal in these keys, and in
// the core.
func (all candidates) like(b failure.Behaviour, keys []string) (some candidates) {
	keys = slices.DeleteFunc(slices.Concat(failure.Core, keys), func(key string) bool {
		return b[key] == "" && slices.Contains(unseen, key)
	})
	for _, c := range all {
		if slices.ContainsFunc(c.Programs[c.Program].Behaves, func(known failure.Behaviour) bool { return known.Equal(b, keys) }) {
			some = append(some, c)
		}
	}
	return some
}

// One is the misconception that all candidates have; nil if there is none, or if
// there are several.
func One(list []Candidate) *mistake.Mistake {
	if len(list) == 0 {
		return nil
	}
	for _, c := range list {
		if c.ID != list[0].ID {
			return nil
		}
	}
	return list[0].Mistake
}

// Telling are the tests that tell candidates apart.
func Telling(list []Candidate) (tests []string) {
	for _, c := range list {
		for _, b := range c.Programs[c.Program].Tells {
			if !slices.Contains(tests, b["test"]) {
				tests = append(tests, b["test"])
			}
		}
	}
	return tests
}

// Decide are the candidates of which every telling test is like the program's.
// Without telling tests a candidate is none any more: it was not told apart.
func Decide(list []Candidate, seen map[string]failure.Behaviour) (left []Candidate) {
	for _, c := range list {
		tells := c.Programs[c.Program].Tells
		fits := func(b failure.Behaviour) bool { return b.Equal(seen[b["test"]], failure.Core) }
		if len(tells) > 0 && !slices.ContainsFunc(tells, func(b failure.Behaviour) bool { return !fits(b) }) {
			left = append(left, c)
		}
	}
	return left
}

// Of is the diagnosis that a misconception is.
func Of(m *mistake.Mistake) failure.Diagnosis {
	if m == nil {
		return failure.Diagnosis{}
	}
	return failure.Diagnosis{ID: m.ID, Truth: m.Title, Step: m.Taught}
}
