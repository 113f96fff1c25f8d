// Compare sends the same messages over UDP and over TCP, and prints what became
// of them.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
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
// receives before all is sent: until then the kernel keeps it. An error ends the
// measuring, and the table shows what was measured until then.
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
// both at addr.
func listen(addr string) (net.PacketConn, net.Listener, error) {
	server, err := net.ListenPacket("udp", addr)
	if err != nil {
		return nil, nil, err
	}
	welcome, err := net.Listen("tcp", addr)
	if err != nil {
		server.Close()
		return nil, nil, err
	}
	return server, welcome, nil
}

// sendUDP is a UDP client: it sends each message to addr, as a datagram of its
// own, and closes its socket. It waits for nobody.
func sendUDP(addr string, messages []string) error {
	to, err := net.ResolveUDPAddr("udp", addr)
	if err != nil {
		return err
	}
	client, err := net.ListenPacket("udp", ":0")
	if err != nil {
		return err
	}
	defer client.Close()
	for _, text := range messages {
		if _, err := client.WriteTo([]byte(text), to); err != nil {
			return err
		}
	}
	return nil
}

// sendTCP is a TCP client: it connects to addr, sends each message and a
// newline, and closes its socket, which ends the stream. It waits for nobody
// but the kernel.
func sendTCP(addr string, messages []string) error {
	client, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer client.Close()
	for _, text := range messages {
		if _, err := fmt.Fprintln(client, text); err != nil {
			return err
		}
	}
	return nil
}

// receiveTCP is the TCP server: it accepts so many clients, one after another,
// and receives each one's stream up to its end. A stream that breaks is over,
// which is a result: "error" instead of "end of stream".
func receiveTCP(welcome net.Listener, clients int) (half, error) {
	tcp := half{sockets: 1}
	for range clients {
		conn, err := welcome.Accept()
		if err != nil {
			return tcp, err
		}
		tcp.connections++
		tcp.sockets++
		tcp.told++ // conn knows its client from now on
		pieces, err := readAll(conn)
		conn.Close()
		tcp.receives += len(pieces)
		tcp.streams = append(tcp.streams, pieces)
		tcp.endedBy = "end of stream"
		if err != nil {
			tcp.endedBy = "error"
		}
	}
	return tcp, nil
}

// readAll reads a stream up to its end, piece by piece, as each Read returns
// them. An error says that it broke.
func readAll(conn net.Conn) (pieces []string, err error) {
	buf := make([]byte, 65536)
	for {
		n, err := conn.Read(buf)
		if n > 0 {
			pieces = append(pieces, string(buf[:n]))
		}
		if errors.Is(err, io.EOF) {
			return pieces, nil
		}
		if err != nil {
			return pieces, err
		}
	}
}

// receiveUDP is the UDP server: it receives datagrams until none has come for
// the length of timeout. Nothing but this silence tells it that all are there.
func receiveUDP(server net.PacketConn, timeout time.Duration) (half, error) {
	udp := half{sockets: 1}
	buf := make([]byte, 65536)
	for {
		if err := server.SetReadDeadline(time.Now().Add(timeout)); err != nil {
			return udp, err
		}
		n, _, err := server.ReadFrom(buf)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			udp.endedBy = "silence"
			return udp, nil
		}
		if err != nil {
			return udp, err
		}
		udp.receives++
		udp.told++ // a sender's address comes with every datagram
		i := number(string(buf[:n]))
		if i > 0 {
			udp.edges++
		}
		udp.arrived = append(udp.arrived, i)
	}
}

// count works out from the messages that arrived what became of those that were
// sent, which have the numbers 1 to sent. Any other number is an error.
func (h *half) count(sent int) error {
	seen := map[int]bool{}
	highest := 0
	for _, i := range h.arrived {
		switch {
		case i < 1 || i > sent:
			return errors.New("what arrived is no message that was sent")
		case seen[i]:
			h.duplicated++
		case i < highest:
			h.late++
		}
		seen[i] = true
		highest = max(highest, i)
	}
	h.lost = sent - len(seen)
	return nil
}

// cut finds the messages in the pieces of each stream. A message may begin in
// one piece and end in another.
func (h *half) cut() error {
	for _, pieces := range h.streams {
		rest := "" // the beginning of a message whose newline has not come yet
		for _, piece := range pieces {
			if rest == "" && strings.Index(piece, "\n") == len(piece)-1 {
				h.edges++
			}
			lines := strings.Split(rest+piece, "\n")
			rest = lines[len(lines)-1]
			for _, line := range lines[:len(lines)-1] {
				h.arrived = append(h.arrived, number(line))
			}
		}
	}
	return nil
}
