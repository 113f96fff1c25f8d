package main

import (
	"fmt"
	"io"
)

// A note is what the desk says beside its work.
type note struct {
	doing bool   // it is what takes time now; or else what could not be done
	words string // "building the tests of 06-tcp-server"
}

// printed prints notes as lines.
func printed(to io.Writer) func(note) {
	return func(n note) { fmt.Fprintf(to, "course: %s\n", n.words) }
}

// queued puts notes in a queue, where lines would spoil the screen.
func queued(queue chan<- note) func(note) {
	return func(n note) {
		select {
		case queue <- n:
		default: // one that nobody has time for
		}
	}
}

// doing says what takes time now.
func (d *desk) doing(format string, args ...any) {
	d.tell(note{doing: true, words: fmt.Sprintf(format, args...)})
}

// warn says what could not be done. The learner can go on without.
func (d *desk) warn(format string, args ...any) {
	d.tell(note{words: fmt.Sprintf(format, args...)})
}
