// Lineserver answers each line with its text in upper case, many lines on one
// connection.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
)

func main() {
	addr := flag.String("addr", ":12000", "`host:port` to listen on; port 0 lets the kernel choose")
	flag.Parse()
	if err := run(*addr); err != nil {
		fmt.Fprintf(os.Stderr, "lineserver: %v\n", err)
		os.Exit(1)
	}
}

// run opens the welcome socket, says where it is, and serves until the socket
// fails.
func run(addr string) error {
	welcome, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	defer welcome.Close()
	fmt.Printf("lineserver ready on %s\n", welcome.Addr())
	return serve(welcome)
}

// serve accepts one client after another, and converses with each. It is the
// loop of chapter 6: what befalls one client is printed, and ends nothing else.
func serve(welcome net.Listener) error {
	for {
		conn, err := welcome.Accept()
		if err != nil {
			return err
		}
		if err := converse(conn); err != nil {
			fmt.Printf("%s: %v\n", conn.RemoteAddr(), err)
		}
	}
}

// maxLine is the most bytes that a line may have, its line end not counted.
const maxLine = 100_000

var errTooLong = errors.New("line too long")

// converse answers the client's lines, in order, until the end of the stream,
// which is no error. The answer to a line is its text in upper case, and "\n".
// It is sent before the next line is waited for. No answer is sent to a line
// that is not yet whole. A client may send many lines before it reads the first
// answer, and still gets them all.
//
// How letters beyond ASCII are answered is not judged, but a sign that has no
// upper case stays what it is. How bytes are answered that are no UTF-8 is not
// judged either, as long as the next client is served.
//
// When readLine returns errTooLong, the client gets one line, "error: line too
// long\n", and that is the end of the conversation.
//
// converse closes the connection, on every way out. A client that does not stay
// for its answers ends its own conversation only.
func converse(conn net.Conn) error {
	return errors.New("TODO 8.1: read lines until the end of the stream, and answer each")
}

// readLine returns the next line from r, without its line end.
//
// A line ends with "\n", or with "\r\n"; both are accepted at any time, and are
// all that is taken off. Any other byte may be part of a line, and means nothing
// else. A line may be empty. The end of the stream ends a last line that has some
// bytes and no "\n"; after that line, and where there is none, readLine returns
// io.EOF. Whether a "\r" before that end is taken off is not judged.
//
// A line of more than maxLine bytes is errTooLong. That is said without waiting
// for the line's end, which may never come; to wait for as many as 131,072
// bytes is not judged.
func readLine(r *bufio.Reader) ([]byte, error) {
	return nil, errors.New("TODO 8.2: read up to the newline, however many Reads that takes")
}
