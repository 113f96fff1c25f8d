package lab

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sockets.test/tools/internal/mistake"
	"sockets.test/tools/internal/tree"
	"sockets.test/tools/internal/wire"
)

// A finding is a failed expectation, before it is put into words.
type finding struct {
	outcome Outcome
	words   string // instead of the outcome's own
	want    string
	wanted  bool   // want is bytes that were to come
	got     []byte // all that came instead
	said    string // what the program wrote to standard error
	event   int    // the event that the caret belongs under
	offset  int    // and the byte of it, -1 for none
	listens string // where it listens without having said so
	udp     *UDP   // the client, to see what else it received
	program *Program
	probe   func() bool // ends the program's input, and tells whether that wakes it
	serves  *UDPServer  // the server of the lab's, to see what comes next
	tcp     *TCP        // the connection, to try what would wake the program
	woken   bool        // that was found out
	manner  Outcome     // of a program that goes on, and is awake: NeverRests, WakesInVain
	columns []int       // of a table, in which a cell is wrong
	early   bool        // the program ended at the TODO of a later step
}

// answered tells whether something came, and was not what was wanted.
func (f *finding) answered() bool {
	return f.outcome == Wrong || f.outcome == TooMuch || f.outcome == WrongPlace || f.outcome == NotReady || f.outcome == WrongOutput
}

// contradicts tells whether bytes came that no further step can put right: then
// a misconception goes before a TODO that the program came to afterwards.
func (f *finding) contradicts() bool {
	return f.answered() && len(f.got) > 0 && !todo.Match(f.got)
}

var todo = regexp.MustCompile(`TODO (\d+\.\d+): .*`)

// fail names the failure, puts it into words, and ends the test.
func (p *Program) fail(f *finding, causes []Cause) {
	p.t.Helper()
	file, line := testLine()
	section := sectionOf(file, line)

	p.proc.Stdout().Flush() // what it said before it came to rest
	p.proc.Stderr().Flush()
	f.program, f.said = p, p.proc.Stderr().String()
	p.failing = true
	if p.hangs(f) {
		f.manner = p.manner
	}
	if p.asleep(f) {
		p.record.Add(wire.Event{Kind: wire.Silence, Text: p.silence()})
	}
	if raced(f.said) {
		f.outcome, f.manner, f.words = Races, "", ""
		causes = nil // whatever else came of it
		section = cmp.Or(p.shares, section)
	}
	id, title := "", ""
	unfinished := todo.FindStringSubmatch(f.said + p.Output())
	if f.early {
		unfinished = nil
	}
	if unfinished == nil || f.contradicts() {
		for _, cause := range slices.Concat(causes, p.suspects) {
			if cause.sign(f) {
				id = cause.id
				m := misconception(id)
				title, section = m.Title, cmp.Or(m.Taught, section)
				break
			}
		}
	}
	if unfinished != nil && id == "" {
		f.outcome, f.manner, section = NotBegun, "", unfinished[1]
		f.words = unfinished[0]
	}
	b := new(strings.Builder)
	what := f.words
	if what == "" {
		what = p.words(f)
	}
	again := f.outcome == NotBegun && saidBefore(what)
	if again {
		b.WriteString(headline(what+" (as above)", string(f.outcome)))
	} else if title != "" {
		b.WriteString(headline(title, id) + what + "\n")
	} else {
		first, more, _ := strings.Cut(what, "\n")
		b.WriteString(headline(first, string(cmp.Or(f.manner, f.outcome))))
		if more != "" {
			b.WriteString(more + "\n")
		}
	}
	if !again {
		b.WriteString("\n")
		b.WriteString(indent(p.picture(f)))
		for _, text := range p.details(f) {
			b.WriteString(indent(text + "\n"))
		}
		b.WriteString(whereToRead(file, line, section))
	}

	fmt.Fprint(p.t.Output(), b.String())
	p.t.Attr("outcome", string(cmp.Or(f.manner, f.outcome)))
	if id != "" {
		p.t.Attr("misconception", id)
	}
	if section != "" {
		p.t.Attr("step", section)
	}
	p.t.FailNow()
}

// saidBefore tells whether these words have headed a failure already. A
// skeleton fails every test with the words of its first TODO.
func saidBefore(words string) bool {
	_, before := subject.said.LoadOrStore(words, true)
	return before
}

// silence says how the program was seen to be silent.
func (p *Program) silence() string {
	if p.manner != "" {
		return p.efforts()
	}
	if p.late {
		return fmt.Sprintf("silent for %v", deadline)
	}
	return "asleep"
}

