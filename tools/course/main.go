// Course is all that a learner must remember: go tool course.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"sockets.test/tools/internal/terminal"
)

// Exit statuses.
const (
	done   = 0
	notYet = 1
	misuse = 2
)

// errNotYet ends a command whose program is not right yet: all has been said.
var errNotYet = errors.New("not yet")

func main() {
	terminal.StopTogether()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

func run(ctx context.Context, args []string) int {
	root := command()
	root.SetArgs(goFlags(args))
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return done
	case errors.Is(err, errNotYet):
		return notYet
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "course: interrupted; nothing was changed")
		return notYet
	}
	fmt.Fprintf(os.Stderr, "course: %v\n", err)
	return misuse
}

// goFlags lets flags be written as Go's tools have them, with one dash.
func goFlags(args []string) []string {
	list := make([]string, len(args))
	for i, arg := range args {
		if arg == "--" {
			copy(list[i:], args[i:])
			break
		}
		if strings.HasPrefix(arg, "-") && !strings.HasPrefix(arg, "--") && len(arg) > 2 {
			arg = "-" + arg
		}
		list[i] = arg
	}
	return list
}

func command() *cobra.Command {
	root := &cobra.Command{
		Use:           "course",
		Short:         "Sockets by Test: the map, the next step, and the judge",
		Long:          "Without a command, course shows every chapter, how far you are, and the next step.",
		Args:          noArguments,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, args []string) error { return showMap(cmd.Context(), cmd.OutOrStdout()) },
	}
	root.CompletionOptions.DisableDefaultCmd = true // completionCommand has the short name, too
	root.AddCommand(
		testCommand(), watchCommand(), hintCommand(), editCommand(), solutionCommand(), resetCommand(), traceCommand(),
		completionCommand(), warmCommand(),
	)
	return root
}

// oneChapter and theChapter are the arguments of most commands.
func oneChapter(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return fmt.Errorf("one chapter at a time, not %s", strings.Join(args, " and "))
	}
	return nil
}

func theChapter(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("which chapter? go tool course %s 6, or tcp, or . in its folder", cmd.Name())
	}
	return oneChapter(cmd, args)
}

// noArguments takes a chapter in the place of a command for a slip of memory.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("there is no command %q: go tool course help lists them; go tool course test %[1]s judges a chapter", args[0])
	}
	return nil
}
