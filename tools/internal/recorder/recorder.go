// Package recorder makes what lessons show: terminals, conversations and
// failures, by running the programs that they speak of.
//
// A recipe is a fence's whole info string:
//
//	wire FILE               the conversation of a transcript with the solution
//	console server FILE     the server's terminal in it
//	console client FILE     the client's, where the chapter's program is one
//	console sockets FILE    the server's sockets, as the command sockets lists them
//	console NAME FILE       that of somebody else's program, whose command is NAME
//	console test PROGRAM    go tool course test, with this program in the
//	                        chapter's place: skeleton, solution or a mistake's
//	                        ID; in the root README, CHAPTER/PROGRAM
//	console map             go tool course, on a fresh clone
//
// What changes from run to run is made the same: the server's port is 12000,
// its clients' are 50001 and up, times count up in tenths of a millisecond.
package recorder

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/literate"
	"sockets.test/tools/internal/mistake"
	"sockets.test/tools/internal/report"
	"sockets.test/tools/internal/tree"
	"sockets.test/tools/internal/wire"
)

// New gives the recorder that runs programs with j.
func New(ctx context.Context, j *judge.Judge) literate.Recorder {
	r := &recorder{ctx: ctx, judge: j, plays: map[string]*play{}}
	return r.record
}

type recorder struct {
	ctx   context.Context
	judge *judge.Judge
	plays map[string]*play // by the folder of transcripts
}

// A play is one run of the transcripts in a folder.
type play struct {
	dir     string // of what was recorded
	verdict *judge.Verdict
}

func (r *recorder) record(c *tree.Chapter, recipe string) (string, error) {
	words := strings.Fields(recipe)
	switch {
	case len(words) == 2 && words[0] == "console" && words[1] == "map":
		return r.courseMap()
	case len(words) == 3 && words[0] == "console" && words[1] == "test":
		return r.test(c, words[2])
	case len(words) == 3 && words[0] == "console" && c != nil:
		return r.terminal(c, words[1], words[2])
	case len(words) == 2 && words[0] == "wire" && c != nil:
		return r.conversation(c, words[1])
	}
	return "", fmt.Errorf("no recipe is called %q", recipe)
}

// courseMap is what a fresh clone shows.
func (r *recorder) courseMap() (string, error) {
	chapters, err := r.judge.Tree.Chapters()
	if err != nil {
		return "", err
	}
	var lines []report.Line
	for _, c := range chapters {
		title, err := c.Title()
		if err != nil {
			return "", err
		}
		lines = append(lines, report.Line{Chapter: c, Title: title, Minutes: c.Minutes(), Status: report.NotBegun})
	}
	return "$ go tool course\n" + report.Map(lines), nil
}

// test is a verdict as the learner reads it.
func (r *recorder) test(c *tree.Chapter, program string) (string, error) {
	if chapter, name, ok := strings.Cut(program, "/"); ok && c == nil {
		var err error
		if c, err = r.judge.Tree.Chapter(chapter); err != nil {
			return "", err
		}
		program = name
	}
	if c == nil {
		return "", errors.New("say which chapter: console test CHAPTER/PROGRAM")
	}
	files, err := Files(c, program)
	if err != nil {
		return "", err
	}
	v, err := r.judge.Judge(r.ctx, c, judge.Program{Files: files})
	if err != nil {
		return "", err
	}
	title, err := c.Title()
	if err != nil {
		return "", err
	}
	if v.Passed && v.Unraced != "" {
		return "", fmt.Errorf("%s shows only with the race detector: %s: %w", program, v.Unraced, literate.ErrSkip)
	}
	v.Took = 0
	if first := v.First(); first != nil && first.Failure != nil {
		first.Failure = normalise(first.Failure)
	}
	return fmt.Sprintf("$ go tool course test %d\n%s", c.Number, report.Verdict(c, title, v, 0, 0)), nil
}

