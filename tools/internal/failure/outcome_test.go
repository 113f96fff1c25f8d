package failure

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Every outcome has a question of its own, which is the first hint.
func TestQuestions(t *testing.T) {
	seen := map[string]Outcome{}
	for outcome := range kinds {
		question := outcome.Question()
		assert.True(t, strings.HasSuffix(question, "?"), "%s has no question", outcome)
		assert.Empty(t, seen[question], "%s has another's question", outcome)
		seen[question] = outcome
	}
}

// A failure survives being handed over, whatever is in it.
func TestEncode(t *testing.T) {
	f := &Failure{Outcome: Wrong, Got: []byte{0, 255}, Program: State{Stdout: strings.Repeat("   \n\u2028é", 5000)}}
	values, err := f.Encode()
	assert.NoError(t, err)
	for i, value := range values {
		assert.LessOrEqual(t, len(value), most+len(end))
		assert.NotContains(t, value, "\n")
		values[i] = strings.TrimSpace(value) // as test2json does
	}
	again, err := Decode(values)

	assert.NoError(t, err)
	assert.Equal(t, f, again)
}

// What is kept of long bytes surrounds the first that differs, and their sizes
// are still known.
func TestShorten(t *testing.T) {
	long := strings.Repeat("x", 3*Longest)
	for name, test := range map[string]struct {
		want, got string
		at        int
	}{
		"short bytes":        {"HELLO", "HELP", 3},
		"a byte in between":  {long + "y" + long, long + "z" + long, len(long)},
		"too few":            {long + long, long, len(long)},
		"too many":           {long, long + "y", len(long)},
		"none":               {long, "", 0},
		"at the start":       {"y" + long, "z" + long, 0},
		"much more than due": {"", long, 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := &Failure{Want: []byte(test.want), Got: []byte(test.got)}
			f.Shorten()

			assert.LessOrEqual(t, len(f.Want), Longest)
			assert.LessOrEqual(t, len(f.Got), Longest)
			want, got := f.Sizes()
			assert.Equal(t, len(test.want), want)
			assert.Equal(t, len(test.got), got)
			assert.Equal(t, test.at, f.DiffersAt())
		})
	}
}

func TestAnswered(t *testing.T) {
	for _, test := range []struct {
		name    string
		failure Failure
		want    []string
	}{
		{"nothing was asked", Failure{}, nil},
		{"nothing helped", Failure{Answers: []Answer{{Question: WhenMore}, {Question: WhenEnd}}},
			[]string{"It did not answer when much more came, nor when the client ended its stream."}},
		{"nor anybody else", Failure{Answers: []Answer{{Question: WhenEnd}, {Question: WhenAnother}, {Question: WhenGone}}},
			[]string{"It did not answer when the client ended its stream.", "Another client was not served either, even when this one had left."}},
		{"one thing did", Failure{Answers: []Answer{{Question: WhenMore}, {Question: WhenEnd, Yes: true, Got: []byte("HI")}}},
			[]string{"It answered when the client ended its stream."}},
		{"two things did", Failure{Answers: []Answer{{Question: WhenMore, Yes: true}, {Question: WhenAnother, Yes: true}}},
			[]string{"It answered when much more came.", "Another client was served meanwhile."}},
		{"the end was owed", Failure{Outcome: NeverClosed, Answers: []Answer{{Question: WhenEnd, Yes: true}}},
			[]string{"It ended the stream when the client ended its stream."}},
		{"and did not come", Failure{Outcome: NeverClosed, Answers: []Answer{{Question: WhenNewline}}},
			[]string{"It did not end the stream when a newline came."}},
		{"others were in the way", Failure{Outcome: NeverAccepted, Answers: []Answer{{Question: WhenLeft, Yes: true}}},
			[]string{"The client was served when the others had left."}},
		{"or not", Failure{Outcome: NeverAccepted, Answers: []Answer{{Question: WhenLeft}}},
			[]string{"The client was not served when the others had left either."}},
		{"a client waited for its input", Failure{Program: State{Client: true}, Answers: []Answer{{Question: WhenInput, Yes: true}}},
			[]string{"It went on when its standard input ended."}},
		{"and then it ends", Failure{Outcome: KeepsRunning, Program: State{Client: true}, Answers: []Answer{{Question: WhenInput, Yes: true}}},
			[]string{"It ended when its standard input ended."}},
		{"or for something else", Failure{Outcome: NeverSent, Program: State{Client: true}, Answers: []Answer{{Question: WhenInput}}},
			[]string{"It did not go on when its standard input ended."}},
	} {
		t.Run(test.name, func(t *testing.T) { assert.Equal(t, test.want, test.failure.Answered()) })
	}
}
