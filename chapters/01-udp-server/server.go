// Udpserver answers each datagram with its text in upper case.
package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
)

func main() {
	addr := flag.String("addr", ":12000", "`host:port` to receive on; port 0 lets the kernel choose")
	flag.Parse()
	if err := run(*addr); err != nil {
		fmt.Fprintf(os.Stderr, "udpserver: %v\n", err)
		os.Exit(1)
	}
}

// run opens the server's socket, says where it is, and serves until the
// socket fails.
func run(addr string) error {
	conn, err := open(addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	fmt.Printf("udpserver ready on %s\n", conn.LocalAddr())
	return serve(conn)
}

// open creates a UDP socket and binds it to addr, "host:port". An address
// that is taken is an error, which main prints.
func open(addr string) (net.PacketConn, error) {
	return nil, errors.New("TODO 1.1: bind a UDP socket to the address")
}

// serve receives datagrams, one at a time, and has each answered. For each it
// prints a line, in words of its own, which is for you and is not judged.
//
// A datagram of up to 2048 bytes is answered, whole. It may have none, which is
// not an end: it gets an empty answer. What is answered to a larger one, or to
// bytes that are no text, does not matter, but the next client is served. Nor
// does it end the server that an answer cannot be sent: serve returns only when
// the socket can no longer receive.
func serve(conn net.PacketConn) error {
	return errors.New("TODO 1.2: receive datagrams, each with its sender's address, and answer them")
}

// answer sends text in upper case to the client, through the socket that the
// client asked, in one datagram. Text is UTF-8: a to z become capitals, other
// letters may, whether or not that takes as many bytes, and nothing else
// changes.
func answer(conn net.PacketConn, client net.Addr, text []byte) error {
	return errors.New("TODO 1.3: send the answer to the client's address")
}
