package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/report"
)

func testCommand() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "test [chapter] [-json] [-- command...]",
		Short: "judge a chapter's program, or another one in its place",
		Long: `Test builds the program of a chapter and runs the chapter's tests on it, up to
the first that fails. Without a chapter it takes the first that is not done.
A chapter is a number, a name or a part of one: 6, 06-tcp-server, tcp.

After -- comes a command that is judged instead, in whatever language. It must
do what the chapter asks: take -addr host:port, print its ready line first, and
talk as the tests expect.`,
		Example: `  go tool course test 6
  go tool course test tcp -json
  go tool course test 6 -- python3 server.py`,
		RunE: func(cmd *cobra.Command, args []string) error {
			var command []string
			if at := cmd.ArgsLenAtDash(); at >= 0 {
				args, command = args[:at], args[at:]
				if len(command) == 0 {
					return fmt.Errorf("after -- there must be a command")
				}
			}
			if len(args) > 1 {
				return fmt.Errorf("one chapter at a time, not %s", strings.Join(args, " and "))
			}
			return test(cmd, args, command, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write the verdict as JSON, for other tools")
	return cmd
}

func test(cmd *cobra.Command, args, command []string, asJSON bool) error {
	ctx, out := cmd.Context(), cmd.OutOrStdout()
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
	title, err := c.Title()
	if err != nil {
		return err
	}
	var v *judge.Verdict
	if command != nil {
		path, err := exec.LookPath(command[0])
		if err != nil {
			return fmt.Errorf("%s cannot be run: %w", command[0], err)
		}
		if v, err = d.judge.Judge(ctx, c, judge.Program{Command: append([]string{path}, absolute(command[1:])...)}); err != nil {
			return err
		}
	} else {
		program, _, err := hashes(c)
		if err != nil {
			return err
		}
		if passed, known, err := d.known(c); err == nil && known && passed && !asJSON {
			fmt.Fprintf(out, "✓ %s passes: these very bytes have passed these tests.\n  %s.\n", c.Key, strings.TrimSuffix(title, "."))
			return nil
		}
		if v, err = d.judge.Judge(ctx, c, own(c)); err != nil {
			return err
		}
		v.Hash = program
		if err := d.remember(c, program, v); err != nil {
			return err
		}
	}
	if asJSON {
		text, err := json.MarshalIndent(v, "", "\t")
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s\n", text)
	} else {
		fmt.Fprint(out, report.Verdict(title, v))
	}
	if !v.Passed {
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
