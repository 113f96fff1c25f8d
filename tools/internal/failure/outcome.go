package failure

import "strings"

// An Outcome is one way in which a program can fail, as it shows from outside.
type Outcome string

const (
	NotBegun       Outcome = "not begun"
	Exited         Outcome = "exited"
	NotReady       Outcome = "not ready"
	WrongPlace     Outcome = "wrong place"
	NotListening   Outcome = "not listening"
	NeverAccepted  Outcome = "never accepted"
	NeverRead      Outcome = "never read"
	NeverAnswered  Outcome = "never answered"
	NeverSaid      Outcome = "never said a word"
	Wrong          Outcome = "wrong answer"
	WrongAddress   Outcome = "wrong address"
	WrongClient    Outcome = "wrong client"
	TooMuch        Outcome = "too much"
	NeverClosed    Outcome = "never closed"
	HungUp         Outcome = "hung up"
	Reset          Outcome = "reset"
	TooManySockets Outcome = "too many sockets"
	TooFewSockets  Outcome = "too few sockets"
	TooManyFiles   Outcome = "too many files"
	TooMuchMemory  Outcome = "too much memory"
	WontStop       Outcome = "will not stop"
	KeepsRunning   Outcome = "keeps running"
	TriesAgain     Outcome = "tries again"
	WrongStatus    Outcome = "wrong status"
	SaysNothing    Outcome = "says nothing"
	Complains      Outcome = "complains"
	ComplainsTwice Outcome = "complains twice"
	NeverSent      Outcome = "never sent"
	NeverConnected Outcome = "never connected"
	WrongOutput    Outcome = "wrong output"
	WrongRow       Outcome = "wrong row"
	NotLogged      Outcome = "not logged"
	LogsText       Outcome = "logs what was said"
	WrongSocket    Outcome = "wrong socket"
	WrongTime      Outcome = "wrong time"
	DataRace       Outcome = "data race"
)

// A kind is all that is known of an outcome: the one table of them.
type kind struct {
	server   string // what a server did, behind its name
	client   string // what a client did, where that is told otherwise
	awake    string // what a program that is awake does not do: "never answers"; "" where nothing is waited for
	question string // the first hint
}

