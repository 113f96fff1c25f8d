package lab

import (
	"fmt"
	"os"
	"regexp"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/lab/internal/wait"
)

// A mismatch is what an expectation knows of its own failure.
type mismatch struct {
	outcome  failure.Outcome
	sentence string      // what happened, where the outcome's own sentence says less
	want     string      // what was to come: bytes, or, without wanted, words
	wanted   bool        // want is bytes
	got      []byte      // all that came instead
	unkept   int         // so many bytes came behind got that nobody has kept
	event    int         // the event of the record that the caret belongs under
	offset   int         // and the byte of it, -1 for none
	wait     wait.Result // that the expectation has come from
	columns  []int       // of a table, in which a cell is wrong
	early    bool        // the program ended at the TODO of a later step
	facts    map[string]string

	tcp  *TCP     // the connection on which something was to come
	udp  *UDP     // or the client that was to get it
	peer *UDPPeer // or the lab's server, of a program that is a client
}

// contradicts reports whether bytes came that no further step can put right:
// they go before a TODO that the program came to afterwards.
func (m *mismatch) contradicts() bool {
	switch m.outcome {
	case failure.Wrong, failure.TooMuch, failure.WrongPlace, failure.NotReady, failure.WrongOutput:
		return len(m.got) > 0 && !todo.Match(m.got)
	}
	return false
}

var todo = regexp.MustCompile(`TODO (\d+\.\d+): .*`)

// fail observes the program, hands the failure to whoever runs the tests, and
// ends the test.
func (p *Program) fail(m *mismatch) {
	p.t.Helper()
	f := p.observe(m)
	if os.Getenv(failure.Format) != failure.JSON { // nobody else will show it
		fmt.Fprint(p.t.Output(), tell(f))
		p.t.FailNow()
	}
	values, err := f.Encode()
	if err != nil {
		p.t.Fatalf("lab: %v", err)
	}
	for _, value := range values {
		p.t.Attr(failure.Attribute, value)
	}
	p.t.FailNow()
}

func count(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}
