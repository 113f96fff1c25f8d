// Frameserver answers each frame with its payload in upper case. A frame is a
// length of 4 bytes, big-endian, and then that many bytes of payload.
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
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

// serve accepts one client after another, and converses with each. It returns
// the error of a welcome socket that can no longer accept.
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
// and closes the connection.
func converse(conn net.Conn) error {
	defer conn.Close()
	r := bufio.NewReader(conn)
	for {
		payload, err := readFrame(r)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		fmt.Printf("received %d bytes from %s\n", len(payload), conn.RemoteAddr())
		if err := writeFrame(conn, bytes.ToUpper(payload)); err != nil {
			return err
		}
	}
}

// maxPayload is the most bytes that a payload may have.
const maxPayload = 65_536

var errTooLarge = errors.New("frame too large")

// readFrame returns the next frame's payload. The end of the stream is io.EOF
// between two frames, and io.ErrUnexpectedEOF inside one.
func readFrame(r io.Reader) ([]byte, error) {
	var header [4]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return nil, err
	}
	size := binary.BigEndian.Uint32(header[:])
	if size > maxPayload {
		return nil, fmt.Errorf("%w: %d bytes", errTooLarge, size)
	}
	payload := make([]byte, size)
	_, err := io.ReadFull(r, payload)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF // after a header, no byte is too few
	}
	return payload, err
}

// writeFrame writes payload as one frame.
func writeFrame(w io.Writer, payload []byte) error {
	frame := binary.BigEndian.AppendUint32(nil, uint32(len(payload)))
	_, err := w.Write(append(frame, payload...))
	return err
}
