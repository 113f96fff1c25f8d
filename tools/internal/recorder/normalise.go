package recorder

import (
	"fmt"
	"net"
	"regexp"
	"strconv"
	"time"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/wire"
)

// What is the same in every record.
const (
	serverPort = "12000"
	clientPort = 50000 // of the first one, and 1
	tick       = 100 * time.Microsecond
)

// An addressBook gives the ports that the system chose the names that they have
// in every record.
type addressBook struct {
	ports   map[string]string
	clients int
}

// addresses are those of a conversation: the server's, then the clients', then
// those from which answers came.
func addresses(c wire.Conversation) *addressBook {
	b := &addressBook{ports: map[string]string{serverPort: serverPort}}
	if _, port, err := net.SplitHostPort(c.Address); err == nil {
		b.ports[port] = serverPort
	}
	for _, client := range c.Clients {
		b.address(client.Address)
	}
	for _, e := range c.Events {
		b.address(e.From)
	}
	return b
}

// address is "127.0.0.1:50001" for an address of a client. What is no address
// stays.
func (b *addressBook) address(text string) string {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return text
	}
	return net.JoinHostPort(host, b.port(port))
}

func (b *addressBook) port(port string) string {
	if _, ok := b.ports[port]; !ok {
		b.clients++
		b.ports[port] = strconv.Itoa(clientPort + b.clients)
	}
	return b.ports[port]
}

var loopback = regexp.MustCompile(`\b127\.0\.0\.1:\d+\b`)

// text replaces the addresses in what a program printed: those that are known,
// and those with a port that only the system chooses.
func (b *addressBook) text(text string) string {
	const dynamic = 32768
	return loopback.ReplaceAllStringFunc(text, func(found string) string {
		_, port, _ := net.SplitHostPort(found)
		_, known := b.ports[port]
		if n, err := strconv.Atoi(port); err != nil || !known && n < dynamic {
			return found
		}
		return b.address(found)
	})
}

// conversation makes the addresses and the times of one the same in every record.
// Only what a drawing shows counts the time on.
func (b *addressBook) conversation(c wire.Conversation, mark wire.Mark) (wire.Conversation, wire.Mark) {
	c, mark = c.Shorten(mark, wire.Screenful)
	c.Address = b.address(c.Address)
	c.Clients = append([]wire.Client(nil), c.Clients...)
	for i := range c.Clients {
		c.Clients[i].Address = b.address(c.Clients[i].Address)
	}
	at := time.Duration(0)
	for i := range c.Events {
		e := &c.Events[i]
		if e.Kind != wire.Omitted {
			at += tick
		}
		e.At, e.From, e.Text = at, b.address(e.From), b.text(e.Text)
		if e.Kind == wire.Silence {
			e.Text = effort(e.Text)
		}
	}
	mark.Words = b.text(mark.Words)
	return c, mark
}

var measured = regexp.MustCompile(`\d+\.\d+ m?s\b`)

// effort makes the same of the times that the lab has measured in a silence.
func effort(text string) string { return measured.ReplaceAllString(text, "1.00 s") }

// normalise is a copy of a failure in which what changes from run to run is the
// same: ports and times. What the program printed is its own, but for addresses.
func normalise(f *failure.Failure) *failure.Failure {
	b := addresses(f.Conversation)
	same := *f
	same.Conversation, same.Mark = b.conversation(f.Conversation, f.Mark)
	same.Sentence, same.Wanted = b.text(f.Sentence), b.text(f.Wanted)
	p := &same.Program
	p.Command, p.Stdout, p.Stderr, p.Waited = b.text(p.Command), b.text(p.Stdout), b.text(p.Stderr), effort(p.Waited)
	p.Sockets = append([]failure.Socket(nil), p.Sockets...)
	for i := range p.Sockets {
		p.Sockets[i].Local, p.Sockets[i].Remote = b.text(p.Sockets[i].Local), b.text(p.Sockets[i].Remote)
	}
	return &same
}

// terminal makes the addresses in a terminal's text the same, and also a port of
// the server's that stands alone, as nc(1) takes it.
func (b *addressBook) terminal(text, serverAddress string) string {
	text = b.text(text)
	if _, port, err := net.SplitHostPort(serverAddress); err == nil {
		alone := regexp.MustCompile(fmt.Sprintf(`\b%s\b`, port))
		text = alone.ReplaceAllString(text, serverPort)
	}
	return text
}