// words says the outcome in a sentence.
func (p *Program) words(f *finding) string {
	name := subject.name
	if f.manner != "" {
		return p.awake(f)
	}
	switch f.outcome {
	case Exited:
		return name + " exited, " + p.proc.Exit().String() + ", when it should have gone on."
	case NotReady:
		return name + " never said on standard output that it is ready."
	case WrongPlace:
		if strings.HasSuffix(string(f.got), ":0") {
			return fmt.Sprintf("%s says that it is ready on %s: no socket has port 0.", name, f.got)
		}
		return fmt.Sprintf("%s was asked for %s, and says that it is ready on %s.", name, f.want, f.got)
	case NotListening:
		return p.notListening()
	case NeverAccepted:
		return "The connection stands, but " + name + " never accepted it."
	case NeverRead:
		return "The bytes arrived, but " + name + " never read them."
	case NeverAnswered:
		if p.record.Asked() {
			return name + " read what came, and never answered."
		}
		return name + " never said a word."
	case Wrong:
		if p.record.OnLeft {
			return name + " sent other bytes than those wanted."
		}
		return name + " answered with other bytes than those wanted."
	case Stranger:
		return "The answer came from another address than the one that was asked."
	case TooMuch:
		if p.record.OnLeft {
			return name + " sent more than was wanted."
		}
		return name + " said more than it was asked for."
	case NeverClosed:
		if p.record.OnLeft {
			return name + " never ended its stream: the server waits for that."
		}
		return name + " never closed the connection: the client waits for the end of the stream."
	case HungUp:
		if p.record.OnLeft {
			return name + " ended its stream before all of it was sent."
		}
		return name + " closed the connection before the whole answer was sent."
	case Reset:
		return name + " reset the connection."
	case Leaks:
		return fmt.Sprintf("%s holds %s sockets when all its clients have gone; %s is enough.", name, f.got, f.want)
	case WontStop:
		return name + " was asked to stop, and goes on."
	case Tolerates:
		return name + " goes on, where it should have ended with an error."
	case WrongStatus:
		return fmt.Sprintf("%s ended with %s; wanted %s.", name, p.proc.Exit(), f.want)
	case SaysNothing:
		return name + " ended without a word on standard error of what was wrong."
	}
	switch f.outcome {
	case NeverSent:
		return name + " never sent anything."
	case NeverConnected:
		return name + " never connected."
	case Races:
		return name + " " + met(f.said)
	case WrongOutput:
		return name + " printed something else than what was wanted."
	}
	return string(f.outcome)
}

// picture is the conversation so far, or the terminal if there was none.
func (p *Program) picture(f *finding) string {
	if len(p.record.Events()) == 0 {
		return p.terminal()
	}
	if p.record.OnLeft && len(p.record.Clients()) == 0 { // nobody has met it
		p.record.Join(p.name(), "")
	}
	mark := &wire.Mark{Event: -1, Offset: -1}
	switch {
	case f.outcome == NotBegun: // what is wanted of later steps would mislead
	case f.outcome == Wrong:
		mark.Event, mark.Offset, mark.Words = f.event, f.offset, wanted(f)
	case f.outcome == TooMuch:
		mark.Event, mark.Offset, mark.Words = f.event, f.offset, "wanted nothing more"
		if f.want != "" {
			mark.Words = "wanted " + f.want
		}
	case f.outcome == Stranger:
		mark.Words = "wanted it from " + p.record.Address
	case f.woken:
		mark.Words = "wanted " + shorten(f.want, 0) + " before that"
		if !f.wanted {
			mark.Words = "wanted " + f.want + " before that"
		}
	case f.outcome == HungUp && f.wanted:
		mark.Words = wanted(f)
	case f.wanted:
		mark.Words = "wanted " + shorten(f.want, 0)
	}
	select {
	case <-p.proc.Done():
		if p.dumped || strings.Contains(f.said, raceReport) { // we ended it, or the race detector did
			break
		}
		p.record.Add(wire.Event{Kind: wire.Exit, Text: p.proc.Exit().String()})
	default:
	}
	return p.about(f).Draw(mark)
}

// asleep tells whether the finding is a silence.
func (p *Program) asleep(f *finding) bool {
	return f.owes() || f.outcome == NeverClosed || f.outcome == NeverSent || f.outcome == NeverConnected
}

