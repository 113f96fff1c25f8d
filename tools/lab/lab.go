// Package lab is the vocabulary of the chapters' tests: it starts a program, talks
// to it as its clients or its servers would, and wants what must come.
//
// Goals:
//
//   - a program is judged from outside: by its command line, its standard
//     streams, its exit status and its sockets;
//   - a test is a specification: it tells a conversation, and no mistake is named
//     in it;
//   - a program that is right passes, however slow it or the machine is: a
//     hang is proven where the system shows it, and else measured in what the
//     program has done, and not by a clock; see lab/internal/wait;
//   - a failure is an observation, made in the same way for every chapter.
//
// Non-goals: capturing packets, calling a function of the program, and knowing
// misconceptions.
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
//	ann.Expect("HELLO")
//
// Where the program is a client, the lab is its server: see ListenTCP and
// ListenUDP. Where it is both, the lab is the network: see NewLink.
//
// # The way of a failure
//
// An expectation that does not get what it wants hands fail a mismatch, which is
// what it alone knows: the outcome, and the bytes wanted and got. From that and
// from the program, observe makes a failure.Failure: how the bytes differ, where
// the program stands, what it said, and, after a silence, what it does when one
// thing more happens (questions.go). If a judge runs the tests, the failure is
// handed over as data, in attributes of the test; see testing.T.Attr and the
// environment variable LAB_FAILURES. The judge reads it back, and package diagnosis
// matches it with what is recorded of known misconceptions. Package show makes the
// text of both, for the screen at hand; where nobody judges, the lab does so
// itself (by_hand.go).
//
// # Another program
//
// Another program is judged in the chapter's place if the environment says
// LAB_PROGRAM=/path/to/program, or LAB_PROGRAM=["python3","server.py"] where
// it needs arguments of its own.
//
// # Where things are
//
// What a test reads is in this folder: program.go, server.go, tcp.go, udp.go,
// peer.go, link.go, and their expectations. The machinery is below it, in
// lab/internal: wait waits for a program, kernel asks the system, relay moves
// what passes through a Link, and dump reads the stacks of goroutines.
package lab

import (
	"cmp"
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
)

const (
	programEnv     = "LAB_PROGRAM"     // the program to judge; the chapter's own if empty
	runEnv         = "LAB_RUN"         // set in the copy of the test binary that is the program
	recordEnv      = "LAB_RECORD"      // a folder for what the transcripts show; none if empty
	transcriptsEnv = "LAB_TRANSCRIPTS" // a folder of transcripts to run instead of the chapter's
	packageEnv     = "LAB_PACKAGE"     // the package of the program's own code, where that is not main
)

// subject is the program under test. Main sets it once, before any test runs.
var subject struct {
	name    string   // "udpserver"
	pkg     string   // "sockets.test/chapters/01-udp-server", the chapter's own package
	command []string // how to run it
	env     []string // and in which environment
	said    sync.Map // what failures have said so far
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
	subject.pkg = cmp.Or(os.Getenv(packageEnv), packageOf(program))
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
