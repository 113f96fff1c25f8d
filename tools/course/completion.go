package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"sockets.test/tools/internal/tree"
)

// shells have, for each shell, how to call the course by its short name, and
// what completes it.
var shells = map[string]struct {
	short  string
	script func(root *cobra.Command, out io.Writer) error
}{
	"bash":       {"course() { go tool course \"$@\"; }\n", func(r *cobra.Command, out io.Writer) error { return r.GenBashCompletionV2(out, true) }},
	"zsh":        {"course() { go tool course \"$@\"; }\n", func(r *cobra.Command, out io.Writer) error { return r.GenZshCompletion(out) }},
	"fish":       {"function course; go tool course $argv; end\n", func(r *cobra.Command, out io.Writer) error { return r.GenFishCompletion(out, true) }},
	"powershell": {"function course { go tool course @args }\n", func(r *cobra.Command, out io.Writer) error { return r.GenPowerShellCompletionWithDesc(out) }},
}

func completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "the short name course, and its completion, for your shell",
		Long: `Completion writes a script for your shell, which makes course short for
go tool course, and completes its commands, chapters and transcripts.`,
		Example: `  source <(go tool course completion bash)
  source <(go tool course completion zsh)      # after compinit
  go tool course completion fish | source
  go tool course completion powershell | Out-String | Invoke-Expression`,
		Args:                  cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs:             []string{"bash", "zsh", "fish", "powershell"},
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			shell := shells[args[0]]
			fmt.Fprint(cmd.OutOrStdout(), shell.short)
			return shell.script(cmd.Root(), cmd.OutOrStdout())
		},
	}
}

// completeChapters completes one chapter.
func completeChapters(cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	t, err := tree.Find(".")
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	chapters, _ := t.Chapters()
	var list []string
	for _, c := range chapters {
		title, _ := c.Title()
		list = append(list, cobra.CompletionWithDesc(c.Key, title))
	}
	return list, cobra.ShellCompDirectiveNoFileComp
}

// completeTranscripts completes a chapter, and then one of its transcripts.
func completeTranscripts(cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return completeChapters(cmd, args, toComplete)
	}
	t, err := tree.Find(".")
	if err != nil || len(args) > 1 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	c, err := t.Chapter(args[0])
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	files, _ := transcripts(c)
	var list []string
	for _, file := range files {
		list = append(list, transcriptName(file))
	}
	return list, cobra.ShellCompDirectiveNoFileComp
}