var kinds = map[Outcome]kind{
	NotBegun:       {server: "stopped at a TODO.", question: "The program stopped at a TODO. Which call does that step need, and what does it return?"},
	Exited:         {server: "exited, when it should have gone on.", question: "Which line ended the program? Is what happened there a reason to end it?"},
	NotReady:       {server: "never said on standard output that it is ready.", awake: "never says on standard output that it is ready", question: "Which line prints that the program is ready, and does the program come to it? Is it the first line on standard output?"},
	WrongPlace:     {server: "is not where it was asked to be.", question: "Where does the program take its address from: from -addr, and after binding from the socket itself?"},
	NotListening:   {server: "has no socket where it said that it is ready.", question: "Who closed the socket, and when?"},
	NeverAccepted:  {server: "never accepted the connection, which waits in the backlog.", awake: "never accepts the connection", question: "What does the program do while this client waits for an Accept?"},
	NeverRead:      {server: "never read the bytes that arrived.", awake: "never reads the bytes that arrived", question: "What does the program wait for, while the bytes lie in its socket?"},
	NeverAnswered:  {server: "read what came, and never answered.", awake: "never answers what it has read", question: "What does the program still wait for: which call, and which bytes?"},
	NeverSaid:      {server: "never said a word.", awake: "never says a word", question: "What does the program wait for before it speaks?"},
	Wrong:          {server: "answered with other bytes than those wanted.", client: "sent other bytes than those wanted.", question: "Look at the byte over the caret: where did it come from?"},
	WrongAddress:   {server: "answered from another address than the one that was asked.", client: "sent from another address than before.", question: "Which socket sent this, and which one was asked?"},
	WrongClient:    {server: "sent the answer to another client than the one that asked.", question: "Where does the program take the address from that it answers?"},
	TooMuch:        {server: "said more than it was asked for.", client: "sent more than was wanted.", question: "Which call sent the bytes that nobody asked for?"},
	NeverClosed:    {server: "never closed the connection: the client waits for the end of the stream.", client: "never ended its stream: the server waits for that.", awake: "never ends its stream", question: "Who closes the connection socket, and on which ways out of the function?"},
	HungUp:         {server: "closed the connection before the whole answer was sent.", client: "ended its stream before all of it was sent.", question: "What had the program not sent yet when it closed the connection? Does what it wrote still lie in a buffer that nobody has flushed?"},
	Reset:          {server: "reset the connection.", question: "Did the program close the connection with bytes in it that it had not read?"},
	TooManySockets: {server: "holds more sockets than it needs.", question: "Which sockets are still open, and who should have closed them?"},
	TooFewSockets:  {server: "holds fewer sockets than its clients need.", question: "Which sockets should the program hold now, and which of them has it closed, or not opened yet?"},
	TooManyFiles:   {server: "holds more files and sockets open than it needs.", question: "What does the program open for each client, and who closes it?"},
	TooMuchMemory:  {server: "takes more memory than it needs.", question: "How much memory does the program take, and who told it that number?"},
	WontStop:       {server: "was asked to stop, and goes on.", awake: "does not stop when it is asked to", question: "What keeps the program from ending when it is asked to?"},
	KeepsRunning:   {server: "goes on, where it should have ended.", awake: "does not end, where it should", question: "Which error did the program get here, or which end, and what did it do with it?"},
	TriesAgain:     {server: "waited until the port was free, and took it then.", question: "What does the program do when its first attempt has failed, and who should decide on a second one?"},
	WrongStatus:    {server: "ended with another exit status than the one wanted.", question: "How does the program end after an error: by itself, or in a panic?"},
	SaysNothing:    {server: "ended without a word on standard error of what was wrong.", question: "Where is the reason printed before the program exits?"},
	Complains:      {server: "wrote to standard error, where nothing was wrong.", question: "What does the program take for an error here, and is it one?"},
	ComplainsTwice: {server: "wrote several lines to standard error, where one was due.", question: "Is the error printed where it is found, and again where it is returned to? Or has it a line end in it, as those of errors.Join have?"},
	NeverSent:      {server: "never sent anything.", awake: "never sends anything", question: "Which line sends, and does the program come to it?"},
	NeverConnected: {server: "never connected.", awake: "never connects", question: "Which line connects, and to which address?"},
	WrongOutput:    {server: "printed something else than what was wanted.", question: "Compare what was printed with what was wanted, byte by byte: which line printed it?"},
	WrongRow:       {server: "printed a row that is not as wanted.", question: "What was counted for this cell, and at which end of the network?"},
	NotLogged:      {server: "never printed the line that was wanted.", awake: "never prints the line that was wanted", question: "Which line prints what was looked for, and when does the program come to it?"},
	LogsText:       {server: "prints in its log what a client said.", question: "Which line prints what the client said, and who will read that?"},
	WrongSocket:    {server: "sent from a socket that is not the client's.", question: "Which socket sends the client's datagrams, whose is it, and who closes it when all is sent?"},
	WrongTime:      {server: "did not keep to the time that it was given.", question: "Which timer ends the wait, when is it set, and is it set anew?"},
	DataRace:       {server: "has a data race: two goroutines use the same memory, and nothing puts them in order.", question: "Which two lines touch the same memory, and what keeps them from doing it at the same moment?"},
}

// Question is the first hint for a failure of this kind; "" for none.
func (o Outcome) Question() string { return kinds[o].question }

// Silent reports whether the outcome is that something was waited for, and did
// not come.
func (o Outcome) Silent() bool { return kinds[o].awake != "" }

// Happened is what happened, in one sentence.
func (f *Failure) Happened() string {
	k := kinds[f.Outcome]
	name := f.Program.Name
	switch {
	case f.Sentence != "":
		return f.Sentence
	case f.Outcome.Silent() && f.Program.Resting == BusyLoop:
		return name + " runs without a pause, and " + k.awake + "."
	case f.Outcome.Silent() && f.Program.Resting == Polls:
		return name + " wakes again and again, and " + k.awake + "."
	case f.Outcome == HungUp && len(f.Got) == 0 && len(f.Want) > 0 && !f.Program.Client:
		return name + " closed the connection, and not a byte of the answer had come."
	case f.Outcome == Exited && f.Program.Exit != nil:
		return name + " exited, " + f.Program.Exit.Text + ", when it should have gone on."
	case f.Outcome == WrongStatus && f.Program.Exit != nil && f.Wanted != "":
		return name + " ended with " + f.Program.Exit.Text + "; wanted " + strings.TrimPrefix(f.Wanted, "wanted ") + "."
	case f.Program.Client && k.client != "":
		return name + " " + k.client
	}
	return name + " " + k.server
}

// Kind is the outcome for a reader's headline: how the program is awake, where
// it is, goes before what did not come.
func (f *Failure) Kind() string {
	if f.Outcome.Silent() && (f.Program.Resting == BusyLoop || f.Program.Resting == Polls) {
		return string(f.Program.Resting)
	}
	return string(f.Outcome)
}
