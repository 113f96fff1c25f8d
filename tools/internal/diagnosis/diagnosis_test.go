package diagnosis_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"sockets.test/tools/internal/diagnosis"
	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/mistake"
)

func behaviour(pairs ...string) failure.Behaviour {
	b := failure.Behaviour{"test": "TestAnswer", "outcome": "never answered"}
	for i := 0; i < len(pairs); i += 2 {
		b[pairs[i]] = pairs[i+1]
	}
	return b
}

func known(id string, programs ...mistake.Program) *mistake.Mistake {
	return &mistake.Mistake{ID: id, Title: "Truth of " + id + ".", Taught: "6.2", Programs: programs}
}

func behaves(list ...failure.Behaviour) mistake.Program { return mistake.Program{Behaves: list} }

func name(list []diagnosis.Candidate) string {
	if m := diagnosis.One(list); m != nil {
		return m.ID
	}
	return ""
}

func TestMatch(t *testing.T) {
	reads, accepts := behaviour("waits in", "conn.Read"), behaviour("waits in", "TCPListener.Accept")
	atTheEnd := behaviour("answers", "the client ends its stream", "waits in", "io.ReadAll")
	all := []*mistake.Mistake{
		known("reads-on", behaves(reads)),
		known("accepts-on", behaves(accepts)),
		known("waits-for-the-end", behaves(atTheEnd), behaves(behaviour("outcome", "reset"))),
	}
	for _, test := range []struct {
		name string
		seen failure.Behaviour
		want string
	}{
		{"alike in every detail", reads, "reads-on"},
		{"a bare silence elsewhere is nobody's", behaviour("waits in", "chan receive"), ""},
		{"what was found out tells, wherever it waits", behaviour("answers", "the client ends its stream", "waits in", "Reader.ReadString"), "waits-for-the-end"},
		{"a second program of the same misconception", behaviour("outcome", "reset"), "waits-for-the-end"},
		{"where it waits was not seen", behaviour("sockets", "udp"), ""},
		{"another test", behaviour("test", "TestOther", "waits in", "conn.Read"), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			assert.Equal(t, test.want, name(diagnosis.Match(all, test.seen)))
		})
	}
}

// Two that fail alike are told apart by a test in which they do not, and neither
// is named without it.
func TestDecide(t *testing.T) {
	first := behaviour("waits in", "conn.Read")
	passes, fails := failure.Behaviour{"test": "TestLast", "outcome": "passes"}, failure.Behaviour{"test": "TestLast", "outcome": "exited"}
	all := []*mistake.Mistake{
		known("one", mistake.Program{Behaves: []failure.Behaviour{first}, Tells: []failure.Behaviour{passes}}),
		known("other", mistake.Program{Behaves: []failure.Behaviour{first}, Tells: []failure.Behaviour{fails}}),
	}

	list := diagnosis.Match(all, first)

	assert.Empty(t, name(list))
	assert.Equal(t, []string{"TestLast"}, diagnosis.Telling(list))
	assert.Equal(t, "one", name(diagnosis.Decide(list, map[string]failure.Behaviour{"TestLast": passes})))
	assert.Equal(t, "other", name(diagnosis.Decide(list, map[string]failure.Behaviour{"TestLast": fails})))
	reset := failure.Behaviour{"test": "TestLast", "outcome": "reset"}
	assert.Empty(t, name(diagnosis.Decide(list, map[string]failure.Behaviour{"TestLast": reset})), "it is neither")
}

func TestOf(t *testing.T) {
	assert.Equal(t, failure.Diagnosis{ID: "one", Truth: "Truth of one.", Step: "6.2"}, diagnosis.Of(known("one")))
	assert.Zero(t, diagnosis.Of(nil))
}