// Files is a program of the chapter's: the skeleton, the solution or a mistake.
func Files(c *tree.Chapter, program string) (map[string]string, error) {
	switch program {
	case "skeleton":
		return tree.Program(c.SkeletonDir())
	case "solution":
		return tree.Program(c.SolutionDir())
	}
	m, err := mistake.Read(filepath.Join(c.MistakesDir(), program+".txtar"))
	if err != nil {
		return nil, err
	}
	solution, err := tree.Program(c.SolutionDir())
	if err != nil {
		return nil, err
	}
	return m.Apply(solution)
}

// replay gives what a transcript showed with the solution.
func (r *recorder) replay(c *tree.Chapter, file string) (*wire.Conversation, error) {
	path, err := find(c, file)
	if err != nil {
		return nil, err
	}
	p, err := r.play(c, filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	name := strings.TrimSuffix(filepath.Base(path), ".txtar")
	for _, t := range p.verdict.Tests {
		if t.Name == "TestTranscripts/"+name && t.Outcome == judge.Fail {
			return nil, fmt.Errorf("the transcript fails:\n%s", report.Text(c, &t, 100, 0))
		}
	}
	played, err := wire.Load(filepath.Join(p.dir, name+".json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s was skipped: %w", file, literate.ErrSkip)
	}
	return &played, err
}

// play runs the transcripts in dir with the solution, once.
func (r *recorder) play(c *tree.Chapter, dir string) (*play, error) {
	if p, ok := r.plays[dir]; ok {
		return p, nil
	}
	to, err := os.MkdirTemp(r.judge.Dir, "record-")
	if err != nil {
		return nil, err
	}
	files, err := tree.Program(c.SolutionDir())
	if err != nil {
		return nil, err
	}
	v, err := r.judge.Transcripts(r.ctx, c, judge.Program{Files: files}, dir, to)
	if err != nil {
		return nil, err
	}
	if v.Build != "" {
		return nil, fmt.Errorf("the solution does not compile: %s", v.Build)
	}
	r.plays[dir] = &play{to, v}
	return r.plays[dir], nil
}

// find looks for a transcript beside the lesson, and then beside the solution,
// where those stand that need somebody else's programs.
func find(c *tree.Chapter, file string) (string, error) {
	for _, dir := range []string{c.Dir(), c.SolutionDir()} {
		path := filepath.Join(dir, filepath.FromSlash(file))
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("there is no transcript %s", file)
}

func (r *recorder) conversation(c *tree.Chapter, file string) (string, error) {
	played, err := r.replay(c, file)
	if err != nil {
		return "", err
	}
	same, _ := addresses(*played).conversation(*played, wire.Mark{Event: -1, Offset: -1})
	return same.Draw(nil, 0), nil
}

// terminal shows one terminal of a transcript, as a person would have it.
func (r *recorder) terminal(c *tree.Chapter, name, file string) (string, error) {
	played, err := r.replay(c, file)
	if err != nil {
		return "", err
	}
	book := addresses(*played)
	var seen []string
	for _, t := range played.Terminals {
		command, _, _ := strings.Cut(t.Command, " ")
		seen = append(seen, command)
		if command != name {
			continue
		}
		line := "$ " + t.Command
		if name == "server" {
			line = "$ go run ./chapters/" + c.Key + " -addr " + played.Address
		}
		if name == "client" { // its -addr is the default
			line = "$ go run ./chapters/" + c.Key + strings.TrimPrefix(t.Command, name)
		}
		if name == "sockets" {
			return book.text(t.Out), nil
		}
		return book.terminal(line+"\n"+closed(t.In)+t.Out, played.Address), nil
	}
	if _, err := exec.LookPath(name); err != nil {
		return "", fmt.Errorf("%s is not installed: %w", name, literate.ErrSkip)
	}
	return "", fmt.Errorf("%s has no terminal of %s, but of %s", file, name, strings.Join(slices.Compact(seen), ", "))
}

// closed ends a text that was typed with the Enter key.
func closed(text string) string {
	if text == "" || strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "\n"
}
