package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/progress"
	"sockets.test/tools/internal/report"
	"sockets.test/tools/internal/tree"
)

const testHelp = `Test builds the program of a chapter and runs the chapter's tests on it, up to
the first that fails. Without a chapter it takes the one whose folder you are
in, or the first that is not done. A chapter is a number, a name or a part of
one: 6, 06-tcp-server, tcp.

A program that was judged is not judged again until it or its tests change, or
you say -again: what was said of it is said again at once. When the course was
updated, -changed judges every chapter that had passed before its tests changed.

After -- comes a command that is judged instead, in whatever language. It must
do what the chapter asks: take -addr host:port, print its ready line first, and
talk as the tests expect.

The exit status is 0 if the program passes, 1 if it does not yet, 2 if the
command was not understood or could not be carried out.

FOR OTHER PROGRAMS

-format json, or -json, writes the verdict as one JSON object. While its version
is 1, fields may be added, but none goes away or changes its meaning. A field
that would be empty may be missing.
  version        1
  chapter        "06-tcp-server"
  title          the chapter's claim
  passed         whether the outcome is "pass"
  outcome        "pass", "fail", or "error": the program does not compile
  compiler       what the compiler said, if the outcome is "error"
  seconds        the time of the build and the tests
  program        SHA-256 of the program's files; none for a command
  against        SHA-256 of the tests
  tests          in the order in which they ran, up to the first that fails:
    test           "TestAnswer/a_client_may_ask_again"
    claim          "a client may ask again"
    outcome        "pass", "fail" or "skip"
    step           "6.3", the lesson's section
    file, line     where the test begins
    failure        the kind of failure, such as "wrong answer"
    misconception  its ID in testdata/mistakes, where the failure shows one
    truth          what the misconception denies, as one sentence
    text           what the learner reads, at 100 columns
    observed       the failure as data; none if the test itself broke
    seconds        the test's time

In observed, bytes are in base64, times in nanoseconds; events and bytes are
counted from 0, lines from 1:
  test, step     as above
  expect         the expectation as the test says it
  file, line     of the expectation; file has no folder
  outcome        "never answered"; the same as failure, but for a program that
                 is awake when it should answer: see program.resting
  sentence       what happened, where the outcome says less
  want, got      the bytes that were to come, and those that came
  wanted         what was wanted, in words, where that is no bytes
  cut            how many bytes of long ones are left out: before (of both, in
                 which they are alike), wantAfter, gotAfter
  difference     how got differs from want:
    kinds          all that is so, the most telling first: "cut short", "zero
                   bytes behind", "letters not changed"
    at             the first byte that differs
  answers        what was tried after a silence, each with
    question       "one byte more comes", "a newline comes", "much more comes",
                   "the client ends its stream", "the client asks again",
                   "another client asks", "the others have left", "this client
                   has left", "its standard input ends"
    yes            whether the program answered, or served, then
    got            with these bytes
  facts          what a chapter's test observed beside that: name and value
  conversation   what went over the wire:
    server         the program's name, or "server" where that is the test's
    address        of the server
    onLeft         whether the program that is judged is the client
    clients        each with name and address
    events         each with
      at             when, since the conversation began
      client         the name of the client that took part
      kind           "connects", "is refused", "bytes", "end of stream",
                     "closes", "reset", "silence", "exits", "note", or
                     "omitted": events that are left out here
      toServer       the direction
      data           what was moved by "bytes"
      before, after  how many bytes are left out before data and behind it
      text           the words of a note, a silence or an exit
      from           the sender's address, where it is not the one that was asked
      lost           whether it never arrived
      count          how many events were "omitted"
  mark           what is wrong in it:
    event          the event's index; -1 for below the last one
    offset         the byte that is wrong, of all that the event moved; -1 for
                   none
    words          what was wanted, where want and wanted do not say it
  program        where the program stood, and what it had said:
    name, command  "tcpserver", "tcpserver -addr 127.0.0.1:0"
    client         whether it is a client, and the test is the server
    resting        "asleep", "busy loop", "polls", or "did not come": the deadline
                   passed
    waited         what was observed of it, if it was not asleep
    calls          where its goroutines stand: place ("server.go:31"), call
                   ("UDPConn.ReadFrom"), runs: whether it waits for nothing
    timers         "none" or "some", of those that are set
    sockets        each with net ("tcp" or "udp"), state ("LISTEN"), local,
                   remote, and unread: bytes that wait; of LISTEN, clients
    races          the two sides of a data race: does ("reads" or "writes"),
                   place, call
    exit           how it ended: code, text
    panic          that ended it: message, place
    typed          on its standard input
    stdout, stderr what it printed; of much, the middle is left out
    printed        how many bytes there were on standard output
    unjudged       what this system could not show
    unfinished     the first TODO that is still in it: step, file, line

-format exercism writes the results.json of an Exercism test runner, version 3.
As its specification asks, the exit status is then 0 whatever the tests said.

-format lines writes failures as compilers do, "path:line: what", for editors
that jump there: first a line of the program, then one of the test.`

// An asking is what the flags of course test say.
type asking struct {
	format  string
	asJSON  bool
	again   bool
	changed bool
}

var formats = []string{"text", "json", "exercism", "lines"}

