package failure

import (
	"slices"
	"strings"
)

// when says it of what was done on the connection itself, or to the program.
var when = map[Question]string{
	WhenByte:    "when one byte more came",
	WhenNewline: "when a newline came",
	WhenMore:    "when much more came",
	WhenEnd:     "when the client ended its stream",
	WhenAgain:   "when the client asked once more",
	WhenInput:   "when its standard input ended",
}

// Answered says what was found out after a silence: a sentence for each answer
// that was yes, or else what was tried in vain.
func (f *Failure) Answered() (sentences []string) {
	var vain []string
	others := ""
	for _, a := range f.Answers {
		switch own := when[a.Question]; {
		case own != "" && a.Yes:
			sentences = append(sentences, "It "+f.did(a)+" "+own+".")
		case own != "" && (a.Question != WhenInput || f.Outcome == NeverSent || f.Outcome == NeverConnected):
			vain = append(vain, own)
		case a.Question == WhenLeft && a.Yes:
			sentences = append(sentences, "The client was served when the others had left.")
		case a.Question == WhenLeft:
			others = "The client was not served when the others had left either."
		case a.Question == WhenAnother && a.Yes:
			sentences = append(sentences, "Another client was served meanwhile.")
		case a.Question == WhenAnother:
			others = "Another client was not served either."
		case a.Question == WhenGone && a.Yes:
			sentences = append(sentences, "Another client was served when this one had left.")
		case a.Question == WhenGone:
			others = "Another client was not served either, even when this one had left."
		}
	}
	if len(sentences) > 0 {
		return sentences
	}
	if len(vain) > 0 {
		sentences = append(sentences, "It did not "+f.owed()+" "+strings.Join(vain, ", nor ")+".")
	}
	if others != "" {
		sentences = append(sentences, others)
	}
	return sentences
}

// did is what the program did when something more happened.
func (f *Failure) did(a Answer) string {
	switch {
	case f.Outcome == KeepsRunning:
		return "ended"
	case a.Question == WhenInput:
		return "went on"
	case f.Outcome == NeverClosed && len(a.Got) == 0:
		return "ended the stream"
	}
	return "answered"
}

// owed is what it did not do.
func (f *Failure) owed() string {
	switch {
	case f.Outcome == KeepsRunning:
		return "end"
	case f.Program.Client:
		return "go on"
	case f.Outcome == NeverClosed:
		return "end the stream"
	}
	return "answer"
}

// InVain reports whether nothing that was tried was answered.
func (f *Failure) InVain() bool {
	return !slices.ContainsFunc(f.Answers, func(a Answer) bool { return a.Yes })
}

// Answering reports whether the program answered in the end, when something more
// had happened.
func (f *Failure) Answering() bool {
	for _, a := range f.Answers {
		if a.Yes && when[a.Question] != "" {
			return true
		}
	}
	return false
}