// terminal is what the program's own terminal showed.
func (p *Program) terminal() string {
	lines := append([]string{p.commandLine()}, ends(p.typed, 3)...)
	lines = append(lines, ends(p.proc.Stdout().String(), 3)...)
	if p.dumped { // the rest is the runtime's, and the end was ours
		return strings.Join(append(lines, ends(p.spoken, 6)...), "\n") + "\n"
	}
	lines = append(lines, lastWords(p.proc.Stderr().String(), 6)...)
	select {
	case <-p.proc.Done():
		lines = append(lines, "("+p.proc.Exit().String()+")")
	default:
	}
	return strings.Join(lines, "\n") + "\n"
}

// details are the lines below the picture: where it waits, what it said last.
func (p *Program) details(f *finding) (lines []string) {
	var terminal []string
	if p.record.OnLeft && len(p.record.Events()) > 0 { // a client's terminal tells as much as its socket
		terminal = append([]string{""}, strings.Split(strings.TrimRight(p.terminal(), "\n"), "\n")...)
	}
	if !f.woken && p.hangs(f) {
		for i, text := range p.where() {
			if i == 3 {
				break
			}
			lines = append(lines, at("waiting", text))
		}
	}
	if f.outcome == Repeats || f.outcome == Complains {
		label := "it said     "
		for _, text := range p.complaints()[:min(3, len(p.complaints()))] {
			lines = append(lines, label+clip(text))
			label = "            "
		}
	}
	if f.outcome == SaysNothing && f.got != nil {
		lines = append(lines, "it printed  "+ends(string(f.got), 1)[0]+"  (on standard output)")
	}
	if f.outcome == Races {
		lines = append(lines, race(f.said)...)
	}
	if f.outcome == Unlogged || f.outcome == Quotes {
		lines = append(lines, p.logOf(f)...)
	}
	if f.outcome == WrongOutput {
		lines = append(lines, p.printed(f)...)
	}
	if f.outcome == NotReady && f.listens != "" {
		lines = append(lines, "listens on "+f.listens+": is its standard output held back in a buffer?")
	}
	if !p.record.OnLeft && len(p.record.Events()) > 0 && (f.outcome == Exited || f.outcome == NotBegun || f.outcome == HungUp || f.outcome == Reset || f.outcome == WrongStatus) {
		label := "it said     "
		for _, text := range lastWords(p.proc.Stderr().String(), 3) {
			lines = append(lines, label+text)
			label = "            "
		}
	}
	if len(lines) > 0 {
		lines = append([]string{""}, lines...)
	}
	return append(terminal, lines...)
}

// printed compares what a program printed with what was wanted.
func (p *Program) printed(f *finding) []string {
	if f.want == "" {
		return []string{"printed  " + shorten(string(f.got), 0), "wanted   nothing on standard output"}
	}
	size, got := p.proc.Stdout().Size(), f.got
	if size != len(got) { // its middle was not kept
		got = got[:len(got)/3]
		if strings.HasPrefix(f.want, string(got)) {
			return []string{
				fmt.Sprintf("printed  %s, which begin as they should", count(size)),
				fmt.Sprintf("wanted   %s", count(len(f.want))),
			}
		}
	}
	n := firstDifference(f.want, got)
	if size == 0 && len(f.want) > 1 && p.endsIn(0) && p.proc.Exit().Code == 0 {
		question := "is its standard output held back in a buffer?"
		if strings.Contains(f.said, strings.TrimSpace(f.want)) {
			question = "what was wanted went to standard error"
		}
		return []string{"printed  nothing on standard output: " + question, "wanted   " + shorten(f.want, 0)}
	}
	lines := []string{"printed  " + shorten(string(got), n), "wanted   " + shorten(f.want, n)}
	if missing := len(f.want) - size; missing > 0 {
		lines[0] += ": " + count(missing) + " too few"
	} else if missing < 0 {
		lines[0] += ": " + count(-missing) + " too many"
	}
	return lines
}

// lastWords are the lines of standard error that tell most: the last n, or, of
// a panic, its message and the first line of the program's own code.
func lastWords(said string, n int) []string {
	if i := panics.FindStringIndex(said); i != nil {
		message, _, _ := strings.Cut(said[i[0]:], "\n")
		words := []string{clip(message)}
		if places := waiting(said[i[0]:], subject.pkg); len(places) > 0 {
			words = append(words, at("", places[0]))
		}
		return words
	}
	return ends(said, n)
}

var panics = regexp.MustCompile(`(?m)^(panic|fatal error): `)

// at says where a goroutine stands: "waiting at server.go:31: UDPConn.ReadFrom".
func at(verb, place string) string {
	place, runs := strings.CutSuffix(place, running)
	line, call, _ := strings.Cut(place, ": ")
	if call == "running" || call == "runnable" || call == "panic" { // by itself
		place, runs = line, true
	}
	if runs { // and waits for nothing
		verb = strings.Replace(verb, "waiting", "busy", 1)
	}
	return strings.TrimSpace(verb + " at " + place)
}

