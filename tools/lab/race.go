package lab

import (
	"path/filepath"
	"regexp"
	"strings"
)

// Races is the outcome of a program that was built with go build -race, and in
// which two goroutines used the same memory, one of them to write, with nothing
// to put the two in order. The race detector says so, on standard error, also
// where they never met.
const Races Outcome = "data race"

// RacesIn is the sign of a data race of which one side is this call:
// "conn.Read", which fills a buffer.
func RacesIn(call string) Sign {
	return func(f *finding) bool {
		if f.outcome != Races {
			return false
		}
		for _, a := range accesses(f.said, subject.pkg) {
			if a.call == call {
				return true
			}
		}
		return false
	}
}

// SuspectRaces names the lesson's section about what goroutines share, and the
// causes of a data race. A race is found wherever it happens, so every
// expectation of the program knows of them.
func (p *Program) SuspectRaces(section string, causes ...Cause) {
	p.shares, p.suspects = section, causes
}

const raceReport = "WARNING: DATA RACE"

// mapsMet is how the runtime of Go says that it caught two goroutines in one
// map. It needs no race detector for that, only luck, and it ends the program.
const mapsMet = "fatal error: concurrent map "

func raced(said string) bool {
	return strings.Contains(said, raceReport) || strings.Contains(said, mapsMet)
}

// met says in words what was said of two goroutines.
func met(said string) string {
	if strings.Contains(said, raceReport) {
		return "has a data race: two goroutines use the same memory, and nothing puts them in order."
	}
	return "had two goroutines in one map at the same moment, and Go ended it."
}

// end kills the program, and then, when all that it wrote has been read, looks
// for a data race that no expectation has come upon.
func (p *Program) end() {
	p.proc.Kill()
	for _, conn := range p.clients {
		conn.Close()
	}
	if !p.t.Failed() && raced(p.proc.Stderr().String()) {
		p.fail(&finding{}, nil) // which sees what is the matter
	}
}

// An access is one side of a data race.
type access struct {
	does  string // "reads" or "writes"
	place string // "server.go:31", the innermost line of the program's own code
	call  string // what that line called, "conn.Read"; "" if it did it by itself
}

// String is "writes at server.go:31: conn.Read".
func (a access) String() string {
	text := a.does
	if a.place != "" {
		text += " at " + a.place
	}
	if a.call != "" {
		text += ": " + a.call
	}
	return text
}

var (
	accessLine = regexp.MustCompile(`^(?:Previous )?(?:atomic )?(?i:(read|write)) at 0x`)
	raceFrame  = regexp.MustCompile(`^      (.*\.go):(\d+)(?: \+0x.*)?$`)
)

// accesses finds the two sides of the first data race in a report of the race
// detector (https://go.dev/doc/articles/race_detector).
func accesses(said, pkg string) (list []access) {
	_, report, _ := strings.Cut(said, raceReport)
	report, _, _ = strings.Cut(report, "==================")
	call, open := "", false
	for line := range strings.Lines(report) {
		line = strings.TrimRight(line, "\r\n")
		if match := accessLine.FindStringSubmatch(line); match != nil {
			list = append(list, access{does: strings.ToLower(match[1]) + "s"})
			call, open = "", true
			continue
		}
		if line == "" {
			open = false // what follows is where a goroutine was created
		}
		if !open {
			continue
		}
		a := &list[len(list)-1]
		match := raceFrame.FindStringSubmatch(line)
		switch {
		case match == nil:
			call = strings.TrimSpace(line)
		case strings.HasPrefix(call, "main.") || strings.HasPrefix(call, pkg+"."):
			a.place, open = filepath.Base(match[1])+":"+match[2], false
		case isExported(shortName(call)):
			a.call = shortName(call)
		}
	}
	return list
}

// race puts the two sides below each other. The runtime tells only one.
func race(said string) (lines []string) {
	if !strings.Contains(said, raceReport) {
		return []string{"it said  " + strings.Join(lastWords(said, 1), ", ")}
	}
	for i, a := range accesses(said, subject.pkg) {
		who := "one goroutine"
		if i > 0 {
			who = "another one  "
		}
		lines = append(lines, who+" "+a.String())
	}
	return lines
}
