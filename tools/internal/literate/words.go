package literate

import (
	"regexp"
	"strings"
)

var (
	// What is no sentence: links' targets, images, GitHub's [!NOTE], HTML.
	noSentence = regexp.MustCompile(`\]\([^)\s]*|https?://\S+|!\[|\[![A-Z]+\]|<!\S*`)
	unwanted   = regexp.MustCompile(`(?i)\b(?:simply|just|of\s+course)\b|!`)
)

// checkWords finds what the style does without.
func (d *document) checkWords() (problems []Problem) {
	text := blot(noSentence, d.plain())
	for _, at := range unwanted.FindAllStringIndex(text, -1) {
		line := 1 + strings.Count(text[:at[0]], "\n")
		word := strings.Join(strings.Fields(text[at[0]:at[1]]), " ")
		if word == "!" {
			problems = append(problems, d.problem(line, "an exclamation mark: end the sentence with a full stop"))
		} else {
			problems = append(problems, d.problem(line, "%q tells the reader that it is easy: leave it out", word))
		}
	}
	return problems
}
