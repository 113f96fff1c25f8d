package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"sockets.test/tools/internal/hint"
	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/report"
	"sockets.test/tools/internal/tree"
)

func hintCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "hint [chapter]",
		Short: "the next hint for the failure that a chapter's program has now",
		Long: `Hint gives one hint for the first failure of the chapter's program: at first a
nudge, and more each time that you ask about the same failure.`,
		Args:              oneChapter,
		ValidArgsFunction: completeChapters,
		RunE: func(cmd *cobra.Command, args []string) error {
			d, c, err := chapter(args)
			if err != nil {
				return err
			}
			v, err := d.verdict(cmd.Context(), c)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			if v.Passed {
				fmt.Fprintf(out, "%s passes: no hint is needed.\n", c.Key)
				return nil
			}
			if v.Build != "" {
				fmt.Fprint(out, fitted(out, report.Verdict(c, "", v, width(out), 0)))
				return errNotYet
			}
			fmt.Fprint(out, fitted(out, d.hint(c, v)))
			return nil
		},
	}
}

// hint is the next rung for a verdict's first failure, and counts it as given.
func (d *desk) hint(c *tree.Chapter, v *judge.Verdict) string {
	first := v.First()
	ladder := hint.Ladder(c, first)
	e, ok := d.progress.Get(c.Key, v.Hash)
	if !ok || e.Failure != failure(v) {
		e.Hint = 0
	}
	rung := min(e.Hint, len(ladder)-1)
	e.Hint = rung + 1
	if ok {
		e.Chapter, e.Failure = c.Key, failure(v)
		if err := d.progress.Put(e); err != nil {
			d.warn("the next hint will be this one again: %v", err)
		}
	}
	return fmt.Sprintf("%s\nhint %d of %d: %s\n", report.Claim(first.Name), rung+1, len(ladder), ladder[rung])
}
