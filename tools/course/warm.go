package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/spf13/cobra"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/tree"
)

// warm has another process build what the chapter's first verdict needs, while
// the learner reads. It is only a head start: nothing waits for it, and it can
// do no harm, for it does what course test does, under the same lock.
func (d *desk) warm(c *tree.Chapter) {
	against, err := d.against(c)
	if err != nil || d.judge.Built(c, against) {
		return
	}
	self, err := os.Executable()
	if err != nil {
		return
	}
	cmd := exec.Command(self, "warm", c.Key)
	cmd.Dir = d.tree.Root
	cmd.SysProcAttr = detached()
	if cmd.Start() == nil {
		cmd.Process.Release()
	}
}

func warmCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "warm chapter",
		Hidden: true,
		Short:  "build what a chapter's first verdict needs",
		Args:   theChapter,
		RunE: func(cmd *cobra.Command, args []string) error {
			stepBack()
			ctx, cancel := context.WithTimeout(cmd.Context(), 10*time.Minute)
			defer cancel()
			d, err := openDesk(io.Discard)
			if err != nil {
				return err
			}
			c, err := d.choose(args)
			if err != nil {
				return err
			}
			against, err := d.against(c)
			if err != nil {
				return err
			}
			if err := d.prepare(ctx, c, against); err != nil {
				return err
			}
			// Judging the skeleton leaves the packages of programs in Go's cache.
			skeleton, err := tree.Program(c.SkeletonDir())
			if err != nil {
				return err
			}
			_, err = d.judge.Judge(ctx, c, judge.Program{Files: skeleton})
			return err
		},
	}
}
