// Udpserver answers each datagram with its text in upper case.
package main

import (
	"bytes"
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

// open creates a UDP socket and binds it to addr.
func open(addr string) (net.PacketConn, error) {
	return net.ListenPacket("udp", addr)
}

// serve receives datagrams, one at a time, and has each answered. It returns
// the error of a socket that can no longer receive.
func serve(conn net.PacketConn) error {
	buf := make([]byte, 2048)
	for {
		n, client, err := conn.ReadFrom(buf)
		if err != nil {
			return err
		}
		fmt.Printf("received %q from %s\n", buf[:n], client)
		if err := answer(conn, client, buf[:n]); err != nil {
			fmt.Printf("no answer to %s: %v\n", client, err)
		}
	}
}

// answer sends text in upper case to the client.
func answer(conn net.PacketConn, client net.Addr, text []byte) error {
	_, err := conn.WriteTo(bytes.ToUpper(text), client)
	return err
}
