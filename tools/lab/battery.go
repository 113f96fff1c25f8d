package lab

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"sockets.test/tools/lab/internal/subject"
)

// A Protocol is how the clients of a chapter speak to its server, so that what
// every server promises can be asked of this one too.
type Protocol struct {
	UDP     bool                     // a message is a datagram; else, it comes over TCP
	Threads bool                     // several clients are served at the same time: what they share is found by the race detector, and here by luck
	Ask     func(text string) string // what a client says to have a text answered, such as a line or a frame
	Answer  func(text string) string // and what must come
	Texts   []string                 // of which the server has to answer each: odd bytes, odd lengths, the largest
	Refused []string                 // that break the protocol: clients may say them, and are answered as the server likes
}

// KeepsServing holds a server to what every server promises, whatever its
// protocol: no client, and nothing at its terminal, ends it or is left behind in
// it. The next client is served after each.
func (p Protocol) KeepsServing(t *testing.T) {
	t.Helper()
	subject.SubtestsFollow(t)
	check := func(name string, do func(s *Server, visit func(text string))) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			t.Helper()
			server := Serve(t)
			visit := func(text string) { p.visit(server, text) }
			do(server, visit)
			server.Settle() // what it still has to do for those before, it may do first
			visit("still there")
		})
	}
	check("when nobody comes for a while", func(s *Server, visit func(string)) { s.Rest(10 * time.Second) })
	check("whatever is typed at its terminal, and when that is closed", func(s *Server, visit func(string)) {
		s.Type("a line\nquit\n")
		s.Settle()
		visit("still there")
		s.EndInput()
		s.Settle()
	})
	check("whatever a message says", func(s *Server, visit func(string)) {
		for _, text := range p.Texts {
			visit(text)
		}
		p.visitWithLetters(s)
		for _, word := range []string{"quit", "exit", "stop", "bye", "end", "shutdown", "QUIT", "q", "."} {
			visit(word)
		}
	})
	if !p.Threads {
		check("when several ask at once", func(s *Server, visit func(string)) {
			for range 5 {
				p.atOnce(s, "I'm ann", "I'm bob", "I'm cai")
			}
		})
	}
	if p.UDP {
		p.afterDatagrams(check)
	} else {
		p.afterConnections(check)
	}
}

// visit is a client that comes, asks, is answered, and goes.
func (p Protocol) visit(s *Server, text string) {
	s.subject.T.Helper()
	p.ask(s, p.Ask(text), p.Answer(text))
}

// visitWithLetters says texts with letters beyond a to z, as long as they may be.
// Those may stay as they are, or become capitals, which may have more bytes, or
// fewer. A message and its answer are put into words alike.
func (p Protocol) visitWithLetters(s *Server) {
	s.subject.T.Helper()
	longest := slices.MaxFunc(p.Texts, func(a, b string) int { return len(a) - len(b) })
	turned := strings.Repeat("\u0250", (len(longest)-1)/2) // an a on its head, whose capital has three bytes
	for _, letters := range []string{"\u0131", turned} {   // and a dotless i, whose capital has one
		p.ask(s, p.Ask("x"+letters), p.Answer("x"+letters), p.Ask("X"+letters))
	}
}

// ask is a client that says something, wants one of these answers, and goes.
func (p Protocol) ask(s *Server, said, want string, or ...string) {
	s.subject.T.Helper()
	if p.UDP {
		client := s.UDP("next")
		client.Say(said)
		client.Expect(want, or...)
		return
	}
	client := s.TCP("next")
	client.Say(said)
	client.Expect(want, or...)
	client.Close()
}

// atOnce are clients who have all asked before the program can answer one. A
// server of one client at a time serves them one after another.
func (p Protocol) atOnce(s *Server, texts ...string) {
	s.subject.T.Helper()
	names := []string{"ann", "bob", "cai"}
	if p.UDP {
		var clients []*UDP
		for i := range texts {
			clients = append(clients, s.UDP(names[i]))
		}
		s.AtOnce(func() {
			for i, text := range texts {
				clients[i].Say(p.Ask(text))
			}
		})
		for i, text := range texts {
			clients[i].Expect(p.Answer(text))
		}
		return
	}
	var clients []*TCP
	for i := range texts {
		clients = append(clients, s.TCP(names[i]))
	}
	s.AtOnce(func() {
		for i, text := range texts {
			clients[i].Say(p.Ask(text))
		}
	})
	for i, text := range texts {
		clients[i].Expect(p.Answer(text))
		clients[i].Close()
	}
}

// many is how often something that goes wrong once must be able to go wrong.
const many = 20

func (p Protocol) afterDatagrams(check func(string, func(*Server, func(string)))) {
	check("after many datagrams that are no text", func(s *Server, visit func(string)) {
		client := s.UDP("odd")
		for range many {
			client.Say("half an e: \xc3") // whatever the answer is, if there is one
			s.Settle()
		}
	})
	check("after many that cannot be answered", func(s *Server, visit func(string)) {
		client := s.UDP("odd")
		for range many {
			client.Say(unanswerable())
			s.Settle()
		}
	})
	check("after many clients that did not stay for the answer, and keeps nothing of theirs", func(s *Server, visit func(string)) {
		for range many {
			shy := s.PassingUDP("shy")
			shy.Say(p.Ask("never mind"))
			shy.Leave()
		}
		s.Settle()
		visit("still there")
		s.ExpectSockets(1)
		s.ExpectFiles(many / 2)
	})
}

// unanswerable is a datagram that few programs can answer: in Go, upper case
// makes three bytes of each of these, more than a datagram holds. Only Linux
// lets it be sent, and be received by a program whose buffer is smaller.
func unanswerable() string {
	if runtime.GOOS != "linux" {
		return "\xff"
	}
	return strings.Repeat("\xff", 30_000)
}

func (p Protocol) afterConnections(check func(string, func(*Server, func(string)))) {
	check("after a client that ended its stream right behind its message, and was answered", func(s *Server, visit func(string)) {
		client := s.TCP("client")
		client.Say(p.Ask("my last words"))
		client.End()
		client.Expect(p.Answer("my last words"))
		client.Close()
	})
	check("after many clients that left without a word, with a reset, or in the middle", func(s *Server, visit func(string)) {
		for range many {
			s.TCP("shy").Close()
			s.TCP("rude").Reset()
			hasty := s.TCP("hasty")
			hasty.Say(p.Ask("never mind"))
			hasty.Reset()
			s.Settle()
			visit("still there")
		}
		for _, text := range p.Refused {
			odd := s.TCP("odd")
			odd.Say(text)
			odd.End()
			odd.Drain(1 << 20) // whatever the answer is
			odd.Close()
			s.Settle()
			visit("still there")
		}
	})
	check("and keeps nothing of theirs", func(s *Server, visit func(string)) {
		for range many {
			s.TCP("shy").Close()
			s.TCP("rude").Reset()
			gone := s.TCP("gone")
			s.AtOnce(func() { gone.Say(p.Ask("never mind")); gone.End(); gone.Reset() })
		}
		s.Settle()
		visit("still there")
		s.ExpectSockets(1)
		s.ExpectFiles(many / 2)
		s.ExpectMemory(512 << 20)
	})
}
