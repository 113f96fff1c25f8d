package subject

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/lab/internal/wait"
)

// A Mismatch is what an expectation knows of its own failure.
type Mismatch struct {
	Outcome  failure.Outcome
	Sentence string                   // what happened, where the outcome's own sentence says less
	Want     string                   // what was to come: bytes, or, without Wanted, words
	Wanted   bool                     // Want is bytes
	Got      []byte                   // all that came instead
	Unkept   int                      // so many bytes came behind Got that nobody has kept
	Event    int                      // the event of the record that the caret belongs under
	Offset   int                      // and the byte of it, -1 for none
	Wait     wait.Result              // that the expectation has come from
	Only     func(client string) bool // whether it is about this client; nil if about all
	Early    bool                     // the program ended at the TODO of a later step
	Facts    map[string]string

	TCP  *TCP     // the connection on which something was to come
	UDP  *UDP     // or the client that was to get it
	Peer *UDPPeer // or the lab's server, of a program that is a client
}

// contradicts reports whether bytes came that no further step can put right:
// they go before a TODO that the program came to afterwards.
func (m *Mismatch) contradicts() bool {
	switch m.Outcome {
	case failure.Wrong, failure.TooMuch, failure.WrongPlace, failure.NotReady, failure.WrongOutput:
		return len(m.Got) > 0 && !todo.Match(m.Got)
	}
	return false
}

var todo = regexp.MustCompile(`TODO (\d+\.\d+): .*`)

// Fail observes the program, hands the failure to whoever runs the tests, and
// ends the test.
func (p *Program) Fail(m *Mismatch) {
	p.T.Helper()
	f := p.observe(m)
	if os.Getenv(failure.Format) != failure.JSON { // nobody else will show it
		fmt.Fprint(p.T.Output(), tell(f))
		p.T.FailNow()
	}
	values, err := f.Encode()
	if err != nil {
		p.T.Fatalf("lab: %v", err)
	}
	for _, value := range values {
		p.T.Attr(failure.Attribute, value)
	}
	p.T.FailNow()
}

// Unbegun reports whether the program has said that it is at a TODO.
func (p *Program) Unbegun() bool { return todo.MatchString(p.Said()) }

// StopsLater reports whether it has ended at the TODO of a step behind the test's.
func (p *Program) StopsLater() bool {
	match := todo.FindStringSubmatch(p.Said())
	return match != nil && stepOf(match[1]) > stepOf(testSection(p.T))
}

// stepOf is the k of "n.k".
func stepOf(section string) int {
	_, k, _ := strings.Cut(section, ".")
	n, _ := strconv.Atoi(k)
	return n
}