func testCommand() *cobra.Command {
	var a asking
	cmd := &cobra.Command{
		Use:   "test [chapter] [-- command...]",
		Short: "judge a chapter's program, or another one in its place",
		Long:  testHelp,
		Example: `  go tool course test 6
  go tool course test tcp -json
  go tool course test 6 -- python3 server.py
  go tool course test 6 -format exercism > results.json`,
		ValidArgsFunction: completeChapters,
		RunE: func(cmd *cobra.Command, args []string) error {
			var command []string
			if at := cmd.ArgsLenAtDash(); at >= 0 {
				args, command = args[:at], args[at:]
				if len(command) == 0 {
					return fmt.Errorf("after -- there must be a command")
				}
			}
			return a.run(cmd.Context(), cmd.OutOrStdout(), args, command)
		},
	}
	cmd.Flags().StringVar(&a.format, "format", "text", "write the verdict as `form`: "+strings.Join(formats, ", "))
	cmd.Flags().BoolVar(&a.asJSON, "json", false, "the same as -format json")
	cmd.Flags().BoolVar(&a.again, "again", false, "judge what was judged already, too")
	cmd.Flags().BoolVar(&a.changed, "changed", false, "judge the chapters that passed before their tests changed")
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (a asking) run(ctx context.Context, out io.Writer, args, command []string) error {
	if a.asJSON {
		a.format = "json"
	}
	if !slices.Contains(formats, a.format) {
		return fmt.Errorf("-format %s is not known; there are %s", a.format, strings.Join(formats, ", "))
	}
	if a.changed {
		if len(args)+len(command) > 0 || a.format != "text" {
			return fmt.Errorf("-changed finds its chapters itself, and writes text")
		}
		return judgeChanged(ctx, out)
	}
	d, c, err := chapter(args)
	if err != nil {
		return err
	}
	title, err := c.Title()
	if err != nil {
		return err
	}
	if command != nil {
		v, err := d.other(ctx, c, command)
		if err != nil {
			return err
		}
		return a.write(out, c, title, v)
	}
	state, err := d.state(c)
	if err != nil {
		return err
	}
	if state == progress.Passed && !a.again && a.format == "text" {
		fmt.Fprintf(out, "✓ %s passes: these very bytes have passed these tests.\n  %s.\n", c.Key, strings.TrimSuffix(title, "."))
		return nil
	}
	judged := d.verdict
	if a.again {
		judged = d.fresh
	}
	v, err := judged(ctx, c)
	if err != nil {
		return err
	}
	if err := a.write(out, c, title, v); err != nil {
		return err
	}
	if v.Passed && a.format == "text" {
		fmt.Fprint(out, fitted(out, d.success(ctx, c)(width(out), 0)))
	}
	return nil
}

// write writes a verdict in the form that was asked for.
func (a asking) write(out io.Writer, c *tree.Chapter, title string, v *judge.Verdict) error {
	var text string
	var err error
	switch a.format {
	case "text":
		text = fitted(out, report.Verdict(c, title, v, width(out), height(out)))
	case "lines":
		text, err = report.Lines(c, v)
	case "json":
		text, err = report.JSON(c, v)
	case "exercism":
		text, err = report.Exercism(c, v)
	}
	if err != nil {
		return err
	}
	if _, err := io.WriteString(out, text); err != nil {
		return err
	}
	if !v.Passed && a.format != "exercism" {
		return errNotYet
	}
	return nil
}

// other judges a command in the program's place.
func (d *desk) other(ctx context.Context, c *tree.Chapter, command []string) (*judge.Verdict, error) {
	path, err := exec.LookPath(command[0])
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot be run: %w", command[0], err)
	}
	against, err := d.against(c)
	if err != nil {
		return nil, err
	}
	if err := d.prepare(ctx, c, against); err != nil {
		return nil, err
	}
	return d.judge.Judge(ctx, c, judge.Program{Command: append([]string{path}, absolute(command[1:])...)})
}

// judgeChanged judges again what had passed before its tests changed.
func judgeChanged(ctx context.Context, out io.Writer) error {
	d, err := openDesk(os.Stderr)
	if err != nil {
		return err
	}
	chapters, err := d.tree.Chapters()
	if err != nil {
		return err
	}
	found, failed := 0, 0
	for _, c := range chapters {
		if state, err := d.state(c); err != nil || state != progress.Changed {
			continue
		}
		found++
		v, err := d.fresh(ctx, c)
		if err != nil {
			return err
		}
		if v.Passed {
			fmt.Fprintf(out, "✓ %s\n", c.Key)
			continue
		}
		failed++
		fmt.Fprintf(out, "✗ %s: go tool course test %d says why\n", c.Key, c.Number)
	}
	if found == 0 {
		fmt.Fprintln(out, "No chapter has passed and had its tests changed since.")
	}
	if failed > 0 {
		return errNotYet
	}
	return nil
}

// absolute makes the files among a command's arguments findable from the
// chapter's folder, in which the tests run.
func absolute(args []string) []string {
	list := append([]string{}, args...)
	for i, arg := range list {
		if _, err := os.Stat(arg); err == nil {
			if path, err := filepath.Abs(arg); err == nil {
				list[i] = path
			}
		}
	}
	return list
}
