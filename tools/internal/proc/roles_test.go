//go:build unix

package proc_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"sockets.test/tools/internal/proc"
)

// The programs that the tests start are this one, in other roles.
const roleVar = "PROC_TEST_ROLE"

func TestMain(m *testing.M) {
	role := os.Getenv(roleVar)
	if role == "" {
		os.Exit(m.Run())
	}
	roles[role]()
}

var roles = map[string]func(){
	"exits with 3":  func() { os.Exit(3) },
	"kills itself":  func() { die(syscall.SIGKILL); forever() },
	"prints GORACE": func() { fmt.Println(os.Getenv("GORACE")) },
	"copies": func() {
		io.Copy(os.Stdout, os.Stdin)
		fmt.Fprintln(os.Stderr, "end of input")
	},
	"prints a megabyte": func() {
		fmt.Print("begin", strings.Repeat("x", 1<<20), "end")
	},
	"closes stdout and lives": func() {
		fmt.Println("bye")
		os.Stdout.Close()
		io.Copy(io.Discard, os.Stdin)
	},
	"ignores SIGTERM": func() {
		signal.Ignore(syscall.SIGTERM)
		fmt.Println("ready")
		forever()
	},
	"leaves a child on its stdout": func() {
		start("forever", os.Stdout, nil)
		fmt.Print(strings.Repeat("x", 60_000))
		os.Exit(3)
	},
	"has a child": func() {
		fmt.Println(start("forever", nil, nil))
		forever()
	},
	"has a daemon": func() {
		fmt.Println(start("forever", nil, &syscall.SysProcAttr{Setsid: true}))
		forever()
	},
	"leaves a child": func() { fmt.Println(start("forever", nil, nil)) },
	"forever":        forever,

	"a host killed":      func() { host("ignores SIGTERM"); die(syscall.SIGKILL); forever() },
	"a host terminated":  func() { host("ignores SIGTERM"); die(syscall.SIGTERM); forever() },
	"a host interrupted": func() { host("ignores SIGTERM"); syscall.Kill(0, syscall.SIGINT); forever() },
	"a host panicking":   func() { host("ignores SIGTERM"); go panic("in a goroutine"); forever() },
	"a host exiting":     func() { host("ignores SIGTERM"); os.Exit(0) },
	"a host living":      func() { host("has a child"); forever() },

	"appends for ever": appendForever,
	"has a child that appends for ever": func() {
		fmt.Println(start("appends for ever", nil, nil))
		forever()
	},
	"forks for ever": func() {
		for range 1000 { // a bound, should nobody end it
			fmt.Println(start("forever", nil, nil))
		}
		forever()
	},
}

// appendForever fills memory, up to a bound, should nobody end it.
func appendForever() {
	var all [][]byte
	for range 1 << 10 {
		mib := make([]byte, 1<<20)
		for i := 0; i < len(mib); i += 4 << 10 {
			mib[i] = 1
		}
		all = append(all, mib)
	}
	forever()
	runtime.KeepAlive(all)
}

// program is this one in another role.
func program(role string) proc.Command {
	return proc.Command{Path: os.Args[0], Env: append(os.Environ(), roleVar+"="+role)}
}

// host starts a program and repeats its first line.
func host(role string) {
	p := must(proc.Start(program(role)))
	printed(p, 1)
	fmt.Println(p.Pid())
	fmt.Print(p.Stdout())
}

// printed waits for so many lines.
func printed(p *proc.Process, lines int) {
	for {
		changed := p.Stdout().Changed()
		if len(p.Stdout().Lines()) == lines {
			return
		}
		<-changed
	}
}

func start(role string, stdout *os.File, attr *syscall.SysProcAttr) int {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleVar+"="+role)
	if stdout != nil {
		cmd.Stdout = stdout
	}
	cmd.SysProcAttr = attr
	must(0, cmd.Start())
	return cmd.Process.Pid
}

func die(s syscall.Signal) { syscall.Kill(os.Getpid(), s) }

func forever() {
	never := make(chan os.Signal, 1)
	signal.Notify(never, syscall.SIGUSR1)
	<-never
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
