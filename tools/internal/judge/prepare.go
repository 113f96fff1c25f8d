package judge

import (
	"context"
	"os"
	"path/filepath"

	"sockets.test/tools/internal/tree"
)

// Built reports whether the chapter's tests, which have this hash, are built.
func (j *Judge) Built(c *tree.Chapter, against string) bool {
	_, err := os.Stat(j.path(c, against))
	return err == nil
}

// Prepare builds the chapter's tests, unless they are built.
func (j *Judge) Prepare(ctx context.Context, c *tree.Chapter) error {
	_, err := j.tests(ctx, c)
	return err
}

// path is where the chapter's tests are, once they are built.
func (j *Judge) path(c *tree.Chapter, against string) string {
	return filepath.Join(j.Dir, c.Key+"-"+against[:16]+exe())
}
