package lab

import (
	"fmt"
	"net"
	"regexp"
	"strings"
	"time"

	"sockets.test/tools/internal/wire"
)

// Unlogged is the outcome of a program that did not print what it was to tell
// of a client.
const Unlogged Outcome = "not logged"

// ExpectLogged wants the program to print a line on standard output that names
// the client, by its IP address and its port: one more than there were when
// ExpectLogged was last asked about it. A line that repeats what the client
// said is about that, and does not count.
func (c *TCP) ExpectLogged(causes ...Cause) {
	p := c.program
	p.t.Helper()
	out := p.proc.Stdout()
	logged := func() bool { return c.linesAbout() > c.logged }
	end := p.await(func(step time.Duration) bool {
		changed := out.Changed()
		if logged() {
			return true
		}
		select {
		case <-changed:
		case <-time.After(step):
		}
		return logged()
	}, func() bool {
		out.Flush()
		return logged()
	})
	if end != done {
		here := c.conn.LocalAddr().String()
		f := &finding{outcome: Unlogged, tcp: c, words: fmt.Sprintf("%s printed no line about %s where one was due.", subject.name, here)}
		if c.logged > 0 {
			f.words = fmt.Sprintf("%s printed no further line about %s.", subject.name, here)
		}
		if end == exited {
			f.outcome, f.words = Exited, ""
		}
		p.fail(f, causes)
	}
	p.endsWithin(200 * time.Millisecond) // it may print more than one
	c.logged = c.linesAbout()
}

// linesAbout counts the lines that name the client.
func (c *TCP) linesAbout() (n int) {
	here, _ := c.addresses()
	port := regexp.MustCompile(fmt.Sprintf(`\b%d\b`, here.Port()))
	own := c.ownWords()
	for _, line := range c.program.proc.Stdout().Lines() {
		if strings.Contains(line, here.Addr().String()) && port.MatchString(line) && !own(line) {
			n++
		}
	}
	return n
}

// ownWords tells whether a line repeats what the client said.
func (c *TCP) ownWords() func(line string) bool {
	var said []string
	for _, e := range c.program.record.Events() {
		if e.Client == c.name && e.Kind == wire.Bytes && e.ToServer && len(e.Data) > 0 {
			said = append(said, strings.ToLower(string(e.Data)))
		}
	}
	return func(line string) bool {
		for _, text := range said {
			if strings.Contains(strings.ToLower(line), text) {
				return true
			}
		}
		return false
	}
}

// logOf is what the program has printed of late, and where else it named a
// client.
func (p *Program) logOf() (lines []string) {
	for _, line := range ends(p.Output(), 4) {
		lines = append(lines, "it printed  "+line)
	}
	said := p.proc.Stderr().String()
	for _, client := range p.record.Clients() {
		_, port, err := net.SplitHostPort(client.Address)
		if err == nil && strings.Contains(said, port) {
			return append(lines, "on standard error it did name "+client.Address+": print to standard output")
		}
	}
	return lines
}

// Logged is the sign of a program whose standard output has this somewhere.
func Logged(text string) Sign {
	return func(f *finding) bool { return strings.Contains(f.program.Output(), text) }
}

// LogsLate is the sign of a program that prints nothing about a client until
// that speaks, and makes up for it then.
var LogsLate Sign = func(f *finding) bool {
	if f.outcome != Unlogged || f.tcp == nil || f.tcp.logged > 0 {
		return false
	}
	c := f.tcp
	c.program.record.Add(wire.Event{Client: c.name, Kind: wire.Note, Text: "and what if the client speaks?"})
	c.say([]byte("and now?"))
	c.read()
	c.end()
	c.drain()
	c.program.endsWithin(200 * time.Millisecond)
	f.woken = true
	return c.linesAbout() > 1
}
