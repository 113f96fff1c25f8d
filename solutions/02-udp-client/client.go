// Udpclient sends a line to a UDP server and prints the answer.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:12000", "`host:port` of the server")
	timeout := flag.Duration("timeout", 5*time.Second, "how long to wait for the answer")
	flag.Parse()
	if err := run(*addr, *timeout); err != nil {
		fmt.Fprintf(os.Stderr, "udpclient: %v\n", err)
		os.Exit(1)
	}
}

// run sends one line of standard input to the server, and prints the answer.
func run(addr string, timeout time.Duration) error {
	conn, err := open(addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	line, err := readLine(os.Stdin)
	if err != nil {
		return err
	}
	if err := ask(conn, line); err != nil {
		return err
	}
	answer, err := receive(conn, timeout)
	if err != nil {
		return err
	}
	fmt.Printf("%s\n", answer)
	return nil
}

// open creates a UDP socket, on a port of the kernel's choice, and names the
// server as its only partner. It sends nothing.
func open(addr string) (net.Conn, error) {
	return net.Dial("udp", addr)
}

// readLine reads one line, and returns it without its newline.
func readLine(in io.Reader) (string, error) {
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && line == "" {
		return "", errors.New("there is no line on standard input")
	}
	return strings.TrimSuffix(line, "\n"), nil
}

// ask sends the line to the server as one datagram.
func ask(conn net.Conn, line string) error {
	_, err := conn.Write([]byte(line))
	return err
}

// receive waits for the answer, but not for longer than timeout.
func receive(conn net.Conn, timeout time.Duration) ([]byte, error) {
	if err := conn.SetReadDeadline(time.Now().Add(timeout)); err != nil {
		return nil, err
	}
	buf := make([]byte, 65507)
	n, err := conn.Read(buf)
	if err != nil {
		return nil, fmt.Errorf("no answer: %w", err)
	}
	return buf[:n], nil
}
