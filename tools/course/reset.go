package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"sockets.test/tools/internal/safely"
	"sockets.test/tools/internal/tree"
)

func resetCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "reset chapter",
		Short: "the skeleton again; what you had is kept",
		Long: `Reset brings a chapter's skeleton back. Every Go file of yours in the chapter's
folder is copied first, to a new folder that is named; if that cannot be done,
nothing is changed.`,
		Args:              theChapter,
		ValidArgsFunction: completeChapters,
		RunE:              func(cmd *cobra.Command, args []string) error { return reset(cmd.OutOrStdout(), args) },
	}
}

func reset(out io.Writer, args []string) error {
	d, err := openDesk(os.Stderr)
	if err != nil {
		return err
	}
	c, err := d.choose(args) // not Check: the program may be missing
	if err != nil {
		return err
	}
	skeleton, err := tree.Program(c.SkeletonDir())
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Dir(), 0o777); err != nil {
		return fmt.Errorf("nothing was changed: %w", err)
	}
	files, err := tree.Program(c.Dir())
	if err != nil {
		return fmt.Errorf("nothing was changed: %w", err)
	}
	if maps.Equal(files, skeleton) {
		fmt.Fprintf(out, "%s is the skeleton already.\n", c.Key)
		return nil
	}
	kept := ""
	if len(files) > 0 {
		if kept, err = safely.Keep(filepath.Join(d.dir, "backups"), c.Key, files); err != nil {
			return fmt.Errorf("nothing was changed, because what you have could not be kept: %w", err)
		}
	}
	changed, err := replace(c.Dir(), files, skeleton)
	switch {
	case err != nil && !changed:
		os.RemoveAll(kept) // of what is there
		return fmt.Errorf("nothing was changed: %w", err)
	case err != nil && kept != "":
		return fmt.Errorf("%w; all that you had is in %s", err, kept)
	case err != nil:
		return err
	}
	fmt.Fprintf(out, "%s is the skeleton again.\n", c.Key)
	if kept != "" {
		fmt.Fprintf(out, "What you had is in %s\n", kept)
	}
	return nil
}

// replace puts one program in another's place, and reports whether anything is
// another now. A file that has changed since it was read, and so was not kept, is
// an error.
func replace(dir string, old, new map[string]string) (changed bool, err error) {
	now, err := tree.Program(dir)
	if err != nil {
		return false, err
	}
	if !maps.Equal(now, old) {
		return false, errors.New("the program was saved at this very moment: reset again")
	}
	for name, text := range new {
		if err := safely.Write(filepath.Join(dir, name), []byte(text)); err != nil {
			return changed, err
		}
		changed = true
	}
	for name := range old {
		if _, ok := new[name]; !ok {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				return changed, err
			}
		}
	}
	return true, nil
}
