package judge

import (
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"

	"sockets.test/tools/internal/proc"
)

// goCommand runs the go command in dir. What it said, on either stream, comes
// back with whether its exit status was 0. A go command that is killed leaves its
// temporary files behind, so they have a folder that does not outlive it. Compiler
// and linker live too shortly for much garbage collection to pay.
func goCommand(ctx context.Context, dir string, args ...string) (said string, ok bool, err error) {
	work, remove, err := proc.TempDir("course-go")
	if err != nil {
		return "", false, err
	}
	defer remove()
	env := append(os.Environ(), "GOGC=400", "GOTMPDIR="+work)
	p, err := proc.Start(proc.Command{Path: "go", Args: args, Dir: dir, Env: env})
	if err != nil {
		return "", false, err
	}
	defer p.Kill()
	p.Stdin().Close()
	select {
	case <-p.Done():
	case <-ctx.Done():
		return "", false, context.Cause(ctx)
	}
	said, ok = p.Stdout().String()+p.Stderr().String(), p.Exit().Code == 0
	if !ok && strings.Contains(said, syscall.ENOSPC.Error()) {
		return "", false, fmt.Errorf("the go command has no room for its files, in %s or in its cache: %w", work, syscall.ENOSPC)
	}
	return said, ok, nil
}
