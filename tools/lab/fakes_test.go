package lab_test

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"sockets.test/tools/lab"
)

func TestMain(m *testing.M) { lab.Main(m, "fakeserver", fake) }

// fake is the program under test: its subcommand says in which one way it
// misbehaves, or that it does not.
func fake() {
	flags := flag.NewFlagSet("fakeserver", flag.ExitOnError)
	flags.StringVar(&addr, "addr", ":12000", "where to listen, or to connect")
	flags.DurationVar(&timeout, "timeout", 0, "how long to wait for an answer")
	flags.Parse(os.Args[2:])
	words = flags.Args()
	fakes[os.Args[1]]()
}

var (
	addr    string
	timeout time.Duration
	words   []string // behind the flags: what some fakes say
)

var fakes = map[string]func(){
	"not-begun":      func() { exit(1, "fakeserver: TODO 9.1: bind a socket") },
	"exits-early":    func() { exit(3, "fakeserver: reading the configuration\nfakeserver: there is none") },
	"panics":         func() { var table []int; fmt.Println(table[len(os.Args)]) },
	"prints-nothing": wait,
	"talks-first":    func() { fmt.Println("starting up"); wait() },
	"no-newline":     func() { fmt.Printf("fakeserver ready on %s", bind()); wait() },
	"buffered":       func() { fmt.Fprintf(bufio.NewWriter(os.Stdout), "fakeserver ready on %s\n", bind()); wait() },
	"other-port":     func() { bind(); fmt.Println("fakeserver ready on 127.0.0.1:12000"); wait() },
	"its-flag":       func() { bind(); fmt.Println("fakeserver ready on", addr); wait() },
	"megabyte-line":  func() { exit(1, strings.Repeat("x", 1<<20)) },

	"udp-gone":          func() { conn, _ := net.ListenPacket("udp4", addr); conn.Close(); ready(conn.LocalAddr()); wait() },
	"udp-never-reads":   func() { udp(); wait() },
	"udp-never-answers": func() { receive(udp()) },
	"udp-says":          func() { says(udp()) },
	"udp-stranger":      func() { stranger(udp()) },
	"udp-twice":         func() { twice(udp()) },
	"udp-swaps":         func() { first(udp()) },
	"udp-dies":          func() { conn := udp(); conn.ReadFrom(make([]byte, 100)); exit(1, "fakeserver: no letter") },
	"udp-panics":        func() { conn := udp(); conn.ReadFrom(make([]byte, 100)); breaks(nil) },
	"udp-spins":         func() { conn := udp(); conn.ReadFrom(make([]byte, 100)); spin() },
	"udp-naps":          func() { naps(udp()) },
	"udp-wrong-todo":    func() { complain("fakeserver: TODO 9.3: accept"); answer(udp(), "JELLO"); wait() },
	"udp-garbles":       func() { garbles(udp()) },
	"udp-halves":        func() { halves(udp()) },
	"udp-deaf-at-first": func() { conn := udp(); conn.ReadFrom(make([]byte, 100)); upper(conn) },
	"udp-line":          func() { datagramLine(udp()) },
	"udp-dislikes":      func() { dislikes(udp()) },
	"udp-todo":          func() { conn := udp(); conn.ReadFrom(make([]byte, 100)); exit(1, "fakeserver: TODO 9.2: answer") },

	"tcp-gone":          func() { listener, _ := net.Listen("tcp4", addr); listener.Close(); ready(listener.Addr()); wait() },
	"tcp-never-accepts": func() { tcp(); wait() },
	"tcp-never-reads":   func() { accept(); wait() },
	"tcp-never-answers": func() { swallow(accept()) },
	"tcp-says":          func() { answers(accept()) },
	"tcp-upper":         func() { listener := tcp(); serve(listener) },
	"tcp-hangs-up": func() {
		conn := accept()
		conn.Read(make([]byte, 100))
		conn.Write([]byte("HEL"))
		conn.Close()
		wait()
	},
	"tcp-hoards":       func() { conn := accept(); hoard(); echo(conn); wait() },
	"tcp-resets":       func() { conn := accept(); conn.Read(make([]byte, 100)); conn.SetLinger(0); conn.Close(); wait() },
	"tcp-never-closes": func() { echo(accept()); wait() },
	"tcp-greets":       func() { accept().Write([]byte("WELCOME")); wait() },
	"tcp-closes":       func() { accept().Close(); wait() },
	"tcp-dies":         func() { conn := accept(); conn.Read(make([]byte, 100)); exit(2, "fakeserver: enough") },
	"tcp-ends-early":   func() { accept(); exit(0, "") },
	"tcp-line":         func() { conn := accept(); line(conn) },
	"tcp-to-the-end":   func() { conn := accept(); toTheEnd(conn) },
	"tcp-leaks":        leaks,
	"tcp-wants-much":   func() { conn := accept(); io.ReadFull(conn, make([]byte, 1000)); conn.Write([]byte("ENOUGH")); wait() },
	"tcp-dislikes":     func() { one := tcp(); conn, _ := one.Accept(); kept = append(kept, conn); serve(one) },
	"tcp-in-turn":      func() { inTurn(tcp(), false) },
	"tcp-hears-first":  func() { inTurn(tcp(), true) },
	"tcp-told":         told,
	"tcp-slow":         func() { slow(tcp()) },
	"tcp-lines":        func() { conn := accept(); conn.Write([]byte("one\ntwo\nthree\n")); wait() },
	"tcp-drawls":       func() { conn := accept(); conn.Write([]byte("one\ntw")); wait() },
	"tcp-todo": func() {
		conn := accept()
		conn.Read(make([]byte, 100))
		complain("TODO 9.3: answer")
		conn.Close()
		wait()
	},

	"tcp-says-no-more": func() { conn := accept(); conn.Read(make([]byte, 100)); conn.Write([]byte("HELLO")); swallow(conn) },
	"tcp-elsewhere":    func() { elsewhere() },
	"tries-again":      func() { triesAgain() },
	"takes-another":    func() { takesAnother() },

	"will-not-stop": func() { signal.Ignore(syscall.SIGTERM); upper(udp()) },
	"tolerates":     wait,
	"status-3":      func() { exit(3, "fakeserver: no such address") },
	"mute":          func() { exit(1, "") },

	"upper":         func() { upper(udp()) },
	"megabyte":      func() { conn := udp(); fmt.Println(strings.Repeat("x", 1<<20)); upper(conn) },
	"closes-stdout": func() { conn := udp(); os.Stdout.Close(); upper(conn) },
	"forks":         func() { conn := udp(); fork(); fmt.Println("forked"); upper(conn) },
	"for-ever":      func() { <-ossignals() },
}

