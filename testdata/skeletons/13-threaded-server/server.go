// Threadserver answers many clients at the same time, each in a goroutine of
// its own.
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

// serve accepts clients, as many as come, and has each handled in a goroutine
// of its own. It never waits for a client, and no client waits for another: the
// last of five hundred may be the first to speak. serve returns only when the
// welcome socket can no longer accept.
func serve(welcome net.Listener) error {
	return errors.New("TODO 13.1: accept clients, and handle each in a goroutine of its own")
}

// handle is one client's goroutine. It prints one line on standard output when
// it starts, before the client has said anything, and one when it ends, however
// it ends, both with the client's address. In between it calls answer, whose
// error belongs into the second line and concerns nobody else. No line waits in
// a buffer, and none repeats what the client said. A further line, such as one to
// find an error with, does no harm.
//
// A goroutine has nobody to return an error to, so this TODO is printed.
func handle(conn net.Conn) {
	fmt.Println("TODO 13.2: say that the client's goroutine starts, call answer, say that it ended")
}

// answer receives one message, of at most 1024 bytes and without any mark at
// its end, sends it back in upper case, and closes the connection socket, on
// every way out. A client may be silent for as long as it likes, leave without
// a word, reset the connection, or send bytes that are no text. Nothing that
// answer writes to is another goroutine's too.
func answer(conn net.Conn) error {
	return errors.New("TODO 13.3: receive the message, answer, and close the connection")
}
