// Threadserver answers many clients at the same time, each in a goroutine of
// its own.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
)

func main() {
	addr := flag.String("addr", ":12000", "`host:port` to listen on; port 0 lets the kernel choose")
	flag.Parse()
	if err := run(*addr); err != nil {
		fmt.Fprintf(os.Stderr, "threadserver: %v\n", err)
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
	fmt.Printf("threadserver ready on %s\n", welcome.Addr())
	return serve(welcome)
}

// serve accepts clients, and has each handled in a goroutine of its own. When
// the welcome socket can no longer accept, serve waits for the clients that it
// has, and returns the socket's error.
func serve(welcome net.Listener) error {
	var clients sync.WaitGroup
	defer clients.Wait()
	for {
		conn, err := welcome.Accept()
		if err != nil {
			return err
		}
		clients.Go(func() { handle(conn) })
	}
}

// handle is one client's goroutine: it says that it started, answers, and says
// that it ended, and why if something went wrong.
func handle(conn net.Conn) {
	client := conn.RemoteAddr()
	fmt.Printf("goroutine started: %s\n", client)
	if err := answer(conn); err != nil {
		fmt.Printf("goroutine ended: %s: %v\n", client, err)
		return
	}
	fmt.Printf("goroutine ended: %s\n", client)
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
	_, err = conn.Write(bytes.ToUpper(buf[:n]))
	return err
}
