// Echoserver sends each datagram back.
package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
)

func main() {
	addr := flag.String("addr", ":12000", "`host:port` to receive on")
	flag.Parse()
	if err := run(*addr); err != nil {
		fmt.Fprintf(os.Stderr, "echoserver: %v\n", err)
		os.Exit(1)
	}
}

func run(addr string) error {
	return errors.New("TODO 1.1: bind a UDP socket to the address")
}

func answer(conn net.PacketConn) error {
	return errors.New("TODO 1.2: send each datagram back")
}
