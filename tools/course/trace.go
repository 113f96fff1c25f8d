package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/report"
	"sockets.test/tools/internal/safely"
	"sockets.test/tools/internal/tree"
	"sockets.test/tools/internal/wire"
)

// A tracing is what the flags of course trace say.
type tracing struct {
	solution bool
	svg      string
	force    bool
}

func traceCommand() *cobra.Command {
	var t tracing
	cmd := &cobra.Command{
		Use:   "trace chapter [transcript]",
		Short: "run a transcript and draw what went over the wire",
		Long: `Trace runs your program in a chapter's transcript, and shows its terminals and
the conversation. A transcript is a file in the chapter's testdata, or in that
of its solution; its name is enough, and without one the first is taken.

With -svg the conversation is drawn as a sequence diagram into a file. Such a
file is drawn again at will; a file that is something else stays, without
-force. The file - is standard output.`,
		Example: `  go tool course trace 1
  go tool course trace 6 hello -solution
  go tool course trace 6 -svg hello.svg`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 2 {
				return errors.New("one chapter and one transcript at a time")
			}
			return theChapter(cmd, args[:min(1, len(args))])
		},
		ValidArgsFunction: completeTranscripts,
		RunE: func(cmd *cobra.Command, args []string) error {
			return t.run(cmd.Context(), cmd.OutOrStdout(), args)
		},
	}
	cmd.Flags().BoolVar(&t.solution, "solution", false, "run the reference instead of your program")
	cmd.Flags().StringVar(&t.svg, "svg", "", "draw a sequence diagram into `file`")
	cmd.Flags().BoolVar(&t.force, "force", false, "let -svg replace any file")
	return cmd
}

func (t tracing) run(ctx context.Context, out io.Writer, args []string) error {
	d, c, err := chapter(args[:1])
	if err != nil {
		return err
	}
	script, err := transcript(c, args[1:])
	if err != nil {
		return err
	}
	if err := t.free(); err != nil {
		return err
	}
	traced, v, err := d.replay(ctx, c, script, t.solution)
	if err != nil {
		return err
	}
	if traced != nil && t.svg != "" {
		title, err := c.Title()
		if err != nil {
			return err
		}
		if err := t.draw(out, traced, title); err != nil {
			return err
		}
	}
	if t.svg != "-" {
		text := new(strings.Builder)
		if traced != nil {
			show(text, c, traced, v.Passed, width(out))
		}
		text.WriteString(report.Trace(c, v, width(out)))
		fmt.Fprint(out, fitted(out, text.String()))
	}
	if !v.Passed {
		return errNotYet
	}
	return nil
}

// transcript finds the one that was named, or else the first.
func transcript(c *tree.Chapter, args []string) (string, error) {
	files, err := transcripts(c)
	if err != nil {
		return "", err
	}
	if len(files) == 0 {
		return "", fmt.Errorf("%s has no transcript", c.Key)
	}
	if len(args) == 0 {
		return files[0], nil
	}
	want, known := transcriptName(args[0]), []string{}
	for _, file := range files {
		if transcriptName(file) == want {
			return file, nil
		}
		known = append(known, transcriptName(file))
	}
	return "", fmt.Errorf("%s has no transcript %s; there are %s", c.Key, want, strings.Join(known, ", "))
}

func transcripts(c *tree.Chapter) ([]string, error) {
	files, err := tree.Transcripts(c.Dir())
	if err != nil {
		return nil, err
	}
	more, err := tree.Transcripts(c.SolutionDir())
	return append(files, more...), err
}

func transcriptName(path string) string { return strings.TrimSuffix(filepath.Base(path), ".txtar") }

// replay runs a program in one transcript. There is no conversation where the
// program did not come to meet anybody.
func (d *desk) replay(ctx context.Context, c *tree.Chapter, script string, solution bool) (*wire.Conversation, *judge.Verdict, error) {
	against, err := d.against(c)
	if err != nil {
		return nil, nil, err
	}
	if err := d.prepare(ctx, c, against); err != nil {
		return nil, nil, err
	}
	work, err := os.MkdirTemp(d.dir, "trace-")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(work)
	text, err := os.ReadFile(script)
	if err == nil {
		err = os.WriteFile(filepath.Join(work, filepath.Base(script)), text, 0o666)
	}
	if err != nil {
		return nil, nil, err
	}
	program := own(c)
	if solution {
		program.Dir = "solutions/" + c.Key
	}
	v, err := d.judge.Transcripts(ctx, c, program, work, work)
	if err != nil {
		return nil, nil, err
	}
	traced, err := wire.Load(filepath.Join(work, transcriptName(script)+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, v, nil
	}
	return &traced, v, err
}

// show draws the conversation, unless a failure will show it, and then the
// terminals. What was traced is called by its part in the play, and shown as one
// runs it.
func show(out io.Writer, c *tree.Chapter, traced *wire.Conversation, draw bool, columns int) {
	if draw && len(traced.Events) > 0 {
		fmt.Fprintf(out, "%s\n", traced.Draw(nil, columns))
	}
	for _, t := range traced.Terminals {
		command := t.Command
		if part, args, _ := strings.Cut(command, " "); part == "server" || part == "client" {
			command = strings.TrimSpace("go run ./chapters/" + c.Key + " -addr " + traced.Address + " " + args)
		}
		fmt.Fprintf(out, "$ %s\n%s", command, lines(t.In+t.Out))
	}
}

// lines ends a text's last line.
func lines(text string) string {
	if text == "" || strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "\n"
}

// free refuses to draw over a file that trace has not drawn. What is no file,
// such as a pipe or /dev/null, is written to and not replaced.
func (t tracing) free() error {
	if t.svg == "" || t.svg == "-" {
		return nil
	}
	info, err := os.Stat(t.svg)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s is a folder: name a file in it", t.svg)
	case t.force || !info.Mode().IsRegular():
		return nil
	}
	text, err := os.ReadFile(t.svg)
	switch {
	case err != nil:
		return err
	case len(text) > 0 && !bytes.Contains(text, []byte(wire.SVGMark)):
		return fmt.Errorf("%s is there already, and is no drawing of trace's: choose another name, or say -force", t.svg)
	}
	return nil
}

func (t tracing) draw(out io.Writer, traced *wire.Conversation, title string) error {
	picture, err := traced.SVG(title)
	if err != nil {
		return err
	}
	if t.svg == "-" {
		_, err = out.Write(picture)
		return err
	}
	if info, err := os.Stat(t.svg); err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(t.svg, picture, 0o666)
	}
	return safely.Write(t.svg, picture)
}
