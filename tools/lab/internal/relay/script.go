package relay

import (
	"errors"
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

var instructions = regexp.MustCompile(`^(answers )?(drop|twice|repeat|hold|late|pieces|lines|rest|cut|end)((?: \d+)*)(?: (all|until \d+|after \d+))?$`)

var strangers = regexp.MustCompile(`^stranger says (".*") after (\d+)$`)

// read takes one instruction.
func (r *Relay) read(instruction string) error {
	if match := strangers.FindStringSubmatch(instruction); match != nil {
		n, _ := strconv.Atoi(match[2])
		text, err := strconv.Unquote(match[1])
		r.strange[n] = append(r.strange[n], text)
		return err
	}
	match := instructions.FindStringSubmatch(instruction)
	if match == nil {
		return errors.New("not an instruction; see the comment of network.Link")
	}
	w := &r.there
	if match[1] != "" {
		w = &r.back
	}
	var numbers []int
	for _, word := range strings.Fields(match[3]) {
		n, _ := strconv.Atoi(word)
		numbers = append(numbers, n)
	}
	word, number, _ := strings.Cut(match[4], " ")
	other, _ := strconv.Atoi(number)
	switch verb := match[2]; {
	case verb == "drop" && word == "all":
		w.dropAll = true
	case verb == "drop" && word == "" && len(numbers) > 0:
		for _, n := range numbers {
			w.drop[n] = true
		}
	case verb == "twice" && word == "" && len(numbers) > 0:
		for _, n := range numbers {
			w.twice[n] = true
		}
	case verb == "repeat" && word == "after" && len(numbers) > 0:
		w.repeat[other] = append(w.repeat[other], numbers...)
	case verb == "hold" && word == "until" && len(numbers) > 0:
		for _, n := range numbers {
			w.hold[n] = other
		}
	case verb == "late" && word == "" && len(numbers) > 0 && match[1] == "":
		r.seesReads()
		for _, n := range numbers {
			w.late[n] = true
		}
	case verb == "lines" && match[1] == "":
		r.Pieces(0, 0)
	case verb == "pieces" && word == "all" && match[1] == "":
		r.Pieces(0, 1<<30)
	case verb == "pieces" && len(numbers) > 0 && match[1] == "":
		r.Pieces(0, numbers...)
	case (verb == "cut" || verb == "end" || verb == "rest") && word == "after" && match[1] == "":
		r.seesReads()
		if len(numbers) == 0 {
			numbers = []int{0}
		}
		for _, n := range numbers {
			map[string]map[int]int{"cut": r.cuts, "end": r.ends, "rest": r.rests}[verb][n] = other
		}
	default:
		return errors.New("not an instruction; see the comment of network.Link")
	}
	return nil
}

// Pieces has the stream of one connection, the first being number 1, or of all
// that have no sizes of their own, 0, arrive in pieces of these sizes.
func (r *Relay) Pieces(connection int, sizes ...int) {
	r.t.Helper()
	r.seesReads()
	r.sizes[connection] = sizes
}

// seesReads skips the test where nothing tells what a program has read.
func (r *Relay) seesReads() {
	r.t.Helper()
	if runtime.GOOS != "linux" {
		r.t.Skip("this system does not show when a piece of a stream has been read")
	}
}
