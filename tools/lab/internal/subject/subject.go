// Package subject is the program under judgement, and the lab's ends of its
// sockets: what they do, and what is observed of it when an expectation fails.
//
// Goals:
//
//   - package lab, and those beside it, have the words of the tests alone: what
//     they want, and which outcome it is when that does not come;
//   - whatever the expectation, its failure is observed in one way; see
//     Program.Fail.
//
// Non-goals: expectations, and knowing a chapter.
package subject

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
	programEnv = "LAB_PROGRAM" // the program to judge; the chapter's own if empty
	runEnv     = "LAB_RUN"     // set in the copy of the test binary that is the program
	packageEnv = "LAB_PACKAGE" // the package of the program's own code, where that is not main
)

// program is the one under judgement. Main sets it once, before any test runs.
var program struct {
	name    string   // "udpserver"
	pkg     string   // "sockets.test/chapters/01-udp-server", the chapter's own package
	command []string // how to run it
	env     []string // and in which environment
	said    sync.Map // what failures have said so far
}

// Name is what the program calls itself.
func Name() string { return program.name }

// Env is the environment in which it runs.
func Env() []string { return program.env }

// Main runs the chapter's tests and exits with their status. The program is
// available to them as another process: run is the chapter's main, name is
// what it calls itself.
func Main(m *testing.M, name string, run func()) {
	if os.Getenv(runEnv) == name {
		os.Unsetenv(runEnv)
		forgetTestFlags(name)
		run()
		os.Exit(0)
	}
	program.pkg = cmp.Or(os.Getenv(packageEnv), packageOf(run))
	if err := choose(name); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", programEnv, err)
		os.Exit(2)
	}
	os.Exit(m.Run())
}

// packageOf is the package of a function that has a name.
func packageOf(run func()) string {
	name := runtime.FuncForPC(reflect.ValueOf(run).Pointer()).Name()
	return name[:strings.LastIndexByte(name, '.')]
}

// choose says what will be judged: what the environment names, or else this
// binary, run again as the program.
func choose(name string) error {
	program.name = name
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "LAB_") {
			program.env = append(program.env, entry)
		}
	}
	given := os.Getenv(programEnv)
	if given == "" {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		program.command = []string{self}
		program.env = append(program.env, runEnv+"="+name)
		return nil
	}
	program.command = []string{given}
	if strings.HasPrefix(given, "[") {
		if err := json.Unmarshal([]byte(given), &program.command); err != nil || len(program.command) == 0 {
			return fmt.Errorf("%s is not a list of words in JSON", given)
		}
	}
	if path := program.command[0]; strings.ContainsRune(path, filepath.Separator) {
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
