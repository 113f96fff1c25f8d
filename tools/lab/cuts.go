package lab

import (
	"fmt"
	"strings"

	"sockets.test/tools/internal/wire"
)

// A Cut is one way to cut a list of messages into pieces. TCP.SayPieces sends
// them so that no Read sees two of them together.
type Cut struct {
	Name   string // "split after byte 3"
	Pieces []string
}

// Cuts is the stream matrix: the ways in which messages may come out of a
// stream, and which a program must not notice. They are a message at a time,
// all of them at once, one message and a half, split in two after each byte,
// and a byte at a time.
//
//	for _, cut := range lab.Cuts("one\n", "two\n") {
//		server.Scene(cut.Name)
//		client := server.TCP("client")
//		client.SayPieces(cut.Pieces...)
//		client.Expect("ONE\nTWO\n")
//		client.Close()
//	}
func Cuts(messages ...string) []Cut {
	all := strings.Join(messages, "")
	cuts := []Cut{{"a message at a time", messages}}
	if len(messages) > 1 {
		half := len(messages[0]) + len(messages[1])/2
		cuts = append(cuts,
			Cut{"all at once", []string{all}},
			Cut{"one message and a half", []string{all[:half], all[half:]}})
	}
	for n := 1; n < len(all); n++ {
		cuts = append(cuts, Cut{fmt.Sprintf("split after byte %d", n), []string{all[:n], all[n:]}})
	}
	return append(cuts, Cut{"a byte at a time", everyByte(all)})
}

// everyByte gives each byte of text as a string of its own, also where several
// of them are one letter.
func everyByte(text string) []string {
	pieces := make([]string, len(text))
	for i := range pieces {
		pieces[i] = text[i : i+1]
	}
	return pieces
}

// Scene begins a new picture, with a remark at its head. What went over the
// wire before is not shown if an expectation fails from here on. Clients of
// the scene before have closed.
func (p *Program) Scene(remark string) {
	before := p.subject.Record
	p.subject.Record = wire.New(before.Server)
	p.subject.Record.Address, p.subject.Record.OnLeft = before.Address, before.OnLeft
	p.subject.Record.Add(wire.Event{Kind: wire.Note, Text: remark})
}
