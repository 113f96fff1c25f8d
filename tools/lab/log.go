package lab

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/wait"
)

// ExpectLogged wants the program to print a line on standard output that names
// the client, by its IP address and its port: one more than there were when
// ExpectLogged was last asked about it.
func (c *TCP) ExpectLogged() {
	p := c.program
	p.t.Helper()
	w := p.waits.AwaitOutput(p.proc.Stdout(), wait.Deadline, func() bool { return len(c.linesAbout()) > c.lines })
	if w.End == wait.Done {
		p.Settle() // it may print more than one
		c.lines = len(c.linesAbout())
		return
	}
	here := c.conn.LocalAddr().String()
	m := &mismatch{outcome: failure.NotLogged, tcp: c, wait: w, want: "a line about it", facts: map[string]string{}}
	m.sentence = fmt.Sprintf("%s printed no line about %s where one was due.", subject.name, here)
	if c.lines > 0 {
		m.facts["lines about it"] = itoa(c.lines)
		m.sentence = fmt.Sprintf("%s printed no further line about %s.", subject.name, here)
	}
	printed := p.Output()
	_, port, _ := net.SplitHostPort(here)
	switch {
	case w.End == wait.Exited:
		m.outcome, m.sentence, m.facts = failure.Exited, "", nil
	case c.naming()(printed[strings.LastIndexByte(printed, '\n')+1:]):
		m.facts["line"] = "not ended"
		m.sentence = fmt.Sprintf("%s never ended its line about %s: a newline is missing.", subject.name, here)
	case p.namesNobody():
		m.facts["line"] = "names nobody"
		m.sentence = fmt.Sprintf("%s printed a line that does not name %s, by its IP address and its port.", subject.name, here)
	case strings.Contains(p.proc.Stderr().String(), port):
		m.facts["line"] = "on standard error"
		m.sentence = fmt.Sprintf("%s names %s on standard error; the line is wanted on standard output.", subject.name, here)
	}
	p.fail(m)
}

// namesNobody reports whether the last line that was printed, behind that by
// which a server is ready, has no client's port in it.
func (p *Program) namesNobody() bool {
	lines := p.proc.Stdout().Lines()
	if len(lines) == 0 || readyLine.MatchString(lines[len(lines)-1]) {
		return false
	}
	return !slices.ContainsFunc(p.record.Clients(), func(c wire.Client) bool {
		_, port, err := net.SplitHostPort(c.Address)
		return err == nil && strings.Contains(lines[len(lines)-1], port)
	})
}

// linesAbout are the lines that name the client.
func (c *TCP) linesAbout() []string {
	names := c.naming()
	return slices.DeleteFunc(c.program.proc.Stdout().Lines(), func(line string) bool { return !names(line) })
}

// naming recognises text that has the client's IP address and its port.
func (c *TCP) naming() func(string) bool {
	here, _ := c.addresses()
	port := regexp.MustCompile(fmt.Sprintf(`\b%d\b`, here.Port()))
	return func(text string) bool { return strings.Contains(text, here.Addr().String()) && port.MatchString(text) }
}

// ExpectUnprinted wants no line on standard output, of those that are there
// now, to repeat these words of a client: neither as text, in whatever case,
// nor as numbers, as Println does with a slice of bytes.
func (p *Program) ExpectUnprinted(words ...string) {
	p.t.Helper()
	p.proc.Stdout().Flush()
	for _, line := range p.proc.Stdout().Lines() {
		if slices.ContainsFunc(words, func(some string) bool { return repeats(line, some) }) {
			p.fail(&mismatch{outcome: failure.LogsText, got: []byte(line), want: "nothing that a client said"})
		}
	}
}

// repeats reports whether a line has the words in it.
func repeats(line, words string) bool {
	line = strings.ToLower(line)
	for _, said := range [][]byte{[]byte(strings.ToLower(words)), []byte(strings.ToUpper(words))} {
		numbers := strings.Trim(fmt.Sprint(said), "[]")
		for _, form := range []string{strings.ToLower(string(said)), numbers, fmt.Sprintf("%x", said)} {
			if strings.Contains(line, form) {
				return true
			}
		}
	}
	return false
}
