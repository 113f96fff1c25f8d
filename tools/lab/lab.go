// Package lab is what the chapters' tests stand on: it starts a program,
// talks to it as its clients would, and says what went wrong.
//
// Goals:
//
//   - a program is judged from outside: by its command line, its standard
//     streams, its exit status and its sockets;
//   - a program that is right passes, however slow it or the machine is: a
//     hang is proven where the system shows it, and else measured in what the
//     program has done, and not by a clock;
//   - a failure shows what went over the wire, names the misconception where
//     it can, and says where to read.
//
// Non-goals: capturing packets, and calling a function of the program.
//
// A chapter's tests begin with
//
//	func TestMain(m *testing.M) { lab.Main(m, "udpserver", main) }
//
// and then start the program, talk to it, and say what they expect:
//
//	server := lab.Serve(t)
//	ann := server.UDP("ann")
//	ann.Say("hello")
//	ann.Expect("HELLO", lab.Stranger.Is("new-socket-per-reply"))
//
// Another program is judged in the chapter's place if the environment says
// LAB_PROGRAM=/path/to/program, or LAB_PROGRAM=["python3","server.py"] where
// it needs arguments of its own.
package lab

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"

	"sockets.test/tools/internal/proc"
)

const (
	programEnv     = "LAB_PROGRAM"     // the program to judge; the chapter's own if empty
	runEnv         = "LAB_RUN"         // set in the copy of the test binary that is the program
	recordEnv      = "LAB_RECORD"      // a folder for what the transcripts show; none if empty
	transcriptsEnv = "LAB_TRANSCRIPTS" // a folder of transcripts to run instead of the chapter's
)

// subject is the program under test. Main sets it once, before any test runs.
var subject struct {
	name    string   // "udpserver"
	pkg     string   // "sockets.test/chapters/01-udp-server", the chapter's own package
	command []string // how to run it
	env     []string // and in which environment
	said    sync.Map // the headlines of failures so far
}

// Main runs the chapter's tests and exits with their status. The program is
// available to them as another process: program is the chapter's main, name is
// what it calls itself.
func Main(m *testing.M, name string, program func()) {
	if os.Getenv(runEnv) == name {
		os.Unsetenv(runEnv)
		forgetTestFlags(name)
		program()
		os.Exit(0)
	}
	proc.Keeper()
	subject.pkg = packageOf(program)
	if err := choose(name); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", programEnv, err)
		os.Exit(2)
	}
	os.Exit(m.Run())
}

// packageOf is the package of a function that has a name.
func packageOf(program func()) string {
	name := runtime.FuncForPC(reflect.ValueOf(program).Pointer()).Name()
	return name[:strings.LastIndexByte(name, '.')]
}

// choose says what will be judged: what the environment names, or else this
// binary, run again as the program.
func choose(name string) error {
	subject.name = name
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "LAB_") {
			subject.env = append(subject.env, entry)
		}
	}
	given := os.Getenv(programEnv)
	if given == "" {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		subject.command = []string{self}
		subject.env = append(subject.env, runEnv+"="+name)
		return nil
	}
	subject.command = []string{given}
	if strings.HasPrefix(given, "[") {
		if err := json.Unmarshal([]byte(given), &subject.command); err != nil || len(subject.command) == 0 {
			return fmt.Errorf("%s is not a list of words in JSON", given)
		}
	}
	if path := subject.command[0]; strings.ContainsRune(path, filepath.Separator) {
		if _, err := os.Stat(path); err != nil {
			return err
		}
	}
	return nil
}

// forgetTestFlags leaves the program with its own flags only: the test binary
// has registered those of package testing beside them.
func forgetTestFlags(name string) {
	own := flag.NewFlagSet(name, flag.ExitOnError)
	flag.VisitAll(func(f *flag.Flag) {
		if !strings.HasPrefix(f.Name, "test.") {
			own.Var(f.Value, f.Name, f.Usage)
		}
	})
	flag.CommandLine = own
	os.Args[0] = name
}
