// Package failure holds what was observed when an expectation failed.
//
// Goals:
//
//   - a failure is data: package lab observes it, hands it whole to whoever
//     judges, and nobody reads it back out of prose;
//   - its text is made from the data alone, for any width of screen, so that a
//     mistake that nobody foresaw is explained nearly as well as a known one;
//   - what does not depend on the clock or on luck can be compared: see
//     Behaviour.
//
// Non-goals: knowing misconceptions. Package diagnosis matches a failure with
// what is recorded of them.
package failure

import (
	"slices"
	"time"

	"sockets.test/tools/internal/todo"
	"sockets.test/tools/internal/wire"
)

// A Failure is what one expectation wanted, and what was observed instead.
type Failure struct {
	Test   string `json:"test"`             // "TestAccept/client_after_client_is_served"
	Expect string `json:"expect,omitempty"` // the expectation as the test says it: `first.Expect("HELLO")`
	File   string `json:"file,omitempty"`   // the test file, "server_test.go"
	Line   int    `json:"line,omitempty"`   // and the line in it, from 1
	Step   string `json:"step,omitempty"`   // the section of the lesson that the test belongs to, "6.2"

	Outcome    Outcome     `json:"outcome"`
	Sentence   string      `json:"sentence,omitempty"` // what happened, where the outcome's own sentence says less
	Want       []byte      `json:"want,omitempty"`     // the bytes that were to come
	Wanted     string      `json:"wanted,omitempty"`   // what was wanted, in words, where that is no bytes
	Got        []byte      `json:"got,omitempty"`      // the bytes that came instead
	Cut        *Cut        `json:"cut,omitempty"`      // what of both was left out; nil for nothing
	Difference *Difference `json:"difference,omitempty"`

	Answers []Answer          `json:"answers,omitempty"` // to the standing questions that were asked after a silence
	Facts   map[string]string `json:"facts,omitempty"`   // what a chapter's test observed beside that: key and value

	Conversation wire.Conversation `json:"conversation"`
	Mark         wire.Mark         `json:"mark"` // what in it is wrong
	Program      State             `json:"program"`
}

// A Cut is what was left out of Want and Got, because they are long.
type Cut struct {
	Before    int `json:"before,omitempty"`    // so many bytes before them, in which they are alike
	WantAfter int `json:"wantAfter,omitempty"` // so many behind Want
	GotAfter  int `json:"gotAfter,omitempty"`  // and behind Got
}

// A State is where the judged program stood, and what it had said.
type State struct {
	Name    string `json:"name"`              // "tcpserver"
	Command string `json:"command,omitempty"` // "tcpserver -addr 127.0.0.1:0"
	Client  bool   `json:"client,omitempty"`  // it is a client, and the lab is the server

	Resting  Resting  `json:"resting,omitempty"`
	Waited   string   `json:"waited,omitempty"`   // what was observed of a program that is not asleep: "1.02 s of processor time"
	Calls    []Call   `json:"calls,omitempty"`    // where its goroutines stand in its own code
	Timers   Timers   `json:"timers,omitempty"`   // whether any is set
	Sockets  []Socket `json:"sockets,omitempty"`  // that it holds; none where the system does not show them
	Races    []Access `json:"races,omitempty"`    // the two sides of a data race
	Exit     *Exit    `json:"exit,omitempty"`     // how it ended; nil if it had not
	Panic    *Panic   `json:"panic,omitempty"`    // that ended it
	Typed    string   `json:"typed,omitempty"`    // on its standard input
	Stdout   string   `json:"stdout,omitempty"`   // what it printed; of much, the middle is left out
	Stderr   string   `json:"stderr,omitempty"`   // the same, without the stacks that the lab asked for
	Printed  int      `json:"printed,omitempty"`  // bytes on standard output, also those left out
	Unjudged string   `json:"unjudged,omitempty"` // what this system could not show

	Unfinished *todo.Todo `json:"unfinished,omitempty"` // the first TODO that is still in it, where its source is known
}

// Resting says how a program was seen to do nothing, or not to.
type Resting string

const (
	Asleep   Resting = "asleep"       // every thread sleeps, and nothing will wake it
	BusyLoop Resting = "busy loop"    // it used processor time, and moved no byte
	Polls    Resting = "polls"        // it woke again and again, and moved no byte
	Overdue  Resting = "did not come" // the deadline passed, with no proof of anything
	Running  Resting = ""             // nobody looked
)

