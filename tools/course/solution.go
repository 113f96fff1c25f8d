package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sockets.test/tools/internal/compare"
	"sockets.test/tools/internal/report"
	"sockets.test/tools/internal/tree"
)

func solutionCommand() *cobra.Command {
	yes := false
	cmd := &cobra.Command{
		Use:   "solution chapter",
		Short: "your program beside the reference, and the walkthrough",
		Long: `Solution shows how your program differs from the reference, side by side if the
terminal has 120 columns or more, and then the walkthrough: the reference, with
the reason for every line. If the chapter is not done, it asks first.`,
		Example:           "  go tool course solution 1 | less -R",
		Args:              theChapter,
		ValidArgsFunction: completeChapters,
		RunE: func(cmd *cobra.Command, args []string) error {
			return showSolution(cmd.Context(), cmd.OutOrStdout(), args, yes)
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask, though the chapter is not done")
	return cmd
}

func showSolution(ctx context.Context, out io.Writer, args []string, yes bool) error {
	d, c, err := chapter(args)
	if err != nil {
		return err
	}
	status, err := d.status(ctx, c)
	if err != nil && status != report.Broken {
		return err
	}
	if status != report.Done && status != report.Changed && !yes {
		sure, err := confirm(fmt.Sprintf("You have not passed %s yet. Show its solution?", c.Key))
		if err != nil {
			return err
		}
		if !sure {
			return errNotYet
		}
	}
	text, err := difference(c, columns(out), painter(out))
	if err != nil {
		return err
	}
	walkthrough, err := c.Walkthrough()
	if err != nil {
		return err
	}
	if text == "" {
		text = "Your program is the reference, to the byte.\n"
	}
	_, err = fmt.Fprintf(out, "%s\n%s", text, walkthrough.Plain())
	return err
}

// difference is the one between the learner's program and the reference.
func difference(c *tree.Chapter, width int, paint compare.Paint) (string, error) {
	ours, err := tree.Program(c.Dir())
	if err != nil {
		return "", err
	}
	reference, err := tree.Program(c.SolutionDir())
	if err != nil {
		return "", err
	}
	names := map[string]bool{}
	for name := range ours {
		names[name] = true
	}
	for name := range reference {
		names[name] = true
	}
	b := new(strings.Builder)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		b.WriteString(compare.Show(
			"chapters/"+c.Key+"/"+name, ours[name],
			"solutions/"+c.Key+"/"+name, reference[name], width, paint))
	}
	return b.String(), nil
}
