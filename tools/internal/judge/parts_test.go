package judge

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/testsource"
)

func TestParts(t *testing.T) {
	functions := []testsource.Function{{Name: "a", Lines: 30}, {Name: "b", Lines: 10}, {Name: "c", Lines: 5}, {Name: "d", Lines: 10}}
	assert.Equal(t, []string{"^(a|b|c|d)$"}, parts(functions, 1))
	assert.Equal(t, []string{"^(a)$", "^(b|c|d)$"}, parts(functions, 2))
	assert.Equal(t, []string{"^(a)$", "^(b)$", "^(c|d)$"}, parts(functions, 4), "none is empty")
	assert.Empty(t, parts(nil, 2))
}

func TestInTurn(t *testing.T) {
	functions := []string{"a", "b", "c", "d"}
	pass := func(name string) []Test { return []Test{{Name: name, Outcome: Pass}} }
	fail := func(name string) []Test { return []Test{{Name: name, Outcome: Fail}} }
	names := func(tests []Test) (list []string) {
		for _, t := range tests {
			list = append(list, t.Name)
		}
		return list
	}

	t.Run("what they say is told in their order", func(t *testing.T) {
		second := make(chan bool)
		tests, err := inTurn(t.Context(), functions, func(_ context.Context, name string) ([]Test, error) {
			switch name {
			case "a":
				<-second
			case "b":
				close(second)
			}
			return pass(name), nil
		})
		require.NoError(t, err)
		assert.Equal(t, functions, names(tests))
	})

	t.Run("a failure cancels what comes after it, and not what comes before", func(t *testing.T) {
		failed := make(chan bool)
		tests, err := inTurn(t.Context(), functions, func(ctx context.Context, name string) ([]Test, error) {
			switch name {
			case "a":
				<-failed
				return pass(name), ctx.Err()
			case "b":
				close(failed)
				return fail(name), nil
			}
			<-ctx.Done()
			return nil, context.Cause(ctx)
		})
		require.NoError(t, err)
		assert.Equal(t, []string{"a", "b"}, names(tests))
	})

	t.Run("of two failures the first in order counts", func(t *testing.T) {
		later := make(chan bool)
		tests, err := inTurn(t.Context(), functions, func(_ context.Context, name string) ([]Test, error) {
			switch name {
			case "a":
				<-later
			case "b":
				defer close(later)
			}
			return fail(name), nil
		})
		require.NoError(t, err)
		assert.Equal(t, []string{"a"}, names(tests))
	})

	t.Run("what keeps one from running is an error", func(t *testing.T) {
		broken := errors.New("broken")
		_, err := inTurn(t.Context(), functions, func(_ context.Context, name string) ([]Test, error) {
			if name == "a" {
				return nil, broken
			}
			return pass(name), nil
		})
		assert.ErrorIs(t, err, broken)
	})

	t.Run("a newer save is the end of all", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		newer := errors.New("newer")
		_, err := inTurn(ctx, functions, func(ctx context.Context, name string) ([]Test, error) {
			cancel(newer)
			<-ctx.Done()
			return nil, context.Cause(ctx)
		})
		assert.ErrorIs(t, err, newer)
	})
}