// Timers says what timers a program that waits has set.
type Timers string

const (
	NoTimer   Timers = "none"
	SomeTimer Timers = "some"
)

// A Call is where one goroutine stands.
type Call struct {
	Place string `json:"place"`          // "server.go:31", the innermost line of the program's own code
	Call  string `json:"call,omitempty"` // what that line called: "UDPConn.ReadFrom", "chan receive"
	Runs  bool   `json:"runs,omitempty"` // it runs, and waits for nothing
}

// An Access is one side of a data race.
type Access struct {
	Does  string `json:"does"`            // "reads" or "writes"
	Place string `json:"place,omitempty"` // "server.go:31"
	Call  string `json:"call,omitempty"`  // what that line called: "conn.Read"; "" if it did it by itself
}

// A Socket is one that the program holds, as ss(8) shows it.
type Socket struct {
	Net    string `json:"net"`             // "tcp" or "udp"
	State  string `json:"state,omitempty"` // of TCP: "LISTEN", "ESTABLISHED", "CLOSE_WAIT", ...
	Local  string `json:"local"`
	Remote string `json:"remote,omitempty"` // "" without a partner
	Unread int    `json:"unread,omitempty"` // bytes that wait to be read; clients, of a socket that listens
}

// A Panic, or a fatal error of Go's runtime, is the end of a program.
type Panic struct {
	Message string `json:"message"`         // "panic: assignment to entry in nil map"
	Place   string `json:"place,omitempty"` // "server.go:31", the innermost line of the program's own code
}

// An Exit is how a program ended.
type Exit struct {
	Code int    `json:"code"`
	Text string `json:"text"` // "exit status 1"
}

// An Answer is what a program that was silent did when one thing more happened.
type Answer struct {
	Question Question `json:"question"`
	Yes      bool     `json:"yes"`           // it answered, or served, then
	Got      []byte   `json:"got,omitempty"` // with these bytes
}

// A Question is one of those that are asked after a silence, always in the
// order in which they stand here.
type Question string

const (
	WhenByte    Question = "one byte more comes"
	WhenNewline Question = "a newline comes"
	WhenMore    Question = "much more comes"
	WhenEnd     Question = "the client ends its stream"
	WhenAgain   Question = "the client asks again"
	WhenAnother Question = "another client asks"
	WhenLeft    Question = "the others have left"
	WhenGone    Question = "this client has left"
	WhenInput   Question = "its standard input ends"
)

// Longest is how many bytes of one text a failure keeps.
const Longest = 1 << 14

// Shorten leaves as much of Want and Got as a failure keeps: what surrounds the
// first byte in which they differ.
func (f *Failure) Shorten() {
	if len(f.Want) <= Longest && len(f.Got) <= Longest {
		return
	}
	if f.Cut == nil {
		f.Cut = new(Cut)
	}
	from := max(0, firstDifference(f.Want, f.Got)-Longest/2)
	want, wantAfter := middle(f.Want, from)
	got, gotAfter := middle(f.Got, from)
	f.Want, f.Got = want, got
	f.Cut.Before += from
	f.Cut.WantAfter += wantAfter
	f.Cut.GotAfter += gotAfter
}

// middle keeps what follows from, and says how much it does not keep behind that.
func middle(data []byte, from int) (kept []byte, after int) {
	from = min(from, len(data))
	to := min(from+Longest, len(data))
	return slices.Clone(data[from:to]), len(data) - to
}

// DiffersAt is the first byte in which what came is not what was wanted, from 0.
func (f *Failure) DiffersAt() int {
	if f.Cut == nil {
		return firstDifference(f.Want, f.Got)
	}
	return f.Cut.Before + firstDifference(f.Want, f.Got)
}

// Sizes are how many bytes were wanted, and how many came.
func (f *Failure) Sizes() (want, got int) {
	want, got = len(f.Want), len(f.Got)
	if f.Cut != nil {
		want, got = want+f.Cut.Before+f.Cut.WantAfter, got+f.Cut.Before+f.Cut.GotAfter
	}
	return want, got
}

// Since is a time for a reader: "1.2 s", "12 ms".
func Since(d time.Duration) string {
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}
