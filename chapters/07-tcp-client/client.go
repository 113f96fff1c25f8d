// Tcpclient says a line to a TCP server and prints the whole answer.
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
	timeout := flag.Duration("timeout", 5*time.Second, "how long all of it may take, from connecting on")
	flag.Parse()
	if err := run(*addr, *timeout); err != nil {
		fmt.Fprintf(os.Stderr, "tcpclient: %v\n", err)
		os.Exit(1)
	}
}

// run says one line of standard input to the server, and prints the answer and
// a newline: a whole answer, or nothing on standard output and an error.
func run(addr string, timeout time.Duration) error {
	line, err := readLine(os.Stdin)
	if err != nil {
		return err
	}
	conn, err := connect(addr, time.Now().Add(timeout))
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := say(conn, line); err != nil {
		return err
	}
	answer, err := hear(conn)
	if err != nil {
		return err
	}
	if err := check(line, answer); err != nil {
		return err
	}
	fmt.Printf("%s\n", answer)
	return nil
}

// readLine reads one line, of any length, and returns it without its newline,
// and otherwise as it was typed; a carriage return before the newline may stay
// or go. The last line of the input may lack its newline.
func readLine(in io.Reader) (string, error) {
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && line == "" {
		return "", errors.New("there is no line on standard input")
	}
	return strings.TrimSuffix(line, "\n"), nil
}

// connect sets up a connection with the server at addr, "host:port". If that
// is refused, or not done by the deadline, it returns an error. The deadline
// goes on to hold for all that is done with the connection, however often a byte
// comes; the caller closes that.
func connect(addr string, deadline time.Time) (*net.TCPConn, error) {
	return nil, errors.New("TODO 7.1: connect to the server")
}

// say sends the line, of exactly these bytes, and then the end of the stream:
// the server may wait for that before it answers. The answer can still come.
func say(conn *net.TCPConn, line string) error {
	return errors.New("TODO 7.2: send the line, and end your stream")
}

// hear reads up to the server's end of stream, however many bytes that are and
// in whatever pieces they come, and returns all of them. An error before that
// end, such as a reset, is returned.
func hear(conn *net.TCPConn) ([]byte, error) {
	return nil, errors.New("TODO 7.3: read until the server ends its stream")
}

// check tells an answer that ended too early from a whole one. The server has
// something to say to every character of the line, and may say more: an answer
// of fewer characters is an error. A character is a rune: of UTF-8, not a byte.
func check(line string, answer []byte) error {
	return errors.New("TODO 7.4: refuse an answer that ended too early")
}
