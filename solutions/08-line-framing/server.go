// Lineserver answers each line with its text in upper case, many lines on one
// connection.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
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

// serve accepts one client after another, and converses with each. It returns
// the error of a welcome socket that can no longer accept.
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
// and closes the connection. A line that is too long is the last one: the
// client is told.
func converse(conn net.Conn) error {
	defer conn.Close()
	r := bufio.NewReaderSize(conn, maxLine+len("\r\n"))
	for {
		line, err := readLine(r)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if errors.Is(err, errTooLong) {
			fmt.Fprintf(conn, "error: %v\n", err)
		}
		if err != nil {
			return err
		}
		fmt.Printf("received %q from %s\n", clip(line), conn.RemoteAddr())
		if _, err := fmt.Fprintf(conn, "%s\n", bytes.ToUpper(line)); err != nil {
			return err
		}
	}
}

// readLine returns the next line, without its line end. The bytes are r's
// own, and good until the next call.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, errTooLong
	case errors.Is(err, io.EOF) && len(line) > 0:
		// The end of the stream ends a line too.
	case err != nil:
		return nil, err
	}
	line = bytes.TrimSuffix(line, []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	if len(line) > maxLine {
		return nil, errTooLong
	}
	return line, nil
}

// clip keeps the log readable.
func clip(line []byte) []byte { return line[:min(len(line), 60)] }
