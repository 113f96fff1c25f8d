// Compare sends the same messages over UDP and over TCP, and prints what became
// of them.
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

// A half is one transport's half of the table.
type half struct {
	clients  int    // UDP: addresses that datagrams came from; TCP: connections accepted
	sockets  int    // that the server had, closed ones too
	receives int    // calls that gave the server bytes
	whole    int    // of these, the ones that gave one message and nothing else
	endedBy  string // what told the server that nothing more comes
	arrived  []int  // the numbers of the messages, in the order of arrival

	lost, duplicated, late int // which count works out from arrived
}

// sendUDP is a UDP client: from a socket of its own it sends each message to
// addr, as one datagram of exactly these bytes, and closes the socket.
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

// sendTCP is a TCP client: on one connection to addr it sends each message and a
// newline, and ends the stream. It waits for no server.
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

// receiveUDP is the UDP server: it receives datagrams, with a buffer of 65,536
// bytes, until none has come for the length of timeout. That is "silence", and no
// error. A datagram that is no message is a receive, and nothing else.
func receiveUDP(server net.PacketConn, timeout time.Duration) (half, error) {
	udp := half{sockets: 1}
	addresses := map[string]bool{}
	buf := make([]byte, 65536)
	for {
		if err := server.SetReadDeadline(time.Now().Add(timeout)); err != nil {
			return udp, err
		}
		n, client, err := server.ReadFrom(buf)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			udp.endedBy = "silence"
			return udp, nil
		}
		if err != nil {
			return udp, err
		}
		udp.receives++
		addresses[client.String()] = true
		udp.clients = len(addresses)
		if udp.arrive(string(buf[:n])) {
			udp.whole++
		}
	}
}

// count works out what became of the messages 1 to sent: how many never arrived,
// how many arrivals were of one that had arrived before, and how many arrived, for
// the first time, behind one with a higher number.
func (h *half) count(sent int) error {
	seen := map[int]bool{}
	highest := 0
	for _, i := range h.arrived {
		switch {
		case i > sent:
			return fmt.Errorf("message %d was never sent", i)
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

// receiveTCP is the TCP server: it accepts so many clients, reads the stream of
// each to its end, with a buffer of 65,536 bytes, and closes its connection. A
// receive is whole if it gave a message, its newline, and nothing else. What has
// no newline is no message. A stream ends by "end of stream", or by "error" if the
// connection broke, and the next client is served. endedBy is how the stream of the
// client ended that was accepted last.
func receiveTCP(listener net.Listener, clients int) (half, error) {
	tcp := half{sockets: 1} // the listening socket
	for range clients {
		conn, err := listener.Accept()
		if err != nil {
			return tcp, err
		}
		tcp.clients++
		tcp.sockets++
		tcp.endedBy = "end of stream"
		if err := tcp.read(conn); err != nil {
			tcp.endedBy = "error"
		}
		conn.Close()
	}
	return tcp, nil
}

// read receives a stream up to its end, as pieces. A message may begin in one
// and end in another. An error says that the connection broke.
func (h *half) read(conn net.Conn) error {
	buf := make([]byte, 65536)
	rest := "" // the beginning of a message whose newline has not come yet
	for {
		n, err := conn.Read(buf)
		if n > 0 {
			h.receives++
			piece := string(buf[:n])
			if text, ok := strings.CutSuffix(piece, "\n"); ok && number(text) > 0 {
				h.whole++
			}
			lines := strings.Split(rest+piece, "\n")
			rest = lines[len(lines)-1]
			for _, line := range lines[:len(lines)-1] {
				h.arrive(line)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// arrive notes the message that a text is, and reports whether it is one.
func (h *half) arrive(text string) bool {
	i := number(text)
	if i > 0 {
		h.arrived = append(h.arrived, i)
	}
	return i > 0
}

// run is given, and so is all that follows. It sends everything before it receives
// anything: until then the kernel keeps it. After an error the rest of the table
// is 0.
func run(addr, via string, n, clients int, timeout time.Duration) error {
	server, err := net.ListenPacket("udp", addr)
	if err != nil {
		return err
	}
	defer server.Close()
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	fmt.Printf("compare ready on %v/udp and %v/tcp\n", server.LocalAddr(), listener.Addr())

	var udp, tcp half
	for c := 0; c < clients && err == nil; c++ {
		err = sendUDP(cmp.Or(via, server.LocalAddr().String()), messages(c, n))
	}
	for c := 0; c < clients && err == nil; c++ {
		err = sendTCP(cmp.Or(via, listener.Addr().String()), messages(c, n))
	}
	if err == nil {
		udp, err = receiveUDP(server, timeout)
	}
	if err == nil {
		err = udp.count(n * clients)
	}
	if err == nil {
		tcp, err = receiveTCP(listener, clients)
	}
	if err == nil {
		err = tcp.count(n * clients)
	}
	printTable(udp, tcp)
	return err
}

// messages are those of client c: "message 1" to "message n" for client 0, and
// so on from there.
func messages(c, n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprint("message ", c*n+i+1))
	}
	return list
}

// number is that of a message, 0 if the text is no message.
func number(text string) (n int) {
	fmt.Sscanf(text, "message %d", &n)
	if n < 1 || text != fmt.Sprint("message ", n) {
		return 0
	}
	return n
}

func printTable(udp, tcp half) {
	row := func(name string, udp, tcp any) { fmt.Printf("%-14s | %-7v | %v\n", name, udp, tcp) }
	row("", "UDP", "TCP")
	row("clients", udp.clients, tcp.clients)
	row("server sockets", udp.sockets, tcp.sockets)
	row("receives", udp.receives, tcp.receives)
	row("whole", udp.whole, tcp.whole)
	row("lost", udp.lost, tcp.lost)
	row("duplicated", udp.duplicated, tcp.duplicated)
	row("out of order", udp.late, tcp.late)
	row("ended by", udp.endedBy, tcp.endedBy)
}

func main() {
	addr := flag.String("addr", "127.0.0.1:12000", "`host:port` of both servers; port 0 lets the kernel choose")
	via := flag.String("via", "", "`host:port` to which the clients send and connect; the servers' own if empty")
	n := flag.Int("n", 10, "how many messages each client sends")
	clients := flag.Int("clients", 1, "how many clients there are, one after another")
	timeout := flag.Duration("timeout", 500*time.Millisecond, "how long to wait for one more datagram")
	flag.Parse()
	if err := run(*addr, *via, *n, *clients, *timeout); err != nil {
		fmt.Fprintf(os.Stderr, "compare: %v\n", err)
		os.Exit(1)
	}
}
