package failure_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/failure"
)

func silent() *failure.Failure {
	return &failure.Failure{
		Test: "TestAnswer/it_answers", Expect: `client.Expect("HI")`, Outcome: failure.NeverAnswered,
		Answers: []failure.Answer{{Question: failure.WhenNewline}, {Question: failure.WhenEnd, Yes: true}},
		Facts:   map[string]string{"row": "lost 3 for 2", "line": "not ended"},
		Program: failure.State{
			Resting: failure.Asleep, Timers: failure.NoTimer, Waited: "3 ms",
			Calls: []failure.Call{
				{Place: "server.go:31", Call: "conn.Read"},
				{Place: "server.go:12", Call: "TCPListener.Accept"},
				{Place: "server.go:44", Call: "conn.Read"},
				{Place: "server.go:50", Call: "strings.ToUpper", Runs: true},
			},
			Sockets: []failure.Socket{
				{Net: "tcp", State: "LISTEN", Local: "127.0.0.1:45871"},
				{Net: "tcp", State: "ESTABLISHED", Local: "127.0.0.1:45871", Remote: "127.0.0.1:40112", Unread: 5},
				{Net: "tcp", State: "LAST_ACK", Local: "127.0.0.1:45871", Remote: "127.0.0.1:40113"},
				{Net: "udp", Local: "127.0.0.1:45871"},
			},
			Stdout: "tcpserver ready on 127.0.0.1:45871\n",
			Stderr: "oh no: read tcp 127.0.0.1:45871->127.0.0.1:40112: i/o timeout\n",
		},
	}
}

const recorded = `test: TestAnswer/it_answers
expects: client.Expect("HI")
outcome: never answered
answers: the client ends its stream
facts: line not ended, row lost 3 for 2
rests: asleep
waits in: TCPListener.Accept, conn.Read
timers: none
sockets: ESTABLISHED unread, LISTEN, udp
said: i/o timeout, read
`

func TestBehaviour(t *testing.T) {
	assert.Equal(t, recorded, silent().Behaviour().String())

	t.Run("ports, lines, times and the program's own words do not count", func(t *testing.T) {
		f := silent()
		f.Line, f.Program.Waited = 99, "40 ms"
		f.Program.Calls[0].Place = "main.go:7"
		f.Program.Sockets[1].Remote = "127.0.0.1:50000"
		f.Program.Stdout = "I am ready on 127.0.0.1:1\n"
		f.Program.Stderr = "woe: read tcp 127.0.0.1:1->127.0.0.1:2: i/o timeout\n"

		assert.Equal(t, silent().Behaviour(), f.Behaviour())
	})

	t.Run("EOF is another error than unexpected EOF", func(t *testing.T) {
		f := &failure.Failure{Program: failure.State{Stderr: "server: unexpected EOF\n"}}
		assert.Equal(t, "unexpected EOF", f.Behaviour()["said"])
		f.Program.Stderr = "server: EOF\n"
		assert.Equal(t, "EOF", f.Behaviour()["said"])
	})
}

func TestParse(t *testing.T) {
	b, err := failure.Parse(recorded)
	require.NoError(t, err)
	assert.Equal(t, silent().Behaviour(), b)

	_, err = failure.Parse("outcome exited\n")
	assert.ErrorContains(t, err, `"outcome exited" is not one of test, expects, `)
}

func TestEqual(t *testing.T) {
	a, b := silent().Behaviour(), silent().Behaviour()
	b["waits in"] = "io.ReadAll"

	assert.True(t, a.Equal(b, failure.Core))
	assert.False(t, a.Equal(b, failure.Detail))
	assert.True(t, a.Telling(), "it was found out what it waits for")
	delete(a, "answers")
	delete(a, "facts")
	assert.False(t, a.Telling(), "a bare silence")
}

// A wrong answer of which the comparison has little to say is told by its bytes.
func TestVagueDifference(t *testing.T) {
	answer := func(want, got string) failure.Behaviour {
		d := failure.Compare([]byte(want), []byte(got), failure.Context{})
		return (&failure.Failure{Outcome: failure.Wrong, Want: []byte(want), Got: []byte(got), Difference: d}).Behaviour()
	}

	assert.Equal(t, `"JELLY from N"`, answer("HELLO", "JELLY from 45871")["got"])
	assert.True(t, answer("HELLO", "JELLY").Telling())
	assert.Empty(t, answer("HELLO", "HELLO\x00\x00")["got"], "the kind says it")
	assert.Empty(t, answer("HELLO", strings.Repeat("JELLY", 20))["got"])
	assert.False(t, answer("HELLO", strings.Repeat("JELLY", 20)).Telling())
	assert.False(t, answer("HELLO", "").Telling())
}
