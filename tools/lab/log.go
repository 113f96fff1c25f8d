package lab

import (
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"time"

	"sockets.test/tools/internal/wire"
)

// Unlogged is the outcome of a program that did not print what it was to tell
// of a client.
const Unlogged Outcome = "not logged"

// Quotes is the outcome of a program that printed what a client had said.
const Quotes Outcome = "quotes"

// ExpectLogged wants the program to print a line on standard output that names
// the client, by its IP address and its port: one more than there were when
// ExpectLogged was last asked about it.
func (c *TCP) ExpectLogged(causes ...Cause) {
	p := c.program
	p.t.Helper()
	out := p.proc.Stdout()
	logged := func() bool { return len(c.linesAbout()) > c.logged }
	end := p.awaitOutput(out, deadline, logged)
	if end != done {
		here := c.conn.LocalAddr().String()
		f := &finding{outcome: Unlogged, tcp: c, want: "a line about it", words: fmt.Sprintf("%s printed no line about %s where one was due.", subject.name, here)}
		if c.logged > 0 {
			f.words = fmt.Sprintf("%s printed no further line about %s.", subject.name, here)
		}
		if c.lineBegun() {
			f.words = fmt.Sprintf("%s never ended its line about %s: a newline is missing.", subject.name, here)
			causes = nil // it is not late, nor held back
		}
		if end == exited {
			f.outcome, f.words = Exited, ""
		}
		p.fail(f, causes)
	}
	p.endsWithin(200 * time.Millisecond) // it may print more than one
	c.logged = len(c.linesAbout())
}

// linesAbout are the lines that name the client.
func (c *TCP) linesAbout() []string {
	names := c.naming()
	return slices.DeleteFunc(c.program.proc.Stdout().Lines(), func(line string) bool { return !names(line) })
}

// lineBegun tells whether the output breaks off in a line that names the client.
func (c *TCP) lineBegun() bool {
	printed := c.program.Output()
	return c.naming()(printed[strings.LastIndexByte(printed, '\n')+1:])
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
func (p *Program) ExpectUnprinted(words string, causes ...Cause) {
	p.t.Helper()
	p.proc.Stdout().Flush()
	for _, line := range p.proc.Stdout().Lines() {
		if repeats(line, words) {
			p.fail(&finding{outcome: Quotes, got: []byte(line), words: subject.name + " printed what its client had said."}, causes)
		}
	}
}

// repeats tells whether a line has the words in it.
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

// logOf is what the program has printed of late, or about the client whom it
// was woken for, and where else it named a client.
func (p *Program) logOf(f *finding) (lines []string) {
	printed := p.Output()
	switch {
	case f.outcome == Quotes:
		printed = string(f.got)
	case f.woken && len(f.tcp.linesAbout()) > 0:
		printed = strings.Join(f.tcp.linesAbout(), "\n")
	}
	for _, line := range ends(printed, 4) {
		lines = append(lines, "it printed  "+line)
	}
	if f.outcome == Quotes {
		return lines
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

// LoggedBefore is the sign of a program that lacks a line about a client, and
// has one with this word from a time when the client had done nothing yet.
func LoggedBefore(word string) Sign {
	return func(f *finding) bool {
		return f.outcome == Unlogged && f.tcp.logged > 1 &&
			slices.ContainsFunc(f.tcp.linesAbout()[:f.tcp.logged], func(line string) bool { return strings.Contains(line, word) })
	}
}

// LogsWithout is the sign of a program that lacks a line about a client as long
// as another is connected: that leaves, and the line comes.
func LogsWithout(other *TCP) Sign {
	return func(f *finding) bool {
		if f.outcome != Unlogged {
			return false
		}
		p := f.program
		p.record.Add(wire.Event{Client: other.name, Kind: wire.Note, Text: "and what if the other leaves?"})
		other.Close()
		p.endsWithin(200 * time.Millisecond)
		p.proc.Stdout().Flush()
		f.woken = true
		return len(f.tcp.linesAbout()) > f.tcp.logged
	}
}

// LogsLate is the sign of a program that prints nothing about a client until
// that speaks, and makes up for it then.
var LogsLate Sign = func(f *finding) bool {
	if f.outcome != Unlogged || f.tcp.logged > 0 || f.woken {
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
	return len(c.linesAbout()) > 1
}

// LogsInBulk is the sign of a program that prints nothing about a silent client
// until others have come and gone: it had the line all the time, and held it
// back. They are as many as it takes to fill a buffer of 4096 bytes.
var LogsInBulk Sign = func(f *finding) bool {
	if f.outcome != Unlogged || f.tcp.logged > 0 || f.woken {
		return false
	}
	c := f.tcp
	if c.silence(silent) == NeverAccepted {
		return false // the program cannot know of it
	}
	for i := range 150 {
		if !visit(c.conn.RemoteAddr().String()) {
			return false
		}
		if i != 1 && i%50 != 49 { // the first may have been what the client waited for
			continue
		}
		c.program.endsWithin(50 * time.Millisecond)
		c.program.proc.Stdout().Flush()
		if len(c.linesAbout()) > 0 {
			c.program.record.Add(wire.Event{Client: c.name, Kind: wire.Note, Text: "and what if others come and go?"})
			f.woken = true
			return true
		}
	}
	return false
}

// visit is a client that comes, speaks, is answered, and goes. It tells whether
// all that went well.
func visit(addr string) bool {
	conn, err := net.DialTimeout("tcp4", addr, time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(500 * time.Millisecond))
	io.WriteString(conn, "hello")
	conn.(*net.TCPConn).CloseWrite()
	answer, err := io.ReadAll(conn)
	return err == nil && len(answer) > 0
}
