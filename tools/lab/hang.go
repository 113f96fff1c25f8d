package lab

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
)

// where ends a program that hangs with SIGQUIT, whereupon a Go program writes
// the stack of every goroutine to standard error (package runtime), and gives
// the lines at which its own code waits.
func (p *Program) where() []string {
	if p.dumped {
		return p.stood
	}
	p.dumped = true
	before := len(p.proc.Stderr().String())
	if p.proc.Signal(syscall.SIGQUIT) != nil || !p.endsWithin(deadline) {
		return nil
	}
	dump := p.proc.Stderr().String()
	if before > len(dump) {
		return nil
	}
	p.stood = waiting(dump[before:], subject.pkg)
	return p.stood
}

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
		if match := place.FindStringSubmatch(line); match != nil {
			own := strings.HasPrefix(call, "main.") || strings.HasPrefix(call, pkg+".")
			if own && !found {
				found = true
				if inner == "" {
					inner = state
				}
				text := filepath.Base(match[1]) + ":" + match[2] + ": " + inner
				if !slices.Contains(lines, text) {
					lines = append(lines, text)
				}
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
