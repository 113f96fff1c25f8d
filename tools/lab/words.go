package lab

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"sockets.test/tools/internal/wire"
)

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
		return name + p.either(
			" sent other bytes than those wanted.",
			" answered with other bytes than those wanted.")
	case Stranger:
		return "The answer came from another address than the one that was asked."
	case TooMuch:
		return name + p.either(
			" sent more than was wanted.",
			" said more than it was asked for.")
	case NeverClosed:
		return name + p.either(
			" never ended its stream: the server waits for that.",
			" never closed the connection: the client waits for the end of the stream.")
	case HungUp:
		return name + p.either(
			" ended its stream before all of it was sent.",
			" closed the connection before the whole answer was sent.")
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

// either says what a client has done, or what a server has.
func (p *Program) either(client, server string) string {
	if p.record.OnLeft {
		return client
	}
	return server
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
