package lab

// An Outcome is one way in which a program can fail, as it shows from outside.
type Outcome string

const (
	NotBegun       Outcome = "not begun"       // it stopped at a TODO
	Exited         Outcome = "exited"          // it ended when it should have gone on
	NotReady       Outcome = "not ready"       // it never said that it is ready, or said something else
	WrongPlace     Outcome = "wrong place"     // it says that it listens where it was not asked to
	NotListening   Outcome = "not listening"   // it said ready, but no socket is there
	NeverAccepted  Outcome = "never accepted"  // the connection waits in the backlog
	NeverRead      Outcome = "never read"      // the bytes wait in the socket
	NeverAnswered  Outcome = "never answered"  // it read them, and that is all
	Wrong          Outcome = "wrong answer"    // other bytes than those wanted
	Stranger       Outcome = "wrong address"   // the answer comes from a socket that was not asked
	TooMuch        Outcome = "too much"        // bytes after the answer
	NeverClosed    Outcome = "never closed"    // no end of stream after the answer
	HungUp         Outcome = "hung up"         // the end of the stream before the whole answer
	Reset          Outcome = "reset"           // the connection was reset
	Leaks          Outcome = "leaks"           // it holds sockets that nobody uses any more
	WontStop       Outcome = "will not stop"   // it was asked to end, and did not
	Tolerates      Outcome = "tolerates"       // it went on where it should have refused
	WrongStatus    Outcome = "wrong status"    // it ended with another exit status
	SaysNothing    Outcome = "says nothing"    // it ended without a word on standard error
	NeverSent      Outcome = "never sent"      // a client that sent nothing, and sleeps
	NeverConnected Outcome = "never connected" // a client that did not connect
	WrongOutput    Outcome = "wrong output"    // it printed something else
)

// A Sign tells whether a failure has one certain cause.
type Sign func(*finding) bool

// Is names the misconception that the sign gives away: a file in
// testdata/mistakes/<chapter>.
func (s Sign) Is(id string) Cause { return Cause{s, id} }

// Is names the misconception behind an outcome, where only one can lead to it.
// What does not come from a program that never rests has another reason, for
// which NeverRests stands; but one that tolerates an error may go on as it likes.
func (o Outcome) Is(id string) Cause {
	return Cause{func(f *finding) bool {
		return f.manner == o || f.outcome == o && (f.manner != NeverRests || o == Tolerates)
	}, id}
}

// A Cause is what an expectation knows of its own failure. The first whose
// sign is seen gives the failure its name.
type Cause struct {
	sign Sign
	id   string
}

// Both is the sign of both: the second is looked for where the first is seen.
func Both(first, second Sign) Sign {
	return func(f *finding) bool { return first(f) && second(f) }
}