func exit(status int, said string) {
	if said != "" {
		complain(said)
	}
	os.Exit(status)
}

func complain(said string) { fmt.Fprintln(os.Stderr, said) }

func ossignals() <-chan os.Signal {
	never := make(chan os.Signal, 1)
	signal.Notify(never, os.Interrupt)
	return never
}

// spin goes round for longer than anybody waits, and always in the same thread.
func spin() {
	runtime.LockOSThread()
	for i := 1; i != 0; i++ {
	}
}

// naps looks for datagrams again and again, and answers none.
func naps(conn *net.UDPConn) {
	for {
		conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		conn.ReadFrom(make([]byte, 100))
	}
}

// hoard sets aside a gigabyte, and touches none of it.
func hoard() { hoarded = make([]byte, 1<<30) }

var hoarded []byte

// wait waits for an input that nobody gives.
func wait() { os.Stdin.Read(make([]byte, 1)) }

func ready(at net.Addr) { fmt.Println("fakeserver ready on", at) }

func bind() net.Addr {
	conn, err := net.ListenPacket("udp", addr)
	if err != nil {
		exit(1, err.Error())
	}
	kept = append(kept, conn)
	return conn.LocalAddr()
}

// kept are sockets that must not be closed by the collection of garbage.
var kept []any

func udp() *net.UDPConn {
	conn, err := net.ListenPacket("udp", addr)
	if err != nil {
		exit(1, err.Error())
	}
	ready(conn.LocalAddr())
	kept = append(kept, conn)
	return conn.(*net.UDPConn)
}

func upper(conn *net.UDPConn) {
	buf := make([]byte, 1<<16)
	for {
		n, client, _ := conn.ReadFrom(buf)
		conn.WriteTo([]byte(strings.ToUpper(string(buf[:n]))), client)
	}
}

func receive(conn *net.UDPConn) {
	for {
		conn.ReadFrom(make([]byte, 100))
	}
}

// says answers with its words, whatever is asked.
func says(conn *net.UDPConn) {
	for _, answer := range words {
		_, client, _ := conn.ReadFrom(make([]byte, 1<<16))
		conn.WriteTo(plain(answer), client)
	}
	wait()
}

func plain(quoted string) []byte {
	text, err := strconv.Unquote(quoted)
	if err != nil {
		panic(err)
	}
	return []byte(text)
}

func stranger(conn *net.UDPConn) {
	n, client, _ := conn.ReadFrom(make([]byte, 100))
	other, _ := net.Dial("udp4", client.String())
	other.Write([]byte("HELLO")[:n])
	wait()
}

func twice(conn *net.UDPConn) {
	buf := make([]byte, 100)
	n, client, _ := conn.ReadFrom(buf)
	conn.WriteTo([]byte(strings.ToUpper(string(buf[:n]))), client)
	conn.WriteTo([]byte("AND GOODBYE"), client)
	wait()
}

// first answers everybody at the first one's address.
func first(conn *net.UDPConn) {
	buf := make([]byte, 100)
	var to net.Addr
	for {
		n, client, _ := conn.ReadFrom(buf)
		if to == nil {
			to = client
		}
		conn.WriteTo([]byte(strings.ToUpper(string(buf[:n]))), to)
	}
}

// answer says one thing, to whoever asks first.
func answer(conn *net.UDPConn, text string) {
	_, client, _ := conn.ReadFrom(make([]byte, 1<<16))
	conn.WriteTo([]byte(text), client)
}

