package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

func editCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "edit [chapter]",
		Short: "open your editor at the line to go on at",
		Long: `Edit opens the chapter's program in the editor that $VISUAL or $EDITOR names, at
the line of its failure or its next TODO. The variable may have arguments, as in
EDITOR="code -w". The line is printed, too, as terminals make a link of it.`,
		Args:              oneChapter,
		ValidArgsFunction: completeChapters,
		RunE: func(cmd *cobra.Command, args []string) error {
			return edit(cmd.Context(), cmd.OutOrStdout(), args)
		},
	}
}

func edit(ctx context.Context, out io.Writer, args []string) error {
	d, c, err := chapter(args)
	if err != nil {
		return err
	}
	p, err := d.place(c)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, p)
	command := editor(p.Path(c), p.Line)
	if command == nil {
		return errors.New("which editor is yours? Set the environment's EDITOR to its command, such as vim, nano or \"code -w\"")
	}
	// Not bound to ctx: Ctrl-C is the editor's, and means what it means there.
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, out, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("the editor %s: %w", command[0], err)
	}
	return nil
}

// editor is the command that opens path at a line; nil if no editor is set.
func editor(path string, line int) []string {
	command := words(os.Getenv("VISUAL"))
	if len(command) == 0 {
		command = words(os.Getenv("EDITOR"))
	}
	if len(command) == 0 {
		return nil
	}
	name := strings.TrimSuffix(strings.ToLower(filepath.Base(command[0])), ".exe")
	at := fmt.Sprintf("%s:%d", path, line)
	switch strings.TrimSuffix(name, ".cmd") {
	case "vi", "vim", "nvim", "gvim", "view", "ex", "emacs", "emacsclient", "mg", "nano", "pico", "micro", "joe", "ne", "kak", "mcedit", "gedit":
		return append(command, fmt.Sprintf("+%d", line), path)
	case "code", "code-insiders", "codium", "vscodium", "cursor", "windsurf":
		return append(command, "-g", at)
	case "subl", "sublime_text", "zed", "zeditor", "hx", "helix":
		return append(command, at)
	case "goland", "idea", "kate", "kwrite":
		return append(command, "--line", fmt.Sprint(line), path)
	}
	return append(command, path) // one that is not known is not told the line
}

// words are a command's, unless all of it is one program, which may have
// spaces in its path.
func words(command string) []string {
	if _, err := exec.LookPath(command); err == nil {
		return []string{command}
	}
	return strings.Fields(command)
}
