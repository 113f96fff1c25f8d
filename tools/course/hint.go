package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"sockets.test/tools/internal/hint"
	"sockets.test/tools/internal/report"
)

func hintCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "hint [chapter]",
		Short: "the next hint for the failure that a chapter's program has now",
		Long: `Hint judges the chapter's program and gives one hint for its first failure:
first a nudge, and more each time that you ask about the same program.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			out := cmd.OutOrStdout()
			d, err := openDesk(os.Stderr)
			if err != nil {
				return err
			}
			c, err := d.choose(args)
			if err != nil {
				return err
			}
			if err := c.Check(); err != nil {
				return err
			}
			program, _, err := hashes(c)
			if err != nil {
				return err
			}
			v, err := d.judge.Judge(cmd.Context(), c, own(c))
			if err != nil {
				return err
			}
			if v.Passed {
				fmt.Fprintf(out, "%s passes: no hint is needed.\n", c.Key)
				return d.remember(c, program, v)
			}
			if v.Build != "" {
				fmt.Fprint(out, report.Verdict("", v))
				return errNotYet
			}
			if err := d.remember(c, program, v); err != nil {
				return err
			}
			first := v.First()
			ladder := hint.Ladder(c, first)
			e, _ := d.progress.Get(c.Key)
			rung := min(e.Hint, len(ladder)-1)
			fmt.Fprintf(out, "%s\nhint %d of %d: %s\n", report.Claim(first.Name), rung+1, len(ladder), ladder[rung])
			e.Hint = rung + 1
			return d.progress.Put(e)
		},
	}
}
