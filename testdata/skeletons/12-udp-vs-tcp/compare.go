// Compare sends the same messages over UDP and over TCP, and prints what became
// of them.
package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"time"
)

// A job is what the command line asks for.
type job struct {
	addr    string        // where both servers are
	via     string        // where the clients send and connect; "" for straight to the servers
	n       int           // messages of each client
	clients int           // one after another
	timeout time.Duration // how long the UDP server waits for one more datagram
}

func main() {
	var j job
	flag.StringVar(&j.addr, "addr", "127.0.0.1:12000", "`host:port` of both servers; port 0 lets the kernel choose")
	flag.StringVar(&j.via, "via", "", "`host:port` to which the clients send and connect; the servers' own if empty")
	flag.IntVar(&j.n, "n", 10, "how many messages each client sends")
	flag.IntVar(&j.clients, "clients", 1, "how many clients there are, one after another")
	flag.DurationVar(&j.timeout, "timeout", 500*time.Millisecond, "how long to wait for one more datagram")
	flag.Parse()
	if err := run(j); err != nil {
		fmt.Fprintf(os.Stderr, "compare: %v\n", err)
		os.Exit(1)
	}
}

// run sends everything, receives what came of it, and prints the table. Nobody
// receives before all is sent: until then the kernel keeps it (but a program that
// receives sooner is right, too). An error ends the measuring, and the table shows
// what was measured until then.
func run(j job) error {
	server, welcome, err := listen(j.addr)
	if err != nil {
		return err
	}
	defer server.Close()
	defer welcome.Close()
	fmt.Printf("compare ready on %v/udp and %v/tcp\n", server.LocalAddr(), welcome.Addr())

	toUDP, toTCP := server.LocalAddr().String(), welcome.Addr().String()
	if j.via != "" {
		toUDP, toTCP = j.via, j.via
	}
	for c := range j.clients {
		if err := sendUDP(toUDP, messages(c, j.n)); err != nil {
			return err
		}
	}
	for c := range j.clients {
		if err := sendTCP(toTCP, messages(c, j.n)); err != nil {
			return err
		}
	}
	var udp half
	tcp, err := receiveTCP(welcome, j.clients)
	if err == nil {
		udp, err = receiveUDP(server, j.timeout)
	}
	sent := j.n * j.clients
	if err == nil {
		err = udp.count(sent)
	}
	if err == nil {
		err = tcp.cut()
	}
	if err == nil {
		err = tcp.count(sent)
	}
	printTable(sent, udp, tcp)
	return err
}

// messages are those of client c: "message 1" to "message n" for client 0, and
// so on from there.
func messages(c, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("message %d", c*n+i+1)
	}
	return list
}

// number is that of a message, 0 if the text is no message.
func number(text string) int {
	var n int
	fmt.Sscanf(text, "message %d", &n)
	if n < 1 || text != fmt.Sprintf("message %d", n) {
		return 0
	}
	return n
}

// A half is one transport's half of the table.
type half struct {
	connections int        // that the server accepted
	sockets     int        // of the server's that there were, at one time or another
	told        int        // how often the kernel told the server a client's address
	receives    int        // calls that gave the server bytes
	streams     [][]string // of each connection: the pieces that these calls gave
	edges       int        // receives that gave one message, whole, and no more
	arrived     []int      // the numbers of the messages, in the order of their arrival
	endedBy     string     // how the last wait ended: see receiveTCP and receiveUDP

	lost       int // messages that never arrived
	duplicated int // arrivals of a message that had arrived before
	late       int // messages that first arrived behind one with a higher number
}

func printTable(sent int, udp, tcp half) {
	row := func(name string, udp, tcp any) {
		fmt.Printf("%-14s | %-7v | %v\n", name, udp, tcp)
	}
	row("", "UDP", "TCP")
	row("connections", udp.connections, tcp.connections)
	row("server sockets", udp.sockets, tcp.sockets)
	row("address told", udp.told, tcp.told)
	row("sent", sent, sent)
	row("receives", udp.receives, tcp.receives)
	row("edges kept", udp.edges, tcp.edges)
	row("lost", udp.lost, tcp.lost)
	row("duplicated", udp.duplicated, tcp.duplicated)
	row("out of order", udp.late, tcp.late)
	row("ended by", udp.endedBy, tcp.endedBy)
}

// listen opens the UDP server's socket and the TCP server's welcome socket,
// both at addr, "host:port". An address that either cannot have is an error.
func listen(addr string) (net.PacketConn, net.Listener, error) {
	return nil, nil, errors.New("TODO 12.1: open the sockets of both servers")
}

// sendUDP is a UDP client: it sends each message to addr, as a datagram of its
// own and of exactly these bytes, and closes its socket. It waits for nobody.
func sendUDP(addr string, messages []string) error {
	return errors.New("TODO 12.2: send each message as a datagram")
}

// sendTCP is a TCP client: it connects to addr, sends each message and a
// newline, all on one connection, and ends the stream. It waits for nobody but
// the kernel: no server has accepted it yet.
func sendTCP(addr string, messages []string) error {
	return errors.New("TODO 12.3: connect, send each message and a newline, and end the stream")
}

// receiveTCP is the TCP server: it accepts so many clients, one after another,
// receives each one's stream up to its end, with a buffer of 65,536 bytes, and
// closes the connection. It keeps the pieces, and fills in connections, sockets
// (the welcome socket, and one for each connection, open or closed), told,
// receives and endedBy. That is "end of stream", or "error" if the connection
// broke; of many connections, the last one's; of none, whatever you like. A
// connection that broke is a result, and not an error of receiveTCP. A silent one
// is none: the next piece may take longer than any timeout.
func receiveTCP(welcome net.Listener, clients int) (half, error) {
	return half{}, errors.New("TODO 12.4: accept each client, and read its stream to the end")
}

// receiveUDP is the UDP server: it receives datagrams, with a buffer of 65,536
// bytes, until none has come for the length of timeout. It fills in a half of
// the table, but for what count works out. endedBy is "silence", which is a
// result, and not an error of receiveUDP.
func receiveUDP(server net.PacketConn, timeout time.Duration) (half, error) {
	return half{}, errors.New("TODO 12.5: receive datagrams until none comes any more")
}

// count works out from h.arrived what became of the messages that were sent,
// which have the numbers 1 to sent: h.lost, h.duplicated and h.late. Any other
// number is an error, such as the 0 of what is no message.
func (h *half) count(sent int) error {
	return errors.New("TODO 12.6: work out what was lost, what came twice, and what came late")
}

// cut finds the messages in the pieces of each stream: h.edges and h.arrived. A
// piece that keeps its edges is a message and its newline, from the first byte
// to the last, and nothing else. What comes without its newline is no message.
func (h *half) cut() error {
	return errors.New("TODO 12.7: cut each stream into its messages")
}
