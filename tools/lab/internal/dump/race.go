package dump

import (
	"path/filepath"
	"regexp"
	"strings"

	"sockets.test/tools/internal/failure"
)

const raceReport = "WARNING: DATA RACE"

// mapsMet is how the runtime of Go says that it caught two goroutines in one
// map. It needs no race detector for that, only luck, and it ends the program.
const mapsMet = "fatal error: concurrent map "

// Raced reports whether a text has a report of a data race in it, or of two
// goroutines in one map.
func Raced(text string) bool {
	return strings.Contains(text, raceReport) || strings.Contains(text, mapsMet)
}

// MapsMet reports whether it is the latter.
func MapsMet(text string) bool {
	return !strings.Contains(text, raceReport) && strings.Contains(text, mapsMet)
}

var (
	accessLine = regexp.MustCompile(`^(?:Previous )?(?:atomic )?(?i:(read|write)) at 0x`)
	raceFrame  = regexp.MustCompile(`^      (.*\.(?:go|s)):(\d+)(?: \+0x.*)?$`)
)

// Races are the two sides of the first data race in a report of the race
// detector (https://go.dev/doc/articles/race_detector).
func (r Reader) Races(text string) (list []failure.Access) {
	_, report, _ := strings.Cut(text, raceReport)
	report, _, _ = strings.Cut(report, "==================")
	call, open := "", false
	for line := range strings.Lines(report) {
		line = strings.TrimRight(line, "\r\n")
		if match := accessLine.FindStringSubmatch(line); match != nil {
			list = append(list, failure.Access{Does: strings.ToLower(match[1]) + "s"})
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
		case r.owns(call):
			a.Place, open = filepath.Base(match[1])+":"+match[2], false
		case isExported(shortName(call)):
			a.Call = shortName(call)
		}
	}
	return list
}

var panics = regexp.MustCompile(`(?m)^(panic|fatal error): `)

// Panic is the message of a panic in a text, and where the program's own code
// stood then.
func (r Reader) Panic(text string) (message string, at failure.Call, ok bool) {
	i := panics.FindStringIndex(text)
	if i == nil {
		return "", failure.Call{}, false
	}
	message, _, _ = strings.Cut(text[i[0]:], "\n")
	if calls := r.Calls(text[i[0]:]); len(calls) > 0 {
		at = calls[0]
	}
	return message, at, true
}
