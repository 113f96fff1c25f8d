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
	"unicode/utf8"
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

// run says one line of standard input to the server, and prints the answer.
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

// readLine reads one line, and returns it without its newline.
func readLine(in io.Reader) (string, error) {
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && line == "" {
		return "", errors.New("there is no line on standard input")
	}
	return strings.TrimSuffix(line, "\n"), nil
}

// connect sets up a connection with the server. What is not done by the
// deadline fails: the connecting, and all later use of the connection.
func connect(addr string, deadline time.Time) (*net.TCPConn, error) {
	dialer := net.Dialer{Deadline: deadline}
	conn, err := dialer.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return conn.(*net.TCPConn), conn.SetDeadline(deadline)
}

// say sends the line, and then the end of the stream.
func say(conn *net.TCPConn, line string) error {
	if _, err := conn.Write([]byte(line)); err != nil {
		return err
	}
	return conn.CloseWrite()
}

// hear reads up to the server's end of stream.
func hear(conn *net.TCPConn) ([]byte, error) {
	return io.ReadAll(conn)
}

// check tells an answer that ended too early from a whole one.
func check(line string, answer []byte) error {
	want, got := utf8.RuneCountInString(line), utf8.RuneCount(answer)
	if got < want {
		return fmt.Errorf("the answer has %d characters for %d: it ended too early", got, want)
	}
	return nil
}
