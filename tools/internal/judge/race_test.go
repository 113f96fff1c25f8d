package judge

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/tree"
)

func TestStartsGoroutines(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		want bool
	}{
		"a go statement":            {"go serve()", true},
		"a WaitGroup's":             {"clients.Go(func() {})", true},
		"one in a function literal": {"f := func() { go serve() }; f()", true},
		"none":                      {"serve(\"go\") // go on, Go()", false},
		"what is not Go":            {"go {", false},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"server.go": "package main\n\nfunc main() {\n\t" + test.body + "\n}\n"}
			assert.Equal(t, test.want, startsGoroutines(files))
		})
	}
}

// The chapters say themselves which of them it takes.
func TestThreaded(t *testing.T) {
	found, err := tree.Find(".")
	require.NoError(t, err)
	j := &Judge{Tree: found}
	for name, want := range map[string]bool{"06-tcp-server": false, "13-threaded-server": true} {
		c, err := found.Chapter(name)
		require.NoError(t, err)
		assert.Equal(t, want, j.Threaded(c), name)
		assert.False(t, j.Racing().Threaded(c), "it races already")
	}
}
