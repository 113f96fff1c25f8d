//go:build unix

package proc_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"sockets.test/tools/internal/proc"
)

// The programs that the tests start are this one, in other roles.
const roleVar = "PROC_TEST_ROLE"

func TestMain(m *testing.M) {
	role := os.Getenv(roleVar)
	if role != "a host without a keeper" {
		proc.Keeper()
	}
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
	"leaves daemons": func() {
		fmt.Println(start("forever", nil, &syscall.SysProcAttr{Setsid: true}))
		parent := exec.Command(os.Args[0])
		parent.Env = append(os.Environ(), roleVar+"=leaves one daemon")
		parent.Stdout = os.Stdout
		parent.Run()
		forever()
	},
	"leaves one daemon": func() {
		fmt.Println(start("forever", nil, &syscall.SysProcAttr{Setsid: true}))
	},
	"forever": forever,

	"a host killed":      func() { host(); die(syscall.SIGKILL); forever() },
	"a host terminated":  func() { host(); die(syscall.SIGTERM); forever() },
	"a host interrupted": func() { host(); syscall.Kill(0, syscall.SIGINT); forever() },
	"a host panicking":   func() { host(); go panic("in a goroutine"); forever() },
	"a host exiting":     func() { host(); os.Exit(0) },
	"a host living":      func() { host(); forever() },

	"a host without a keeper": func() {
		p := must(proc.Start(program("ignores SIGTERM")))
		printed(p, 1)
		die(syscall.SIGKILL)
		forever()
	},
}

// program is this one in another role.
func program(role string) proc.Command {
	return proc.Command{Path: os.Args[0], Env: append(os.Environ(), roleVar+"="+role)}
}

// host starts a program that leaves daemons, makes a temporary directory, and
// prints its name.
func host() {
	dir, _, err := proc.TempDir("proc-*-test")
	must(dir, err)
	p := must(proc.Start(program("leaves daemons")))
	printed(p, 2)
	must(0, os.WriteFile(dir+"/file", []byte("left"), 0o600))
	fmt.Println(dir)
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