// wanted says what the bytes should have been.
func wanted(f *finding) string {
	words := "wanted " + shorten(f.want, firstDifference(f.want, f.got))
	switch got := string(f.got); {
	case strings.HasPrefix(got, f.want):
		words += fmt.Sprintf(": %s too many", count(len(got)-len(f.want)))
	case strings.HasPrefix(f.want, got):
		words += fmt.Sprintf(": %s too few", count(len(f.want)-len(got)))
	}
	return words
}

func count(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}

// shorten quotes the part of a long text that surrounds byte n.
func shorten(text string, n int) string {
	return wire.Quote([]byte(text), n, 40)
}

// headline is a sentence with its tag at the right.
func headline(text, tag string) string {
	const usual, widest = 84, 100
	tag = "[" + tag + "]"
	gap := max(2, usual-utf8.RuneCountInString(text)-len(tag))
	if utf8.RuneCountInString(text)+gap+len(tag) > widest {
		text, gap = text+"\n", usual-len(tag)
	}
	return text + strings.Repeat(" ", gap) + tag + "\n"
}

// misconception reads what is known of one, from its file.
func misconception(id string) *mistake.Mistake {
	t, err := tree.Find(".")
	if err != nil {
		return &mistake.Mistake{}
	}
	here, _ := os.Getwd()
	m, err := mistake.Read(filepath.Join(t.Root, "testdata", "mistakes", filepath.Base(here), id+".txtar"))
	if err != nil {
		return &mistake.Mistake{}
	}
	return m
}

// testLine is the line at which the test stands: in the test itself, not in a
// helper that it called.
func testLine() (file string, line int) {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		frame, more := frames.Next()
		if strings.HasSuffix(frame.File, "_test.go") {
			file, line = filepath.Base(frame.File), frame.Line
		}
		if !more {
			return file, line
		}
	}
}

var numbered = regexp.MustCompile(`^\s*// (\d+\.\d+): `)

// sectionOf finds the number that stands above a line of a test.
func sectionOf(file string, line int) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	lines := strings.Split(string(text), "\n")
	for i := min(line, len(lines)) - 1; i >= 0; i-- {
		if match := numbered.FindStringSubmatch(lines[i]); match != nil {
			return match[1]
		}
	}
	return ""
}

// whereToRead is the foot of a failure: the test, the lesson, the hint.
func whereToRead(file string, line int, section string) string {
	here, _ := os.Getwd()
	folder := here
	if t, err := tree.Find("."); err == nil {
		folder, _ = filepath.Rel(t.Root, here)
	}
	folder = filepath.ToSlash(folder)
	b := new(strings.Builder)
	b.WriteString("\n")
	if file != "" {
		fmt.Fprintf(b, "the test     %s/%s:%d\n", folder, file, line)
	}
	fmt.Fprintf(b, "read again   %s/README.md%s\n", folder, atSection(section))
	var chapter int
	fmt.Sscanf(filepath.Base(here), "%d-", &chapter)
	fmt.Fprintf(b, "a hint       go tool course hint %d\n", chapter)
	return b.String()
}

// atSection gives ":88, 1.3", the line and the number of a lesson's section.
func atSection(section string) string {
	if section == "" {
		return ""
	}
	lesson, _ := os.ReadFile("README.md")
	for i, line := range strings.Split(string(lesson), "\n") {
		if strings.HasPrefix(line, "## "+section+" ") {
			return fmt.Sprintf(":%d, %s", i+1, section)
		}
	}
	return ", " + section
}

func indent(text string) string {
	b := new(strings.Builder)
	for line := range strings.Lines(text) {
		if line != "\n" {
			line = "  " + line
		}
		b.WriteString(line)
	}
	return b.String()
}

// ends are the last n lines of what was printed, none longer than a screen is wide.
func ends(printed string, n int) (lines []string) {
	for line := range strings.Lines(printed) {
		lines = append(lines, clip(strings.TrimRight(line, "\r\n")))
	}
	return lines[max(0, len(lines)-n):]
}

// clip also keeps what is no text from the learner's terminal.
func clip(line string) string {
	const room = 90
	line = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\t' {
			return unicode.ReplacementChar
		}
		return r
	}, line)
	if utf8.RuneCountInString(line) <= room {
		return line
	}
	return string([]rune(line)[:room-1]) + "…"
}
