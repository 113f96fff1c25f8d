package place_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/place"
	"sockets.test/tools/internal/tree"
)

const begun = `package main

func main() { run() }

// TODO 1.10: last
// TODO 1.3: answer
func run() error { return nil }

func serve(conn net.PacketConn) error {
	return nil
}
`

func TestNext(t *testing.T) {
	course, err := tree.Find(".")
	require.NoError(t, err)
	c, err := course.Chapter("1")
	require.NoError(t, err)
	failed := func(step string, program failure.State) *judge.Verdict {
		f := &failure.Failure{Step: step, File: "server_test.go", Line: 90, Program: program}
		return &judge.Verdict{Tests: []judge.Test{{Outcome: judge.Pass}, {Outcome: judge.Fail, Step: step, Failure: f}}}
	}
	nothing := failure.State{}
	calls := []failure.Call{{Place: "proc.go:5"}, {Place: "server.go:10", Call: "conn.Read"}}
	for _, test := range []struct {
		name    string
		text    string
		verdict *judge.Verdict
		want    int
	}{
		{"the first TODO by its number", begun, nil, 6},
		{"the TODO of the step that failed", begun, failed("1.10", nothing), 5},
		{"the line that the compiler names", begun, &judge.Verdict{Build: "chapters/01-udp-server/server.go:9:2: wrong\n"}, 9},
		{"the line where the program waits", begun, failed("1.2", failure.State{Calls: calls}), 10},
		{"a side of a data race", begun, failed("1.2", failure.State{Calls: calls, Races: []failure.Access{{Does: "reads"}, {Does: "writes", Place: "server.go:8"}}}), 8},
		{"the line that panicked", begun, failed("1.2", failure.State{Calls: calls, Panic: &failure.Panic{Place: "server.go:9"}}), 9},
		{"a test that crashed says nothing", begun, &judge.Verdict{Tests: []judge.Test{{Outcome: judge.Fail, Step: "1.10"}}}, 5},
		{"the function in which the skeleton has the step", begun, failed("1.2", nothing), 9},
		{"main, where nothing is known", "package main\n\nfunc main() {}\n", failed("1.2", nothing), 3},
		{"the first line, where there is nothing", "", nil, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := place.Next(c, map[string]string{"server.go": test.text}, test.verdict)

			assert.Equal(t, place.Place{File: "chapters/01-udp-server/server.go", Line: test.want}, got)
		})
	}
}
