package lab

import (
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/subject"
	"sockets.test/tools/lab/internal/wait"
)

// ExpectLogged wants the program to print a line on standard output for each of
// these clients, which names it by its IP address and its port: one more than
// there were when it was last asked about. No line of a Go program may name two
// of them: Println writes a line in one call, where Python's print takes two.
func (s *Server) ExpectLogged(clients ...*TCP) {
	p := s.subject
	p.T.Helper()
	lacks := func() *TCP {
		about := linesAbout(p, clients)
		for _, c := range clients {
			if len(about[c]) <= c.lines {
				return c
			}
		}
		return nil
	}
	w := p.Waits.AwaitOutput(p.Proc.Stdout(), wait.Deadline, func() bool { return lacks() == nil })
	p.Waits.Settle() // it may print more than one
	about, named := linesAbout(p, clients), map[int]*TCP{}
	for _, c := range clients {
		for _, line := range about[c] {
			if other := named[line]; other != nil && other != c && p.Waits.Watch.IsGo() {
				m := c.badLog(fmt.Sprintf("%s printed a line that names two clients: %q.", subject.Name(), p.Proc.Stdout().Lines()[line]))
				m.Facts["line"] = "names two clients"
				p.Fail(m)
			}
			named[line] = c
		}
	}
	if c := lacks(); c != nil {
		p.Fail(c.notLogged(w))
	}
	for _, c := range clients {
		c.lines = len(about[c])
	}
}

// badLog is the mismatch of a line about a client. What passed between the
// program and others tells nothing of it.
func (c *TCP) badLog(sentence string) *subject.Mismatch {
	return &subject.Mismatch{Outcome: failure.NotLogged, Sentence: sentence, TCP: c.end, Want: "a line about it", Facts: map[string]string{},
		Only: func(client string) bool { return client == c.end.Name }}
}

// notLogged says why there is no line about a client.
func (c *TCP) notLogged(w wait.Result) *subject.Mismatch {
	p := c.end.Program
	m := c.badLog(fmt.Sprintf("%s printed no line about %s where one was due.", subject.Name(), c.here()))
	m.Wait = w
	if c.lines > 0 {
		m.Facts["lines about it"] = strconv.Itoa(c.lines)
		m.Sentence = fmt.Sprintf("%s printed no further line about %s.", subject.Name(), c.here())
	}
	printed := p.Output()
	switch {
	case w.End == wait.Exited:
		m.Outcome, m.Sentence, m.Facts = failure.Exited, "", nil
	case names(printed[strings.LastIndexByte(printed, '\n')+1:], c.here()):
		m.Facts["line"] = "not ended"
		m.Sentence = fmt.Sprintf("%s never ended its line about %s: a newline is missing.", subject.Name(), c.here())
	case c.mixed() != "":
		m.Facts["line"] = "mixed"
		m.Sentence = fmt.Sprintf("%s printed no whole line about %s, but this: %q.", subject.Name(), c.here(), c.mixed())
	case namesNobody(p):
		m.Facts["line"] = "names nobody"
		m.Sentence = fmt.Sprintf("%s printed a line that does not name %s, by its IP address and its port.", subject.Name(), c.here())
	case strings.Contains(p.Proc.Stderr().String(), strconv.Itoa(int(c.here().Port()))):
		m.Facts["line"] = "on standard error"
		m.Sentence = fmt.Sprintf("%s names %s on standard error; the line is wanted on standard output.", subject.Name(), c.here())
	}
	return m
}

// mixed is a line in which the client's address runs into something else; "" for
// none.
func (c *TCP) mixed() string {
	for _, line := range c.end.Program.Proc.Stdout().Lines() {
		if strings.Contains(line, c.here().String()) && !names(line, c.here()) {
			return line
		}
	}
	return ""
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

// linesAbout are the lines that name each of these clients, by their place in the
// output; a line that does twice, twice.
func linesAbout(p *subject.Program, clients []*TCP) map[*TCP][]int {
	byPort, about := map[string][]*TCP{}, map[*TCP][]int{}
	for _, c := range clients {
		port := strconv.Itoa(int(c.here().Port()))
		byPort[port] = append(byPort[port], c)
	}
	for i, line := range p.Proc.Stdout().Lines() {
		for _, number := range numbers.FindAllString(line, -1) {
			for _, c := range byPort[number] {
				if names(line, c.here()) {
					about[c] = append(about[c], i)
				}
			}
		}
	}
	return about
}

// names reports whether a text names a client: has its port, as a number, and its IP
// address.
func names(text string, client netip.AddrPort) bool {
	port := strconv.Itoa(int(client.Port()))
	return strings.Contains(text, client.Addr().String()) && slices.Contains(numbers.FindAllString(text, -1), port)
}

var numbers = regexp.MustCompile(`\d+`)

// here is the client's own address.
func (c *TCP) here() netip.AddrPort { return c.end.Conn.LocalAddr().(*net.TCPAddr).AddrPort() }

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
