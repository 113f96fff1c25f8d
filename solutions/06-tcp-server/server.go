// Tcpserver answers each client's message with its text in upper case.
package main

import (
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
		fmt.Fprintf(os.Stderr, "tcpserver: %v\n", err)
		os.Exit(1)
	}
}

// run opens the welcome socket, says where it is, and serves until the socket
// fails.
func run(addr string) error {
	welcome, err := listen(addr)
	if err != nil {
		return err
	}
	defer welcome.Close()
	fmt.Printf("tcpserver ready on %s\n", welcome.Addr())
	return serve(welcome)
}

// listen creates the welcome socket: bound to addr, and listening.
func listen(addr string) (net.Listener, error) {
	return net.Listen("tcp", addr)
}

// serve accepts one client after another, and has each answered. It returns
// the error of a welcome socket that can no longer accept.
func serve(welcome net.Listener) error {
	for {
		conn, err := welcome.Accept()
		if err != nil {
			return err
		}
		if err := answer(conn); err != nil {
			fmt.Printf("%s: %v\n", conn.RemoteAddr(), err)
		}
	}
}

// answer receives one message, sends it back in upper case, and closes the
// connection socket.
func answer(conn net.Conn) error {
	defer conn.Close()
	buf := make([]byte, 1024)
	n, err := conn.Read(buf)
	if errors.Is(err, io.EOF) {
		return nil // the client left without a word
	}
	if err != nil {
		return err
	}
	fmt.Printf("received %q from %s\n", buf[:n], conn.RemoteAddr())
	_, err = conn.Write(bytes.ToUpper(buf[:n]))
	return err
}
