// Tcpserver answers each client's message with its text in upper case.
package main

import (
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

// listen creates the welcome socket: bound to addr, "host:port", and
// listening. An address that is taken is an error, which main prints: nobody
// waits for it to become free.
func listen(addr string) (net.Listener, error) {
	return nil, errors.New("TODO 6.1: open the welcome socket")
}

// serve accepts one client after another, and has each answered. What befalls
// one client ends that client's connection, not the server: serve returns only
// when the welcome socket can no longer accept. run closes that one.
func serve(welcome net.Listener) error {
	return errors.New("TODO 6.2: accept clients, one after another, and answer each")
}

// answer receives one message, sends it back in upper case, no byte more or
// less, and closes the connection socket without waiting for the client: but a
// fraction of a second for its goodbye is allowed.
//
// A message has at most 1024 bytes. Any byte may be part of it, and none marks
// its end. How letters beyond ASCII are answered is not judged, nor are bytes
// that are no text, as long as the next client is served.
//
// A client may take its time before it speaks, and may end its stream at once
// when it has spoken. A limit of five seconds or more to its silence is allowed
// and not judged. It may also leave without a word, or reset the connection:
// that is its right, and its socket is closed like any other.
func answer(conn net.Conn) error {
	return errors.New("TODO 6.3: receive the message, answer, and close the connection")
}
