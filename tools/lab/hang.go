package lab

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// where ends a program that hangs with SIGQUIT, whereupon a Go program writes
// the stack of every goroutine to standard error (package runtime), and gives
// the lines at which its own code waits.
func (p *Program) where() []string {
	if p.dumped {
		return p.stood
	}
	p.dumped = true
	p.spoken = p.proc.Stderr().String()
	before := len(p.spoken)
	if p.quit() != nil || !p.endsWithin(deadline) {
		return nil
	}
	dump := p.proc.Stderr().String()
	if i := strings.LastIndex(dump, "SIGQUIT: quit"); i >= 0 { // of much, the middle is not kept
		before = i
	}
	if before > len(dump) {
		return nil
	}
	p.stood = waiting(dump[before:], subject.pkg)
	if p.manner == NeverRests {
		p.stood = atWork(dump[before:], subject.pkg)
	}
	return p.stood
}

// atWork is waiting for a program that never rests: what runs comes first. One
// goroutine may have run and been in a system call at that moment: that with
// which the dump begins, because its thread ran most, or else any.
func atWork(dump, pkg string) []string {
	const head, call, run = "\ngoroutine ", "[syscall", "[running"
	before, after, _ := strings.Cut(dump, head)
	first, rest, _ := strings.Cut(after, "\n")
	lines := waiting(before+head+strings.Replace(first, call, run, 1)+"\n"+rest, pkg)
	if !slices.ContainsFunc(lines, runs) {
		lines = waiting(strings.ReplaceAll(dump, call, run), pkg)
	}
	slices.SortStableFunc(lines, func(a, b string) int {
		switch {
		case runs(a) == runs(b):
			return 0
		case runs(a):
			return -1
		}
		return 1
	})
	return lines
}

// runs tells whether a goroutine that stands there runs, and waits for nothing.
func runs(place string) bool {
	return strings.HasSuffix(place, running) || strings.HasSuffix(place, ": running") || strings.HasSuffix(place, ": runnable")
}

// running stands behind the call of a goroutine that runs.
const running = " (running)"

var (
	goroutine = regexp.MustCompile(`^goroutine \d+.*\[([^,\]]+).*\]:$`)
	place     = regexp.MustCompile(`^\t(.*\.go):(\d+)(?: \+0x.*)?$`)
	receiver  = regexp.MustCompile(`^(?:.*/)?[^.]+\.\(\*([^)]+)\)\.`)
)

// waiting finds, in a dump of goroutines, the innermost line of each that
// stands in the program's own code, and what that line called: in package
// main, or in pkg, which is what a chapter's main is called in its test binary.
func waiting(dump, pkg string) (lines []string) {
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
			own := strings.HasPrefix(call, "main.") || strings.HasPrefix(call, pkg+".")
			if own && !found {
				found = true
				if inner == "" {
					inner = state
				}
				if inner != state && (state == "running" || state == "runnable") {
					inner += running
				}
				line := ":" + match[2]
				if line == ":1" { // where the compiler puts a loop that has nothing in it
					_, name, _ := strings.Cut(shortName(call), ".")
					line = ", in " + name
				}
				text := filepath.Base(match[1]) + line + ": " + inner
				if !slices.Contains(lines, text) {
					lines = append(lines, text)
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
	return lines
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

// isExported tells whether a reader can look the call up.
func isExported(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	return last != "" && last[0] >= 'A' && last[0] <= 'Z'
}
