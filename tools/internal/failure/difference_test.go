package failure_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"sockets.test/tools/internal/failure"
)

func TestCompare(t *testing.T) {
	earlier := failure.Context{
		Sent:    []byte("hi"),
		Earlier: [][]byte{[]byte("a longer message"), []byte("A LONGER MESSAGE")},
		Others:  [][]byte{[]byte("from bob")},
	}
	for _, test := range []struct {
		name, want, got string
		kinds           []failure.Kind
		at              int
	}{
		{"nothing came", "HI", "", []failure.Kind{failure.Nothing}, 0},
		{"cut short", "HELLO", "HEL", []failure.Kind{failure.CutShort}, 3},
		{"cut before a zero byte", "A\x00B", "A", []failure.Kind{failure.CutShort, failure.AtZero}, 1},
		{"cut before a newline", "ONE\nTWO", "ONE", []failure.Kind{failure.CutShort, failure.AtNewline}, 3},
		{"cut behind a newline", "ONE\nTWO", "ONE\n", []failure.Kind{failure.CutShort, failure.AtNewline}, 4},
		{"cut before a space", "ONE TWO", "ONE", []failure.Kind{failure.CutShort, failure.AtSpace}, 3},
		{"cut at a buffer's size", string(make16('A', 600)), string(make16('A', 512)), []failure.Kind{failure.CutShort, failure.AtBuffer}, 512},
		{"cut where a buffer has room for a zero", string(make16('A', 600)), string(make16('A', 511)), []failure.Kind{failure.CutShort, failure.AtBuffer}, 511},
		{"zero bytes behind", "HI", "HI\x00\x00\x00", []failure.Kind{failure.Zeros}, 2},
		{"one zero byte behind", "HI", "HI\x00", []failure.Kind{failure.OneZero}, 2},
		{"a newline behind", "HI", "HI\r\n", []failure.Kind{failure.Newline}, 2},
		{"the end of an earlier message", "HI", "HILONGER MESSAGE", []failure.Kind{failure.Stale}, 2},
		{"the end of the question", "H", "Hi", []failure.Kind{failure.OwnEnd}, 1},
		{"and zero bytes behind that", "HI", "HILONGER MESSAGE\x00\x00", []failure.Kind{failure.Stale}, 2},
		{"the same again", "HI", "HIHI", []failure.Kind{failure.Twice}, 2},
		{"something behind", "HI", "HI there", []failure.Kind{failure.Behind}, 2},
		{"something before", "HI", "you said HI", []failure.Kind{failure.Before}, 0},
		{"the beginning is missing", "HELLO", "LLO", []failure.Kind{failure.NoBeginning}, 0},
		{"unchanged", "HI", "hi", []failure.Kind{failure.Unchanged}, 0},
		{"letters not changed", "HI THERE", "HI THeRE", []failure.Kind{failure.NotChanged}, 5},
		{"letters changed", "hi", "HI", []failure.Kind{failure.Changed}, 0},
		{"bytes changed that are no letters", "{A}", "[A]", []failure.Kind{failure.OtherChanged}, 0},
		{"zero bytes lost", "A\x00B\x00", "AB", []failure.Kind{failure.ZerosLost}, 1},
		{"line ends lost", "A\r\nB\n", "AB", []failure.Kind{failure.NewlinesLost}, 1},
		{"other line ends", "ONE\nTWO\n", "ONE\r\nTWO\r\n", []failure.Kind{failure.LineEnds}, 3},
		{"trimmed", "  A B ", "A B", []failure.Kind{failure.Trimmed}, 0},
		{"white space lost", "A  B\tC", "A B C", []failure.Kind{failure.SpaceLost}, 2},
		{"control bytes lost", "A\x01B", "AB", []failure.Kind{failure.ControlLost}, 1},
		{"replaced", "\xff\xfe", "\uFFFD\uFFFD", []failure.Kind{failure.Replaced}, 0},
		{"taken for a format", "100% SURE", "100%!S(MISSING)URE", []failure.Kind{failure.Formatted}, 4},
		{"quoted as Go does", "HELLO", `"HELLO"`, []failure.Kind{failure.Quoted}, 0},
		{"quoted as Python does", "HELLO", "b'HELLO'", []failure.Kind{failure.Quoted}, 0},
		{"printed as numbers", "HI", "[72 73]\n", []failure.Kind{failure.Numbers}, 0},
		{"an earlier answer", "HI", "A LONGER MESSAGE", []failure.Kind{failure.Again}, 0},
		{"another client's answer", "HI", "FROM BOB", []failure.Kind{failure.Others}, 0},
		{"mixed with another client's", "FROM ANN", "FROM ANN? FROM BOB!", []failure.Kind{failure.Behind, failure.Mixed}, 8},
		{"in another order", "ONETWO", "TWOONE", []failure.Kind{failure.Reordered}, 0},
		{"other bytes", "HELLO", "JELLY", []failure.Kind{failure.Other}, 0},
		{"where nothing was wanted", "", "HI", []failure.Kind{failure.Behind}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := failure.Compare([]byte(test.want), []byte(test.got), earlier)

			assert.Equal(t, test.kinds, d.Kinds)
			assert.Equal(t, test.at, d.At)
		})
	}
}

func make16(letter byte, n int) []byte {
	text := make([]byte, n)
	for i := range text {
		text[i] = letter
	}
	return text
}

func TestDifferenceSentence(t *testing.T) {
	stale := &failure.Difference{Kinds: []failure.Kind{failure.Stale}}

	assert.Equal(t, "What is too much is the end of an earlier message.", stale.Sentence())
	assert.Equal(t, "It ends where the message has a newline.", (&failure.Difference{Kinds: []failure.Kind{failure.CutShort, failure.AtNewline}}).Sentence())
	assert.Empty(t, (&failure.Difference{Kinds: []failure.Kind{failure.Other}}).Sentence(), "the bytes say it")
	assert.Empty(t, (*failure.Difference)(nil).Sentence())
}
