package lab

import (
	"net"
	"net/netip"
	"time"

	"sockets.test/tools/internal/wire"
)

// PerHost is the sign of a program that takes two clients of one host for one.
// The first says something when the second has come, and is not answered; and
// it is, when the second comes from another host. A timer can end a connection
// too, so nothing is said of a program that has set one. Nor is it where the
// system has no second address to call from.
func PerHost(say, answer string) Sign {
	return func(f *finding) bool {
		if f.tcp == nil || !Silent(f) && !Wordless(f) {
			return false
		}
		p := f.program
		aside := *p
		aside.record = wire.New(subject.name) // a record of what the learner need not see
		aside.record.Address = p.record.Address
		if apart, ok := aside.answersFirst(say, answer, anotherHost); !ok || !apart {
			return false
		}
		if together, ok := aside.answersFirst(say, answer, oneHost); !ok || together {
			return false
		}
		p.record.Add(wire.Event{Kind: wire.Note, Text: "and what if two come from two hosts?"})
		f.woken, _ = p.answersFirst(say, answer, anotherHost) // once more, to be seen
		return true
	}
}

const oneHost, anotherHost = "127.0.0.1", "127.0.0.2"

// answersFirst tells whether the first of two clients is answered, the second
// being at this place and silent. It is not ok if nothing can be learnt.
func (p *Program) answersFirst(say, answer, place string) (answered, ok bool) {
	first, err := p.callFrom(oneHost)
	if err != nil {
		return false, false
	}
	defer first.conn.Close()
	p.endsWithin(200 * time.Millisecond)
	second, err := p.callFrom(place)
	if err != nil {
		return false, false
	}
	defer second.conn.Close()
	if p.endsWithin(200*time.Millisecond) || !p.hasNoTimer() {
		return false, false
	}
	first.say([]byte(say))
	for len(first.in) < len(answer) && first.over == "" && first.read() == done {
	}
	return string(first.in) == answer, true
}

// callFrom connects from an address of this machine, by which it calls the client.
func (p *Program) callFrom(place string) (*TCP, error) {
	from := net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(place), 0))
	dialer := net.Dialer{Timeout: deadline, LocalAddr: from}
	conn, err := dialer.Dial("tcp4", p.record.Address)
	if err != nil {
		return nil, err
	}
	p.record.Join(place, conn.LocalAddr().String())
	p.record.Add(wire.Event{Client: place, Kind: wire.Connect, ToServer: true})
	return &TCP{name: place, program: p, conn: conn.(*net.TCPConn)}, nil
}
