package failure

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Behaviour is what of a failure can be compared with that of another run,
// and of another program: nothing in it depends on the clock, on ports, on luck
// or on the program's own wording. It has a value for each of Keys that the
// failure says anything about.
type Behaviour map[string]string

// Core are the keys that must be equal for two failures to be alike: which
// expectation failed, and how.
var Core = []string{"test", "expects", "outcome", "differs", "got", "answers", "races", "facts"}

// Detail are the keys that tell apart what is alike by its core.
var Detail = []string{"rests", "waits in", "timers", "sockets", "said", "exit"}

// Keys are all keys, in the order in which they are written.
var Keys = slices.Concat(Core, Detail)

// Behaviour is what can be compared of the failure.
func (f *Failure) Behaviour() Behaviour {
	b := Behaviour{}
	put := func(key, value string) {
		if value != "" {
			b[key] = value
		}
	}
	put("test", f.Test)
	put("expects", f.Expect)
	put("outcome", string(f.Outcome))
	if f.Difference != nil {
		put("differs", list(f.Difference.Kinds))
		put("got", f.vague())
	}
	var answers []string
	for _, a := range f.Answers {
		if a.Yes {
			answers = append(answers, string(a.Question))
		}
	}
	put("answers", strings.Join(answers, ", "))
	var facts []string
	for key, value := range f.Facts {
		facts = append(facts, key+" "+value)
	}
	put("facts", set(facts))
	put("rests", string(f.Program.Resting))
	put("timers", string(f.Program.Timers))
	put("waits in", f.Program.waitsIn())
	put("sockets", f.Program.sockets())
	put("said", f.Program.said())
	var races []string
	for _, a := range f.Program.Races {
		races = append(races, strings.TrimSpace(a.Does+" "+a.Call))
	}
	put("races", set(races))
	if f.Program.Exit != nil {
		put("exit", fmt.Sprint(f.Program.Exit.Code))
	}
	return b
}

// vague are the bytes themselves, where a comparison has little to say of them:
// nothing else tells one wrong answer from another then. Numbers, which may be
// ports, are left out.
func (f *Failure) vague() string {
	const most = 48
	for _, kind := range f.Difference.Kinds {
		if !slices.Contains(vagueKinds, kind) {
			return ""
		}
	}
	if len(f.Got) == 0 || len(f.Got) > most {
		return ""
	}
	return number.ReplaceAllString(strconv.Quote(string(f.Got)), "N")
}

var (
	vagueKinds = []Kind{CutShort, Behind, NoBeginning, Other}
	number     = regexp.MustCompile(`\d{4,}`)
)

func list[T ~string](values []T) string {
	var words []string
	for _, v := range values {
		words = append(words, string(v))
	}
	return strings.Join(words, ", ")
}

// set is a list in which order and number do not count.
func set(words []string) string {
	slices.Sort(words)
	return strings.Join(slices.Compact(words), ", ")
}

// waitsIn are the calls in which goroutines wait. Where one was caught that
// runs is luck, and so is what the others do in a program that never rests.
func (s *State) waitsIn() string {
	if s.Resting == BusyLoop {
		return ""
	}
	var calls []string
	for _, c := range s.Calls {
		if !c.Runs && c.Call != "" {
			calls = append(calls, c.Call)
		}
	}
	return set(calls)
}

// sockets are the kinds of sockets held, but for those that are on their way
// out, which is a matter of time.
func (s *State) sockets() string {
	var kinds []string
	for _, socket := range s.Sockets {
		kind := socket.Net
		switch {
		case socket.Net == "udp" && socket.Remote != "":
			kind = "udp with a partner"
		case socket.State == "LISTEN" || socket.State == "ESTABLISHED" || socket.State == "CLOSE_WAIT":
			kind = socket.State
		case socket.Net == "tcp":
			continue
		}
		if socket.Unread > 0 {
			kind += " unread"
		}
		kinds = append(kinds, kind)
	}
	return set(kinds)
}

// phrases are what Go, its packages and the system say of errors: the words of
// the program itself are nobody's business.
var phrases = []string{
	"address already in use", "bad file descriptor", "broken pipe", "connection refused", "connection reset by peer",
	"i/o timeout", "deadline exceeded", "invalid argument", "message too long", "missing address", "no buffer space available",
	"operation not permitted", "permission denied", "short buffer", "short write", "token too long", "too many open files",
	"transport endpoint is not connected", "unexpected EOF", "use of closed network connection", "use of WriteTo with pre-connected connection",
	"all goroutines are asleep", "concurrent map", "index out of range", "nil pointer dereference", "negative WaitGroup counter",
	"out of memory", "slice bounds out of range", "stack overflow", "unlock of unlocked mutex", "close of closed channel", "send on closed channel",
	"makeslice: len out of range", "file already closed", "no such file or directory", "no such host", "invalid UTF-8", "invalid syntax",
}

// operations are the calls that package net's errors name first.
var operation = regexp.MustCompile(`\b(accept|read|write|listen|dial|close) (tcp|udp|unix)\d? `)

// said are the errors that are named on either of the outputs.
func (s *State) said() string {
	text := s.Stderr + "\n" + s.Stdout
	var found []string
	for _, phrase := range phrases {
		if strings.Contains(text, phrase) {
			found = append(found, phrase)
		}
	}
	if strings.Contains(strings.ReplaceAll(text, "unexpected EOF", ""), "EOF") {
		found = append(found, "EOF")
	}
	for _, match := range operation.FindAllStringSubmatch(text, -1) {
		found = append(found, match[1])
	}
	if strings.Contains(text, "panic: ") {
		found = append(found, "panic")
	}
	return set(found)
}

// Equal reports whether both say the same of these keys.
func (b Behaviour) Equal(other Behaviour, keys []string) bool {
	for _, key := range keys {
		if b[key] != other[key] {
			return false
		}
	}
	return true
}

// Telling reports whether the core says more than that nothing came, or
// something else: then it names a misconception by itself.
func (b Behaviour) Telling() bool {
	switch Outcome(b["outcome"]) {
	case WrongAddress, WrongClient, TriesAgain, LogsText, TooMuchMemory:
		return true
	}
	if b["got"] != "" || b["answers"] != "" || b["races"] != "" || b["facts"] != "" {
		return true
	}
	for kind := range strings.SplitSeq(b["differs"], ", ") {
		if kind != "" && kind != string(Nothing) && !slices.Contains(vagueKinds, Kind(kind)) {
			return true
		}
	}
	return false
}

// String is the behaviour as it is recorded, a line for each key: "outcome:
// never answered".
func (b Behaviour) String() string {
	text := new(strings.Builder)
	for _, key := range Keys {
		if value := b[key]; value != "" {
			fmt.Fprintf(text, "%s: %s\n", key, value)
		}
	}
	return text.String()
}

// Parse reads what String wrote.
func Parse(text string) (Behaviour, error) {
	b := Behaviour{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		key, value, ok := strings.Cut(line, ": ")
		if !ok || !slices.Contains(Keys, key) {
			return nil, fmt.Errorf("%q is not one of %s, with a value", line, strings.Join(Keys, ", "))
		}
		b[key] = value
	}
	return b, nil
}

// Only is the behaviour in these keys.
func (b Behaviour) Only(keys []string) Behaviour {
	some := Behaviour{}
	for _, key := range keys {
		if value := b[key]; value != "" {
			some[key] = value
		}
	}
	return some
}
