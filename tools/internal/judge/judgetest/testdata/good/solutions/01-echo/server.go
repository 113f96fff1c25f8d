// Echoserver sends each datagram back.
package main

import (
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
	conn, err := net.ListenPacket("udp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	fmt.Printf("echoserver ready on %s\n", conn.LocalAddr())
	return answer(conn)
}

func answer(conn net.PacketConn) error {
	buf := make([]byte, 2048)
	for {
		n, client, err := conn.ReadFrom(buf)
		if err != nil {
			return err
		}
		if _, err := conn.WriteTo(buf[:n], client); err != nil {
			return err
		}
	}
}
