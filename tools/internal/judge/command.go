package judge

import (
	"context"
	"os"

	"sockets.test/tools/internal/proc"
)

// goCommand runs the go command in dir. What it said, on either stream, comes
// back with whether its exit status was 0. Compiler and linker live too shortly
// for much garbage collection to pay.
func goCommand(ctx context.Context, dir string, args ...string) (said string, ok bool, err error) {
	p, err := proc.Start(proc.Command{Path: "go", Args: args, Dir: dir, Env: append(os.Environ(), "GOGC=400")})
	if err != nil {
		return "", false, err
	}
	defer p.Kill()
	select {
	case <-p.Done():
	case <-ctx.Done():
		return "", false, context.Cause(ctx)
	}
	return p.Stdout().String() + p.Stderr().String(), p.Exit().Code == 0, nil
}
