package lab

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/subject"
	"sockets.test/tools/lab/internal/wait"
)

// ExpectLogged wants the program to print a line on standard output that names
// the client, by its IP address and its port: one more than there were when
// ExpectLogged was last asked about it.
func (c *TCP) ExpectLogged() {
	p := c.end.Program
	p.T.Helper()
	w := p.Waits.AwaitOutput(p.Proc.Stdout(), wait.Deadline, func() bool { return len(c.linesAbout()) > c.lines })
	if w.End == wait.Done {
		p.Waits.Settle() // it may print more than one
		c.lines = len(c.linesAbout())
		return
	}
	here := c.end.Conn.LocalAddr().String()
	m := &subject.Mismatch{Outcome: failure.NotLogged, TCP: c.end, Wait: w, Want: "a line about it", Facts: map[string]string{}}
	m.Sentence = fmt.Sprintf("%s printed no line about %s where one was due.", subject.Name(), here)
	if c.lines > 0 {
		m.Facts["lines about it"] = strconv.Itoa(c.lines)
		m.Sentence = fmt.Sprintf("%s printed no further line about %s.", subject.Name(), here)
	}
	printed := p.Output()
	_, port, _ := net.SplitHostPort(here)
	switch {
	case w.End == wait.Exited:
		m.Outcome, m.Sentence, m.Facts = failure.Exited, "", nil
	case c.naming()(printed[strings.LastIndexByte(printed, '\n')+1:]):
		m.Facts["line"] = "not ended"
		m.Sentence = fmt.Sprintf("%s never ended its line about %s: a newline is missing.", subject.Name(), here)
	case namesNobody(p):
		m.Facts["line"] = "names nobody"
		m.Sentence = fmt.Sprintf("%s printed a line that does not name %s, by its IP address and its port.", subject.Name(), here)
	case strings.Contains(p.Proc.Stderr().String(), port):
		m.Facts["line"] = "on standard error"
		m.Sentence = fmt.Sprintf("%s names %s on standard error; the line is wanted on standard output.", subject.Name(), here)
	}
	p.Fail(m)
}

// namesNobody reports whether the last line that was printed, behind that by
// which a server is ready, has no client's port in it.
func namesNobody(p *subject.Program) bool {
	lines := p.Proc.Stdout().Lines()
	if len(lines) == 0 || readyLine.MatchString(lines[len(lines)-1]) {
		return false
	}
	return !slices.ContainsFunc(p.Record.Clients(), func(c wire.Client) bool {
		_, port, err := net.SplitHostPort(c.Address)
		return err == nil && strings.Contains(lines[len(lines)-1], port)
	})
}

// linesAbout are the lines that name the client.
func (c *TCP) linesAbout() []string {
	names := c.naming()
	return slices.DeleteFunc(c.end.Program.Proc.Stdout().Lines(), func(line string) bool { return !names(line) })
}

// naming recognises text that has the client's IP address and its port.
func (c *TCP) naming() func(string) bool {
	here := c.end.Conn.LocalAddr().(*net.TCPAddr).AddrPort()
	port := regexp.MustCompile(fmt.Sprintf(`\b%d\b`, here.Port()))
	return func(text string) bool { return strings.Contains(text, here.Addr().String()) && port.MatchString(text) }
}

// ExpectUnprinted wants no line on standard output, of those that are there
// now, to repeat these words of a client: neither as text, in whatever case,
// nor as numbers, as Println does with a slice of bytes.
func (p *Program) ExpectUnprinted(words ...string) {
	p.subject.T.Helper()
	p.subject.Proc.Stdout().Flush()
	for _, line := range p.subject.Proc.Stdout().Lines() {
		if slices.ContainsFunc(words, func(some string) bool { return repeats(line, some) }) {
			p.subject.Fail(&subject.Mismatch{Outcome: failure.LogsText, Got: []byte(line), Want: "nothing that a client said"})
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
