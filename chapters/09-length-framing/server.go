// Frameserver answers each frame with its payload in upper case. A frame is a
// length of 4 bytes, big-endian, and then that many bytes of payload.
package main

import (
	"bufio"
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
		fmt.Fprintf(os.Stderr, "frameserver: %v\n", err)
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
	fmt.Printf("frameserver ready on %s\n", welcome.Addr())
	return serve(welcome)
}

// serve accepts one client after another, and converses with each. What goes
// wrong with one client is one line on standard error, and ends nothing else.
// Nothing but what went wrong is written there; events go to standard output.
func serve(welcome net.Listener) error {
	for {
		conn, err := welcome.Accept()
		if err != nil {
			return err
		}
		if err := converse(conn); err != nil {
			fmt.Fprintf(os.Stderr, "frameserver: %s: %v\n", conn.RemoteAddr(), err)
		}
	}
}

// converse answers the client's frames, in order, until the end of the stream,
// and closes the connection. Each answer leaves before the next frame is waited
// for.
//
// An end of the stream between two frames is the way in which a client says
// goodbye: it is no error, and nothing is written to standard error. Any other
// end is an error, a reset wherever it comes, and so is an answer that cannot
// be sent: converse returns them.
//
// A client may send many frames before it reads the first answer, and still gets
// all answers, in order. Whether you set a deadline, for reading or for writing,
// is not judged if it is of five seconds or more; nor is it asked for.
func converse(conn net.Conn) error {
	r := bufio.NewReader(conn)
	for {
		payload, err := readFrame(r)
		if err != nil {
			return err
		}
		fmt.Printf("received %d bytes from %s\n", len(payload), conn.RemoteAddr())
		return errors.New("TODO 9.2: answer each frame, until the end of the stream, and close")
	}
}

// maxPayload is the most bytes that a payload may have.
const maxPayload = 65_536

var errTooLarge = errors.New("frame too large")

// readFrame returns the next frame's payload, which may be empty and may have
// any bytes.
//
// The end of the stream is io.EOF between two frames, and
// io.ErrUnexpectedEOF inside one: in the header, or behind it before the whole
// payload has come.
//
// A payload of more than maxPayload bytes is errTooLarge, as soon as the header
// has come. None of it is read, and no memory is set aside for it. The
// connection is closed then, without an answer.
func readFrame(r io.Reader) ([]byte, error) {
	return nil, errors.New("TODO 9.1: read 4 bytes, and then as many as they say")
}

// writeFrame writes payload as one frame: its length, then its bytes, and
// nothing behind them.
func writeFrame(w io.Writer, payload []byte) error {
	return errors.New("TODO 9.3: write the length of the payload, and the payload")
}
