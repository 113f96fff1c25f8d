// Package hint gives the ladder of hints for a failure, from nudge to nearly
// the code. A misconception's ladder is in its own file; a step that is not
// begun has the lesson; for any other failure the ladder leads to the
// chapter's truths.
package hint

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/mistake"
	"sockets.test/tools/internal/tree"
)

// Ladder gives the hints for a test that failed.
func Ladder(c *tree.Chapter, t *judge.Test) []string {
	if t.Misconception != "" {
		m, err := mistake.Read(filepath.Join(c.MistakesDir(), t.Misconception+".txtar"))
		if err == nil && len(m.Hints) > 0 {
			return m.Hints
		}
	}
	var hints []string
	if question, ok := questions[t.Failure]; ok {
		hints = append(hints, question)
	}
	if way := section(c, t.Step); way != "" {
		hints = append(hints, way)
	}
	if truths := truths(c, t.Step); truths != "" && t.Failure != "not begun" {
		hints = append(hints, "One of these truths of "+t.Step+" may be the one that the program denies:\n"+truths)
	}
	return append(hints, fmt.Sprintf("The reference solution, with the reason for every line, is solutions/%s/README.md.", c.Key))
}

// questions are the first rung, by the kind of failure that package lab names.
var questions = map[string]string{
	"not begun":       "The program stopped at a TODO. Which call does that step need, and what does it return?",
	"exited":          "Which line ended the program? Is what happened there a reason to end it?",
	"not ready":       "Which line prints that the program is ready, and does the program come to it? Is it the first line on standard output?",
	"wrong place":     "Where does the program take its address from: from -addr, and after binding from the socket itself?",
	"not listening":   "Who closed the socket, and when?",
	"never accepted":  "What does the program do while this client waits for an Accept?",
	"never read":      "What does the program wait for, while the bytes lie in its socket?",
	"never answered":  "What does the program still wait for: which call, and which bytes?",
	"wrong answer":    "Look at the byte over the caret: where did it come from?",
	"wrong address":   "Which socket sent this, and which one was asked?",
	"too much":        "Which call sent the bytes that nobody asked for?",
	"never rests":     "Which loop does the program go round in without a pause: what does it ask for each time, and what would end it?",
	"wakes in vain":   "What does the program look for each time that it wakes, and what would have to be there?",
	"never closed":    "Who closes the connection socket, and on which ways out of the function?",
	"hung up":         "What had the program not sent yet when it closed the connection?",
	"reset":           "Did the program close the connection with bytes in it that it had not read?",
	"leaks":           "Which sockets are still open, and who should have closed them?",
	"will not stop":   "What keeps the program from ending when it is asked to?",
	"tolerates":       "Which error did the program get here, and what did it do with it?",
	"tries again":     "What does the program do when its first attempt has failed, and who should decide on a second one?",
	"wrong status":    "How does the program end after an error: by itself, or in a panic?",
	"complains":       "What does the program take for an error here, and is it one?",
	"complains twice": "Is the error printed where it is found, and again where it is returned to? Or has it a line end in it, as those of errors.Join have?",
	"greedy":          "How much memory does the program take, and who told it that number?",
	"never sent":      "Which line sends, and does the program come to it?",
	"server sends":    "Which socket sends the client's datagrams, and whose is it?",
	"keeps clients":   "Who closes a client's socket when all is sent, and when?",
	"never connected": "Which line connects, and to which address?",
	"wrong output":    "Compare what was printed with what was wanted, byte by byte: which line printed it?",
	"data race":       "Which two lines touch the same memory, and what keeps them from doing it at the same moment?",
	"lacks sockets":   "Which sockets should the program hold now, and which of them has it closed, or not opened yet?",
	"not logged":      "Which line prints what was looked for, and when does the program come to it?",
	"quotes":          "Which line prints what the client said, and who will read that?",
	"wrong cell":      "What was counted for this cell, and at which end of the network?",
	"says nothing":    "Where is the reason printed before the program exits?",
}

// section is the lesson's section, without its fences.
func section(c *tree.Chapter, step string) string {
	lesson, _ := os.ReadFile(filepath.Join(c.Dir(), "README.md"))
	_, text, found := strings.Cut(string(lesson), "\n## "+step+" ")
	if step == "" || !found {
		return ""
	}
	heading, text, _ := strings.Cut(text, "\n")
	text, _, _ = strings.Cut(text, "\n## ")
	fence, lines := false, []string{}
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "```") {
			fence = !fence
		} else if !fence {
			lines = append(lines, line)
		}
	}
	paragraphs := strings.Split(strings.TrimSpace(strings.Join(lines, "\n")), "\n\n")
	last := ""
	for _, p := range paragraphs {
		if strings.TrimSpace(p) != "" {
			last = strings.TrimSpace(p) // the way, which every section ends with
		}
	}
	return fmt.Sprintf("The lesson's %s, %s, says:\n%s", step, heading, last)
}

// truths are those that a section teaches.
func truths(c *tree.Chapter, step string) string {
	files, _ := filepath.Glob(filepath.Join(c.MistakesDir(), "*.txtar"))
	var lines []string
	for _, path := range files {
		if m, err := mistake.Read(path); err == nil && m.Taught == step {
			lines = append(lines, "- "+m.Title)
		}
	}
	return strings.Join(lines, "\n")
}
