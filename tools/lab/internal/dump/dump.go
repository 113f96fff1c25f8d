// Package dump reads what the runtime of Go writes about goroutines: their
// stacks, and the reports of the race detector.
//
// It finds the lines of the program's own code, which a learner knows, and what
// those lines called. Of a text in which the runtime has written nothing it
// finds nothing.
//
// It reads them itself. A library for that, github.com/maruel/panicparse/v2,
// reads all the stacks, but no report of a race in which the main goroutine or
// an atomic access takes part, nor one whose stack is lost; and with the
// templates for HTML that it is linked with, a chapter's tests take a second of
// processor time more to build.
package dump

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"sockets.test/tools/internal/failure"
)

// A Reader knows which code is the program's own: that of package main, and of
// Package, which is what a program's main is called inside of another binary.
type Reader struct{ Package string }

var (
	goroutine = regexp.MustCompile(`^goroutine \d+.*\[([^,\]]+).*\]:$`)
	place     = regexp.MustCompile(`^\t(.*\.go):(\d+)(?: \+0x.*)?$`)
	receiver  = regexp.MustCompile(`^(?:.*/)?[^.]+\.\(\*([^)]+)\)\.`)
)

func (r Reader) owns(call string) bool {
	return strings.HasPrefix(call, "main.") || strings.HasPrefix(call, r.Package+".")
}

// Calls are, in a dump of goroutines, the innermost line of each that stands in
// the program's own code, and what that line called.
func (r Reader) Calls(dump string) (calls []failure.Call) {
	state, inner, found := "", "", true
	call := ""
	for _, line := range strings.Split(dump, "\n") {
		if match := goroutine.FindStringSubmatch(line); match != nil {
			state, inner, call, found = match[1], "", "", false
			continue
		}
		if strings.HasPrefix(line, "runtime.mallocgc(") && !found {
			state = "running" // if it waits, then for garbage to be collected
		}
		if match := place.FindStringSubmatch(line); match != nil {
			if r.owns(call) && !found {
				found = true
				stands := failure.Call{Place: at(match[1], match[2], call), Call: inner, Runs: runs(state)}
				if inner == "" && !stands.Runs {
					stands.Call = state
				}
				if !slices.Contains(calls, stands) {
					calls = append(calls, stands)
				}
			}
			if strings.HasPrefix(call, "internal/runtime/") {
				continue // a map's own code, which a reader does not know
			}
			if name := shortName(call); isExported(name) || inner == "" && !strings.HasPrefix(call, "runtime.") {
				inner = name // a channel has none but the runtime's: the goroutine's state says more
			}
			continue
		}
		call = strings.TrimSpace(line)
		if strings.HasPrefix(call, "created by ") {
			found = true
		}
	}
	return calls
}

// at is "server.go:31", or the name of a function, where the compiler has put
// a loop with nothing in it at line 1.
func at(path, line, call string) string {
	if line == "1" {
		_, name, _ := strings.Cut(shortName(call), ".")
		return filepath.Base(path) + ", in " + name
	}
	return filepath.Base(path) + ":" + line
}

// runs reports whether a goroutine in this state waits for nothing.
func runs(state string) bool { return state == "running" || state == "runnable" || state == "panic" }

// Busy is Calls for a program that never rests: what runs comes first. One
// goroutine may have run and been in a system call at that moment: that with
// which the dump begins, because its thread ran most, or else any.
func (r Reader) Busy(dump string) []failure.Call {
	const head, call, run = "\ngoroutine ", "[syscall", "[running"
	before, after, _ := strings.Cut("\n"+dump, head)
	first, rest, _ := strings.Cut(after, "\n")
	calls := r.Calls(before + head + strings.Replace(first, call, run, 1) + "\n" + rest)
	if !slices.ContainsFunc(calls, func(c failure.Call) bool { return c.Runs }) {
		calls = r.Calls(strings.ReplaceAll(dump, call, run))
	}
	slices.SortStableFunc(calls, func(a, b failure.Call) int {
		switch {
		case a.Runs == b.Runs:
			return 0
		case a.Runs:
			return -1
		}
		return 1
	})
	return calls
}

// shortName turns "net.(*UDPConn).ReadFrom(0xc0, ...)" into "UDPConn.ReadFrom".
func shortName(call string) string {
	if match := receiver.FindStringSubmatch(call); match != nil {
		rest := call[len(match[0]):]
		name, _, _ := strings.Cut(rest, "(")
		return match[1] + "." + name
	}
	name := call[strings.LastIndexByte(call, '/')+1:]
	name, _, _ = strings.Cut(name, "(")
	return name
}

// isExported reports whether a reader can look the call up.
func isExported(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	return last != "" && last[0] >= 'A' && last[0] <= 'Z'
}
