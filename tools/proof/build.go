package proof

import (
	"context"
	"errors"
	"sync"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/tree"
)

// build builds what the proofs of a chapter judge, and the tests that they judge
// it by, in a few runs of the go command.
func build(ctx context.Context, j *judge.Judge, c *tree.Chapter) error {
	programs, err := programs(c)
	if err != nil {
		return err
	}
	var tests, plain, racing error
	var building sync.WaitGroup
	building.Go(func() { tests = j.Prepare(ctx, c) })
	building.Go(func() { plain = j.Together(ctx, c, programs...) })
	if j.Threaded(c) {
		if _, ok := judge.CanRace(); ok {
			racing = j.Racing().Together(ctx, c, programs...)
		}
	}
	building.Wait()
	return errors.Join(tests, plain, racing)
}

// programs are the solution, the mistakes and the variants. One that cannot be
// made is left out: the proof that judges it says why.
func programs(c *tree.Chapter) (list []map[string]string, err error) {
	solution, err := tree.Program(c.SolutionDir())
	if err != nil {
		return nil, err
	}
	list = append(list, solution)
	for _, dir := range []string{c.MistakesDir(), c.VariantsDir()} {
		all, err := All(dir)
		if err != nil {
			return nil, err
		}
		for _, m := range all {
			for n := range m.Programs {
				if files, err := m.Build(n, solution); err == nil {
					list = append(list, files)
				}
			}
		}
	}
	return list, nil
}
