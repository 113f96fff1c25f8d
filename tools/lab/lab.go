// Package lab is the vocabulary of the chapters' tests: it starts a program, talks
// to it as its clients or its servers would, and wants what must come.
//
// Goals:
//
//   - a program is judged from outside: by its command line, its standard
//     streams, its exit status and its sockets;
//   - a test is a specification: it tells a conversation, and no mistake is named
//     in it;
//   - a program that is right passes, however slow it or the machine is: a
//     hang is proven where the system shows it, and else measured in what the
//     program has done, and not by a clock; see lab/internal/wait;
//   - a failure is an observation, made in the same way for every chapter.
//
// Non-goals: capturing packets, calling a function of the program, and knowing
// misconceptions.
//
// A chapter's tests begin with
//
//	func TestMain(m *testing.M) { lab.Main(m, "udpserver", main) }
//
// and then start the program, talk to it, and say what they expect:
//
//	server := lab.Serve(t)
//	ann := server.UDP("ann")
//	ann.Say("hello")
//	ann.Expect("HELLO")
//
// Where the program is a client, the lab is its server: see ListenTCP and
// ListenUDP. Where it is both, the lab is the network: see package network. The
// terminals that a lesson shows are replayed by package transcripts.
//
// # The way of a failure
//
// An expectation that does not get what it wants hands Fail, of package subject, a
// Mismatch, which is what it alone knows: the outcome, and the bytes wanted and
// got. From that and from the program comes a failure.Failure: how the bytes
// differ, where the program stands, what it said, and, after a silence, what it
// does when one thing more happens. If a judge runs the tests, the failure is
// handed over as data, in attributes of the test; see testing.T.Attr and the
// environment variable LAB_FAILURES. The judge reads it back, and package diagnosis
// matches it with what is recorded of known misconceptions. Package show makes the
// text of both, for the screen at hand; where nobody judges, the lab does so
// itself.
//
// # Another program
//
// Another program is judged in the chapter's place if the environment says
// LAB_PROGRAM=/path/to/program, or LAB_PROGRAM=["python3","server.py"] where
// it needs arguments of its own.
//
// # Where things are
//
// In this folder are the words of the tests: what starts a program (program.go,
// server.go), the clients that talk to it (tcp.go, udp.go) and the servers that it
// talks to (peer_tcp.go, peer_udp.go), what they expect (the other files), and what
// every server promises (battery.go). Beside them, lab/network and lab/transcripts
// are for tests too. The machinery is below, in lab/internal:
//
//	subject   the program, the lab's ends of its sockets, what a failure observes
//	relay     hands on what passes through a network.Link
//	wait      waits for a program
//	dump      reads the stacks of goroutines
//	kernel    asks the system
//
// Each imports only what stands further down, and the tools of tools/internal.
package lab

import (
	"testing"

	"sockets.test/tools/lab/internal/subject"
)

// Main runs the chapter's tests and exits with their status. The program is
// available to them as another process: program is the chapter's main, name is
// what it calls itself.
func Main(m *testing.M, name string, program func()) { subject.Main(m, name, program) }
