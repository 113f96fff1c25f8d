package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"sockets.test/tools/internal/terminal"
)

const watchHelp = `Watch judges a chapter's program at every save, and shows the first thing that
is wrong. A save that comes while it judges is judged instead. Without a chapter
it takes the first that is not done.

Its keys, each of which is a command, too:

  h  the next hint                    go tool course hint
  s  the lesson's section
  o  the reference; it asks first     go tool course solution
  t  what went over the wire          go tool course trace
  l  the chapters                     go tool course
  n  the next chapter, once this one passes
  r  judge again                      go tool course test -again
  q  quit

Without a terminal, or where TERM is dumb, it prints one verdict after another,
and has no keys. NO_COLOR is respected.`

func watchCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "watch [chapter]",
		Short:             "judge a chapter's program at every save",
		Long:              watchHelp,
		Args:              oneChapter,
		ValidArgsFunction: completeChapters,
		RunE: func(cmd *cobra.Command, args []string) error {
			return watch(cmd.Context(), args)
		},
	}
}

func watch(ctx context.Context, args []string) error {
	d, err := openDesk(os.Stderr)
	if err != nil {
		return err
	}
	c, err := d.choose(args)
	if err != nil {
		return err
	}
	s := &session{desk: d, out: os.Stdout, done: map[string]bool{}, notes: make(chan note, 8)}
	defer s.end()
	if !terminal.Usable(os.Stdin, os.Stdout) {
		return s.run(ctx, c)
	}
	t, err := terminal.Open(os.Stdin, os.Stdout)
	if err != nil {
		return fmt.Errorf("this terminal gives no single keys: %w; go tool course watch | cat does without", err)
	}
	defer t.Close() // comes first, a panic's words after it
	s.term, d.tell = t, queued(s.notes)
	return s.run(ctx, c)
}
