package lab

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
)

// Greedy is the outcome of a program that set aside more memory than it may.
const Greedy Outcome = "greedy"

var mostMapped = regexp.MustCompile(`(?m)^VmPeak:\s*(\d+) kB$`)

// Memory is the most memory that the program has ever set aside, in bytes,
// used or not (VmPeak in proc_pid_status(5)). It is 0 where the system does not
// show that. A Go program begins with a gigabyte or more, of which it uses
// little, so only a difference tells.
func (p *Program) Memory() int {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.PID()))
	match := mostMapped.FindSubmatch(status)
	if match == nil {
		return 0
	}
	kB, _ := strconv.Atoi(string(match[1]))
	return kB << 10
}

// Took is the sign of a program that has set aside more than this many bytes,
// whatever else became of it: a busy machine may be long about it.
func Took(most int) Sign {
	return func(f *finding) bool { return f.program.Memory() > most }
}

// ExpectMemory wants the program never to have set aside more than this many
// bytes. Where the system does not show that, nothing is asked.
func (p *Program) ExpectMemory(most int, causes ...Cause) {
	p.t.Helper()
	if have := p.Memory(); have > most {
		words := fmt.Sprintf("%s set aside %d MiB of memory at once.", subject.name, have>>20)
		p.fail(&finding{outcome: Greedy, words: words}, causes)
	}
}
