// Package direct builds a program without the go command.
//
// Goals:
//
//   - half the time: go build spends the other half finding out that nothing has
//     changed but the one file that was saved;
//   - the same program, and the same words about a wrong one.
//
// Non-goals: programs of more than the standard library, and whatever else
// takes the go command's knowledge, such as build constraints, directives and
// cgo. [ErrNot] says so, and then go build is to be asked.
//
// The go command is asked once a day, and when the environment has changed or a
// program imports what none did before, where the compiled packages of the
// standard library are (go list -export).
package direct

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// ErrNot is returned for a program that takes the go command.
var ErrNot = errors.New("only the go command can build this")

// A Builder builds programs, several at the same time if it is asked to.
type Builder struct {
	Root string // a folder of the module in which they are built
	Dir  string // where it keeps what it knows: nobody else may write there
	Race bool   // build with the race detector

	mu    sync.Mutex
	known *packages
}

// A File is one of a program's.
type File struct {
	Path  string // where it is
	Shown string // where a stack dump says that it is; an absolute path
}

// Build builds a program and writes it to the file out, without symbols for a
// debugger. If the compiler refuses it, said is what it says, with paths as they
// were given, and nothing is written. An error that is not ErrNot comes from the
// context, or the system.
func (b *Builder) Build(ctx context.Context, out string, files []File) (said string, err error) {
	imports, err := importsOf(files)
	if err != nil {
		return "", err
	}
	known, err := b.packages(ctx, imports)
	if err != nil {
		return "", err
	}
	work, err := os.MkdirTemp(filepath.Dir(out), "direct-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work)
	config, object := filepath.Join(work, "importcfg"), filepath.Join(work, "main.a")
	if err := os.WriteFile(config, known.config(), 0o666); err != nil {
		return "", err
	}

	args := []string{"-o", object, "-p", "main", "-lang", known.Lang, "-complete", "-c", strconv.Itoa(min(4, runtime.NumCPU())),
		"-trimpath", trimmed(work, files), "-importcfg", config, "-pack"}
	for _, f := range files {
		args = append(args, f.Path)
	}
	said, ok, err := run(ctx, filepath.Join(known.Tools, "compile"), b.race(args)...)
	if err != nil || !ok {
		return said, err
	}
	args = []string{"-o", out, "-importcfg", config, "-buildmode=exe", "-s", "-w"}
	if known.Debug != "" {
		args = append(args, "-X=runtime.godebugDefault="+known.Debug)
	}
	said, ok, err = run(ctx, filepath.Join(known.Tools, "link"), b.race(append(args, object))...)
	if err == nil && !ok {
		return "", fmt.Errorf("%w: the linker says %s", ErrNot, said) // such as that there is no main
	}
	return "", err
}

// race adds what the race detector needs to the arguments of either tool.
func (b *Builder) race(args []string) []string {
	if !b.Race {
		return args
	}
	return append([]string{"-race", "-installsuffix", "race"}, args...)
}

// trimmed has the compiler note other paths of the files than those at which it
// finds them.
func trimmed(work string, files []File) string {
	var list []string
	for _, f := range files {
		list = append(list, f.Path+"=>"+f.Shown)
	}
	return strings.Join(append(list, work+"=>"), ";")
}

// importsOf are the packages that the files import, each once. It is ErrNot if
// there is anything in them that the go command understands, and not the compiler.
func importsOf(files []File) (list []string, err error) {
	seen := map[string]bool{}
	for _, f := range files {
		text, err := os.ReadFile(f.Path)
		if err != nil {
			return nil, err
		}
		if bytes.Contains(text, []byte("//go:")) || bytes.Contains(text, []byte("// +build")) || constrained(filepath.Base(f.Path)) {
			return nil, fmt.Errorf("%w: %s has directives", ErrNot, f.Path)
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.Path, text, parser.ImportsOnly)
		if err != nil || file.Name.Name != "main" {
			return nil, fmt.Errorf("%w: %s does not begin as a program does", ErrNot, f.Path)
		}
		for _, spec := range file.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil || path == "C" || path == "embed" || strings.ContainsAny(path, " .") || hasElement(path, "internal", "vendor") {
				return nil, fmt.Errorf("%w: %s imports %s", ErrNot, f.Path, spec.Path.Value)
			}
			if !seen[path] && path != "unsafe" {
				seen[path] = true
				list = append(list, path)
			}
		}
	}
	return list, nil
}

// constrained reports whether a file's name may be a build constraint: has an
// underscore, as server_linux.go has.
func constrained(base string) bool { return strings.ContainsRune(base, '_') }

func hasElement(path string, elements ...string) bool {
	for _, part := range strings.Split(path, "/") {
		for _, element := range elements {
			if part == element {
				return true
			}
		}
	}
	return false
}

// run runs one of Go's tools and returns all that it said. It is not ok if the
// tool has exited with a status of its own that is not 0.
func run(ctx context.Context, tool string, args ...string) (said string, ok bool, err error) {
	cmd := exec.CommandContext(ctx, tool, args...)
	cmd.Env = append(os.Environ(), "GOGC=off") // they live for a moment
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return "", false, context.Cause(ctx)
	case err == nil:
		return string(out), true, nil
	case errors.As(err, &exit) && exit.ExitCode() > 0 && !bytes.Contains(out, []byte(syscall.ENOSPC.Error())):
		return string(out), false, nil
	}
	return "", false, fmt.Errorf("%w: %v", ErrNot, err) // there is no such tool, it was killed, the disk is full
}
