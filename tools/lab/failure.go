package lab

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sockets.test/tools/internal/wire"
)

// A finding is a failed expectation, before it is put into words.
type finding struct {
	outcome Outcome
	words   string // instead of the outcome's own
	want    string
	wanted  bool   // want is bytes that were to come
	got     []byte // all that came instead
	said    string // what the program wrote to standard error
	event   int    // the event that the caret belongs under
	offset  int    // and the byte of it, -1 for none
	listens string // where it listens without having said so
	udp     *UDP   // the client, to see what else it received
	program *Program
	probe   func() bool // ends the program's input, and tells whether that wakes it
	serves  *UDPServer  // the server of the lab's, to see what comes next
	tcp     *TCP        // the connection, to try what would wake the program
	woken   bool        // that was found out
	manner  Outcome     // of a program that goes on, and is awake: NeverRests, WakesInVain
	columns []int       // of a table, in which a cell is wrong
	early   bool        // the program ended at the TODO of a later step
}

// answered tells whether something came, and was not what was wanted.
func (f *finding) answered() bool {
	return f.outcome == Wrong || f.outcome == TooMuch || f.outcome == WrongPlace || f.outcome == NotReady || f.outcome == WrongOutput
}

// contradicts tells whether bytes came that no further step can put right: then
// a misconception goes before a TODO that the program came to afterwards.
func (f *finding) contradicts() bool {
	return f.answered() && len(f.got) > 0 && !todo.Match(f.got)
}

var todo = regexp.MustCompile(`TODO (\d+\.\d+): .*`)

// fail names the failure, puts it into words, and ends the test.
func (p *Program) fail(f *finding, causes []Cause) {
	p.t.Helper()
	file, line := testLine()
	p.examine(f)
	d := p.diagnose(f, causes, sectionOf(file, line))

	words := f.words
	if words == "" {
		words = p.words(f)
	}
	text := headline(words+" (as above)", string(f.outcome))
	if f.outcome != NotBegun || !saidBefore(words) {
		text = p.heading(f, d, words) + "\n" + indent(p.picture(f))
		for _, detail := range p.details(f) {
			text += indent(detail + "\n")
		}
		text += whereToRead(file, line, d.section)
	}

	fmt.Fprint(p.t.Output(), text)
	p.t.Attr("outcome", string(cmp.Or(f.manner, f.outcome)))
	if d.id != "" {
		p.t.Attr("misconception", d.id)
	}
	if d.section != "" {
		p.t.Attr("step", d.section)
	}
	p.t.FailNow()
}

// examine completes a finding by what can be seen of the program now.
func (p *Program) examine(f *finding) {
	p.proc.Stdout().Flush() // what it said before it came to rest
	p.proc.Stderr().Flush()
	f.program, f.said = p, p.proc.Stderr().String()
	p.failing = true
	if p.hangs(f) {
		f.manner = p.manner
	}
	if p.asleep(f) {
		p.record.Add(wire.Event{Kind: wire.Silence, Text: p.silence()})
	}
	if raced(f.said) {
		f.outcome, f.manner, f.words = Races, "", ""
	}
}

// A diagnosis is the misconception behind a failure, where one is certain, and
// the section of the lesson to read again.
type diagnosis struct{ id, title, section string }

// diagnose looks for the first cause whose sign is seen. The section is that of
// the test, for a failure that nothing else explains.
func (p *Program) diagnose(f *finding, causes []Cause, section string) diagnosis {
	if f.outcome == Races {
		causes = nil // whatever else came of it
		section = cmp.Or(p.shares, section)
	}
	unfinished := todo.FindStringSubmatch(f.said + p.Output())
	if f.early {
		unfinished = nil
	}
	if unfinished == nil || f.contradicts() {
		for _, cause := range slices.Concat(causes, p.suspects) {
			if cause.sign(f) {
				m := misconception(cause.id)
				return diagnosis{cause.id, m.Title, cmp.Or(m.Taught, section)}
			}
		}
	}
	if unfinished != nil {
		f.outcome, f.manner, f.words = NotBegun, "", unfinished[0]
		section = unfinished[1]
	}
	return diagnosis{section: section}
}

// heading is the misconception, if there is one, and what happened.
func (p *Program) heading(f *finding, d diagnosis, words string) string {
	if d.title != "" {
		return headline(d.title, d.id) + words + "\n"
	}
	first, more, _ := strings.Cut(words, "\n")
	text := headline(first, string(cmp.Or(f.manner, f.outcome)))
	if more != "" {
		text += more + "\n"
	}
	return text
}

// saidBefore tells whether these words have headed a failure already. A
// skeleton fails every test with the words of its first TODO.
func saidBefore(words string) bool {
	_, before := subject.said.LoadOrStore(words, true)
	return before
}

// asleep tells whether the finding is a silence.
func (p *Program) asleep(f *finding) bool {
	return f.owes() || f.outcome == NeverClosed || f.outcome == NeverSent || f.outcome == NeverConnected
}
