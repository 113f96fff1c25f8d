package lab

import (
	"net"
	"time"

	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/internal/wire"
)

// Stay leaves the client connected when it has been answered, and tells
// whether the program ends the stream by itself. One that does not serves the
// client on: it must answer what that says next.
func (c *TCP) Stay(more, answer string, causes ...Cause) (ended bool) {
	c.program.t.Helper()
	if len(c.in) == 0 && c.over == "" {
		c.readFor(min(c.program.patience(), 2*time.Second))
	}
	if len(c.in) > 0 {
		c.ExpectEnd(causes...) // which says that this is too much
	}
	if c.over != "" {
		return true
	}
	c.program.record.Add(wire.Event{Client: c.name, Kind: wire.Note, Text: "no end yet: and what if the client says more?"})
	c.say([]byte(more))
	end := c.read()
	switch {
	case len(c.in) > 0:
		c.Expect(answer, causes...)
		return false
	case c.over != "": // it was about to end
		return true
	}
	words := subject.name + " does not end the stream, and does not answer any more either."
	c.program.fail(&finding{outcome: c.silence(end), tcp: c, words: words}, causes)
	return false
}

// Think lets the client be silent for as long as somebody takes who types. A
// program that will do nothing by itself in that time is not waited for.
func (c *TCP) Think() {
	p := c.program
	thought := min(2500*time.Millisecond, p.patience())
	p.record.Add(wire.Event{Client: c.name, Kind: wire.Note, Text: "the client thinks"})
	for began := time.Now(); time.Since(began) < thought; {
		p.collect()
		if p.endsIn(time.Millisecond) || p.watch.ProveFor(time.Since(p.began)+thought) == quiet.Asleep {
			return
		}
	}
}

// Drain takes what comes until the stream is over, or the program is silent.
// None of it is judged.
func (c *TCP) Drain() {
	c.drain()
	c.consume(len(c.in))
}

// connection is the program's end of this connection, as the kernel sees it.
// Nobody holds it if its Inode is 0.
func (c *TCP) connection() quiet.Socket {
	here, there := c.addresses()
	peer, _ := quiet.Connection(c.program.PID(), there, here)
	return peer
}

// HoldsOnTo is the sign of a program that never accepts the next client, while
// it still has this one's connection.
func HoldsOnTo(c *TCP) Sign {
	return func(f *finding) bool { return f.outcome == NeverAccepted && c.connection().Inode != 0 }
}

// HasLetGoOf is the sign of a program that sleeps and never accepts the next
// client, though it has closed this one's connection.
func HasLetGoOf(c *TCP) Sign {
	return func(f *finding) bool {
		return f.outcome == NeverAccepted && !f.program.late && c.connection().Inode == 0
	}
}

// IgnoresTheEndOf is the sign of a program that has read the end of this
// client's stream, goes on with the connection all the same, and either never
// rests or accepts nobody.
func IgnoresTheEndOf(c *TCP) Sign {
	return func(f *finding) bool {
		// The end of a stream counts as a byte that is not yet read.
		peer := c.connection()
		ignored := peer.Inode != 0 && peer.State == "CLOSE_WAIT" && peer.RecvQ == 0
		return ignored && (f.outcome == NeverAccepted ||
			f.outcome == NeverClosed && (f.manner == NeverRests || !c.nextIsAccepted()))
	}
}

// nextIsAccepted tells whether the program takes another client in.
func (c *TCP) nextIsAccepted() bool {
	conn, err := net.Dial("tcp4", c.conn.RemoteAddr().String())
	if err != nil {
		return false
	}
	defer conn.Close()
	next := &TCP{program: c.program, conn: conn.(*net.TCPConn)}
	return c.program.await(func(step time.Duration) bool {
		if next.connection().Inode != 0 {
			return true
		}
		time.Sleep(step)
		return false
	}, nil) == done
}

// Unwelcomed is the sign of a connection that was reset because the program
// has closed the socket on which it listened, even if it has opened another.
func (s *Server) Unwelcomed() Sign {
	return func(f *finding) bool {
		if f.outcome != Reset {
			return false
		}
		list, _ := quiet.Sockets(s.PID())
		return s.welcome == 0 || listening(list) != s.welcome
	}
}

// LeftOpen is the sign of sockets whose clients have gone, and which the program
// has not closed in any way.
var LeftOpen Sign = func(f *finding) bool {
	list, _ := quiet.Sockets(f.program.PID())
	for _, socket := range list {
		if f.outcome == Leaks && socket.State == "CLOSE_WAIT" {
			return true
		}
	}
	return false
}

// AnswerLike is the sign of an answer that like recognises, whether it was
// wrong or ended too early.
func AnswerLike(like func(answer string) bool) Sign {
	return func(f *finding) bool { return len(f.got) > 0 && like(string(f.got)) }
}
