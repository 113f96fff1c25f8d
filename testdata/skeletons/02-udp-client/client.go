// Udpclient sends a line to a UDP server and prints the answer.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
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

// run sends one line of standard input to the server, and prints the answer
// and a newline. Nothing else goes to standard output: no prompt, no label.
// The program asks once, and ends.
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

// open creates a UDP socket for a conversation with the server at addr,
// "host:port"; the tests give no names, but IP addresses. Its own port is of
// the kernel's choice. It sends nothing: the server need not be there yet. A
// datagram from any other address is not the answer, and no reason to stop
// waiting for that.
func open(addr string) (net.Conn, error) {
	return nil, errors.New("TODO 2.1: open a socket whose partner is the server")
}

// readLine reads one line, and returns it without its newline, and otherwise
// as it was typed; a carriage return before the newline may stay or go. The
// last line of the input may lack its newline. No line at all is an error. The
// line has at most 2048 bytes, and it may have none.
func readLine(in io.Reader) (string, error) {
	return "", errors.New("TODO 2.2: read one line")
}

// ask sends the line to the server, as one datagram of exactly these bytes,
// and once, whatever comes of it.
func ask(conn net.Conn, line string) error {
	return errors.New("TODO 2.3: send the line as one datagram")
}

// receive waits for the answer, one datagram: of any bytes, of none, or of as
// many as a datagram can have, 65,507. If none has come when the timeout is
// over, which begins now, or if the server's port is found to be closed, it
// returns an error.
func receive(conn net.Conn, timeout time.Duration) ([]byte, error) {
	return nil, errors.New("TODO 2.4: receive the answer, but do not wait for ever")
}
