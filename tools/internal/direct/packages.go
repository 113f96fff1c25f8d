package direct

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"go/version"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sockets.test/tools/internal/safely"
)

// packages is what the go command has said of the standard library, and how it
// would call the compiler.
type packages struct {
	Surroundings string            // a hash of what the go command may make its answer depend on
	Asked        time.Time         // when: the go command removes what nobody has asked it for in days
	Tools        string            // the folder of compile and link
	Lang         string            // the module's language, "go1.26"
	Debug        string            // the settings of GODEBUG that it is built with
	Exports      map[string]string // where each package, compiled, is
}

// aDay is after how long the go command is asked again.
const aDay = 24 * time.Hour

// packages is what is known, and all that programs with these imports need. It
// is ErrNot if one of them is not of the standard library.
func (b *Builder) packages(ctx context.Context, imports []string) (*packages, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.surroundings()
	if b.known == nil {
		b.known = b.kept()
	}
	if b.known == nil || b.known.Surroundings != now || time.Since(b.known.Asked) > aDay || !b.known.there() {
		b.known = &packages{Surroundings: now, Asked: time.Now()}
		if err := b.askTools(ctx); err != nil {
			b.known = nil
			return nil, err
		}
	}
	if b.known.has(imports) {
		return b.known, nil
	}
	more, err := b.askExports(ctx, imports)
	if err != nil {
		return nil, err
	}
	exports := maps.Clone(more) // nobody changes a map that another program is built by
	maps.Copy(exports, b.known.Exports)
	known := *b.known
	known.Exports = exports
	b.known = &known
	b.keep()
	return b.known, nil
}

func (p *packages) has(imports []string) bool {
	return p.Exports != nil && !slices.ContainsFunc(imports, func(path string) bool { return p.Exports[path] == "" })
}

// there reports whether all of it is still on the disk.
func (p *packages) there() bool {
	for _, file := range p.Exports {
		if _, err := os.Stat(file); err != nil {
			return false
		}
	}
	return true
}

// config is a file of the compiler's and the linker's; see importcfg in both.
func (p *packages) config() []byte {
	var b bytes.Buffer
	for _, path := range slices.Sorted(maps.Keys(p.Exports)) {
		fmt.Fprintf(&b, "packagefile %s=%s\n", path, p.Exports[path])
	}
	return b.Bytes()
}

// surroundings is a hash of what the go command reads before it builds: its own
// file, the environment, its settings, and the module's.
func (b *Builder) surroundings() string {
	h := sha256.New()
	file := func(path string) {
		if info, err := os.Stat(path); err == nil {
			fmt.Fprintf(h, "%s %d %v\n", path, info.Size(), info.ModTime())
		}
	}
	if path, err := exec.LookPath("go"); err == nil {
		file(path)
		if path, err := filepath.EvalSymlinks(path); err == nil {
			file(path)
		}
	}
	if dir, err := os.UserConfigDir(); err == nil {
		file(filepath.Join(dir, "go", "env"))
	}
	file(filepath.Join(b.Root, "go.mod"))
	for _, entry := range slices.Sorted(slices.Values(os.Environ())) {
		if strings.HasPrefix(entry, "GO") || strings.HasPrefix(entry, "CGO_") || strings.HasPrefix(entry, "CC=") {
			fmt.Fprintln(h, entry)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// askTools asks the go command for all but the packages.
func (b *Builder) askTools(ctx context.Context) error {
	tools, err := b.goCommand(ctx, "env", "GOTOOLDIR")
	if err != nil {
		return err
	}
	of, err := b.goCommand(ctx, "list", "-m", "-f", "{{.GoVersion}}")
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp(b.Dir, "empty-") // others may ask at the same time
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	program := filepath.Join(work, "main.go")
	if err := os.WriteFile(program, []byte("package main\n\nfunc main() {}\n"), 0o666); err != nil {
		return err
	}
	debug, err := b.goCommand(ctx, "list", "-f", "{{.DefaultGODEBUG}}", program)
	if err != nil {
		return err
	}
	b.known.Tools, b.known.Lang, b.known.Debug = tools, version.Lang("go"+of), debug
	if b.known.Lang == "" {
		return fmt.Errorf("%w: the module is of Go %q", ErrNot, of)
	}
	return nil
}

// askExports asks where these packages are, and all that they need.
func (b *Builder) askExports(ctx context.Context, imports []string) (map[string]string, error) {
	args := []string{"list", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Standard}}\t{{.Export}}"}
	if b.Race {
		args = append(args, "-race", "--", "runtime/race")
	}
	args = append(args, "runtime") // which every program needs, also one that imports nothing
	out, err := b.goCommand(ctx, append(args, imports...)...)
	if err != nil {
		return nil, err
	}
	exports := map[string]string{}
	for line := range strings.SplitSeq(out, "\n") {
		fields := strings.Split(line, "\t")
		if len(fields) != 3 || fields[1] != "true" {
			return nil, fmt.Errorf("%w: %s", ErrNot, line)
		}
		if fields[2] != "" { // package unsafe has none
			exports[fields[0]] = fields[2]
		}
	}
	return exports, nil
}

// goCommand is what the go command prints, without its last newline. That it fails
// is ErrNot: whoever asks it to build the program hears why.
func (b *Builder) goCommand(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = b.Root
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		return "", fmt.Errorf("%w: go %s: %v", ErrNot, args[0], err)
	}
	return strings.TrimSuffix(string(out), "\n"), nil
}

// file is where it is kept from one process to the next.
func (b *Builder) file() string {
	name := "packages.json"
	if b.Race {
		name = "packages-race.json"
	}
	return filepath.Join(b.Dir, name)
}

// kept is what was known to an earlier process; nil for nothing.
func (b *Builder) kept() *packages {
	text, err := os.ReadFile(b.file())
	known := new(packages)
	if err != nil || json.Unmarshal(text, known) != nil {
		return nil
	}
	return known
}

// keep writes it down. Without it the next process asks again, so an error is none.
func (b *Builder) keep() {
	if text, err := json.MarshalIndent(b.known, "", "\t"); err == nil {
		safely.Write(b.file(), text)
	}
}