// garbles answers with one byte that is wrong, far behind in a large datagram.
func garbles(conn *net.UDPConn) {
	buf := make([]byte, 1<<16)
	n, client, _ := conn.ReadFrom(buf)
	buf[n-100] = '?'
	conn.WriteTo(buf[:n], client)
	wait()
}

// halves answers with half of what it is asked.
func halves(conn *net.UDPConn) {
	buf := make([]byte, 1<<16)
	n, client, _ := conn.ReadFrom(buf)
	conn.WriteTo(buf[:n/2], client)
	wait()
}

// datagramLine answers when a line has ended, in however many datagrams.
func datagramLine(conn *net.UDPConn) {
	buf, line := make([]byte, 100), ""
	for {
		n, client, _ := conn.ReadFrom(buf)
		if line += string(buf[:n]); strings.HasSuffix(line, "\n") {
			conn.WriteTo([]byte(strings.ToUpper(strings.TrimSpace(line))), client)
			line = ""
		}
	}
}

// dislikes answers all but its first client.
func dislikes(conn *net.UDPConn) {
	buf := make([]byte, 1<<16)
	_, first, _ := conn.ReadFrom(buf)
	for {
		if n, client, _ := conn.ReadFrom(buf); client.String() != first.String() {
			conn.WriteTo(buf[:n], client)
		}
	}
}

func breaks(table map[string]int) { table["a"] = 1 }

func tcp() *net.TCPListener {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		exit(1, err.Error())
	}
	ready(listener.Addr())
	kept = append(kept, listener)
	return listener.(*net.TCPListener)
}

func accept() *net.TCPConn {
	conn, err := tcp().AcceptTCP()
	if err != nil {
		exit(1, err.Error())
	}
	kept = append(kept, conn)
	return conn
}

// elsewhere listens on every interface, and says something else.
func elsewhere() {
	listener, _ := net.Listen("tcp4", "0.0.0.0:0")
	kept = append(kept, listener)
	fmt.Println("fakeserver ready on 127.0.0.1:" + strconv.Itoa(listener.Addr().(*net.TCPAddr).Port))
	wait()
}

// triesAgain listens as soon as it can. It is the program that sleeps in between,
// as such programs do, and no test.
func triesAgain() {
	for {
		listener, err := net.Listen("tcp4", addr)
		if err == nil {
			ready(listener.Addr())
			kept = append(kept, listener)
			wait()
		}
		complain("fakeserver: " + err.Error())
		time.Sleep(time.Second)
	}
}

// takesAnother listens somewhere.
func takesAnother() {
	if _, err := net.Listen("tcp4", addr); err != nil {
		complain("fakeserver: " + err.Error())
		addr = "127.0.0.1:0"
	}
	tcp()
	wait()
}

func swallow(conn net.Conn) {
	io.Copy(io.Discard, conn)
	wait()
}

func answers(conn net.Conn) {
	for _, answer := range words {
		conn.Read(make([]byte, 1<<16))
		conn.Write(plain(answer))
	}
	conn.Close()
	wait()
}

func serve(listener net.Listener) {
	for {
		conn, _ := listener.Accept()
		go func() {
			defer conn.Close()
			echo(conn)
		}()
	}
}

// inTurn serves a client at a time, the first one perhaps without an answer.
func inTurn(listener net.Listener, mute bool) {
	for ; ; mute = false {
		conn, _ := listener.Accept()
		if mute {
			io.Copy(io.Discard, conn)
		} else {
			echo(conn)
		}
		conn.Close()
	}
}

// told greets a client, does nothing until somebody types, and then prints how
// the client's stream ended.
func told() {
	conn := accept()
	conn.Write([]byte("HELLO"))
	wait()
	if _, err := io.Copy(io.Discard, conn); err != nil {
		fmt.Println("an error")
	} else {
		fmt.Println("the end")
	}
}

// slow answers when it has slept for its time-out. It is the program that does so, as
// slow programs do, and no test.
func slow(listener net.Listener) {
	for {
		conn, _ := listener.Accept()
		buf := make([]byte, 100)
		n, _ := conn.Read(buf)
		time.Sleep(timeout)
		conn.Write(append(bytes.ToUpper(buf[:n]), '.'))
		conn.Close()
	}
}

func echo(conn net.Conn) {
	buf := make([]byte, 1<<16)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		conn.Write([]byte(strings.ToUpper(string(buf[:n]))))
	}
}

func line(conn net.Conn) {
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		conn.Write([]byte(strings.ToUpper(lines.Text())))
	}
	wait()
}

func toTheEnd(conn *net.TCPConn) {
	var all []byte
	for buf := make([]byte, 100); ; {
		n, err := conn.Read(buf)
		all = append(all, buf[:n]...)
		if err != nil {
			break
		}
	}
	conn.Write([]byte(strings.ToUpper(string(all))))
	wait()
}

// leaks keeps every connection, whoever has gone.
func leaks() {
	for listener := tcp(); ; {
		conn, _ := listener.Accept()
		kept = append(kept, conn)
	}
}

// fork leaves a child that would live for ever.
func fork() {
	self, _ := os.Executable()
	child := exec.Command(self, "for-ever")
	child.Env = append(os.Environ(), "LAB_RUN=fakeserver")
	child.Start()
}
