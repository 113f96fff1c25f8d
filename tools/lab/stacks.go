package lab

import "strings"

// Waits is the sign of a Go program that is silent and of which a goroutine
// waits in a call that ends so, "Mutex.Lock", or a state, "chan send". It costs the program
// its life, so that nothing can be tried afterwards.
func Waits(call string) Sign {
	return func(f *finding) bool {
		if f.woken || !f.program.asleep(f) {
			return false
		}
		for _, line := range f.program.where() {
			if strings.HasSuffix(line, call) {
				return true
			}
		}
		return false
	}
}

// AnswersWithout is the sign of a program that sleeps as long as others are
// connected: they leave, and it answers. One that is merely late may be busy
// with them.
func AnswersWithout(others []*TCP) Sign {
	return func(f *finding) bool {
		if f.tcp == nil || f.tcp.program.late {
			return false
		}
		return f.wakes("and what if all others leave?", func(*TCP) {
			for _, other := range others {
				other.conn.Close()
			}
		})
	}
}

// HeardBy is the sign of an answer that another client received.
func HeardBy(other *TCP) Sign {
	return func(f *finding) bool {
		if f.want == "" || f.outcome == Wrong {
			return false
		}
		for len(other.in) < len(f.want) && other.over == "" && other.read() == done {
		}
		return strings.HasPrefix(string(other.in), f.want)
	}
}

// OverFor is the sign of a connection that ended without a word, and of another
// client's that did too.
func OverFor(other *TCP) Sign {
	return func(f *finding) bool {
		if !Wordless(f) {
			return false
		}
		for other.over == "" && other.read() == done {
		}
		return other.over != "" && len(other.in) == 0
	}
}
