package judge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"sockets.test/tools/internal/tree"
)

// A binary is a chapter's tests, built.
type binary struct {
	path string
	hash string   // of all that they were built from
	env  []string // for this run of them
}

// tests builds the chapter's tests with the skeleton as their program, unless
// they are there already.
func (j *Judge) tests(ctx context.Context, c *tree.Chapter) (binary, error) {
	hash, err := Against(c)
	if err != nil {
		return binary{}, err
	}
	b := binary{path: filepath.Join(j.Dir, c.Key+"-"+hash[:16]+exe()), hash: hash}
	done, err := j.turn(ctx, c.Key)
	if err != nil {
		return binary{}, err
	}
	defer done()
	if _, err := os.Stat(b.path); err == nil {
		return b, nil
	}
	work, err := os.MkdirTemp(j.Dir, "tests-")
	if err != nil {
		return binary{}, err
	}
	defer os.RemoveAll(work)
	skeleton, err := tree.Program(c.SkeletonDir())
	if err != nil {
		return binary{}, err
	}
	overlay, err := lay(work, c.Dir(), skeleton)
	if err != nil {
		return binary{}, err
	}
	made := filepath.Join(work, "tests"+exe())
	said, ok, err := goCommand(ctx, j.Tree.Root, "test", "-c", "-overlay="+overlay, "-ldflags=-s -w", "-o", made, "./chapters/"+c.Key)
	if err != nil {
		return binary{}, err
	}
	if !ok {
		return binary{}, fmt.Errorf("the tests of %s cannot be built:\n%s", c.Key, j.relative(said))
	}
	old, _ := filepath.Glob(filepath.Join(j.Dir, c.Key+"-*"))
	if err := os.Rename(made, b.path); err != nil {
		return binary{}, err
	}
	for _, path := range old {
		os.Remove(path) // built from tests that have changed since
	}
	return b, nil
}

// turn waits until nobody else builds the chapter's tests, so that they are
// built once, however many ask for them.
func (j *Judge) turn(ctx context.Context, key string) (done func(), err error) {
	token, _ := j.turns.LoadOrStore(key, make(chan struct{}, 1))
	turn := token.(chan struct{})
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// program builds the program in the folder work. A program that the compiler
// refuses has no path, but the compiler's words.
func (j *Judge) program(ctx context.Context, c *tree.Chapter, p Program, work string) (path, said string, err error) {
	dir := filepath.FromSlash(p.Dir)
	args := append([]string{"build", "-buildvcs=false", "-ldflags=-s -w"}, j.flags()...)
	if p.Files != nil {
		// The solution's folder, because in the chapter's a half-written
		// file of the learner's may lie beside.
		dir = filepath.Join("solutions", c.Key)
		overlay, err := lay(work, filepath.Join(j.Tree.Root, dir), p.Files)
		if err != nil {
			return "", "", err
		}
		args = append(args, "-overlay="+overlay)
	}
	path = filepath.Join(work, "program"+exe())
	said, ok, err := goCommand(ctx, j.Tree.Root, append(args, "-o", path, "./"+filepath.ToSlash(dir))...)
	if err != nil || ok {
		return path, "", err
	}
	return "", compilerLines(j.relative(said)), nil
}

// flags are those that both go build and go test take.
func (j *Judge) flags() []string {
	if j.Race {
		return []string{"-race"}
	}
	return nil
}

// CanRace asks the go command whether it can build with the race detector
// here: on most systems that takes a C compiler. It says why not.
func CanRace(ctx context.Context) (why string, ok bool) {
	said, ok, err := goCommand(ctx, "", "list", "-race", "runtime/race")
	if err != nil {
		return err.Error(), false
	}
	return strings.TrimSpace(said), ok
}

// compilerLines leaves out the lines "# package".
func compilerLines(said string) string {
	var lines []string
	for line := range strings.Lines(said) {
		if !strings.HasPrefix(line, "# ") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// lay writes an overlay for the go command in which the program files of dir
// are these, and no others. It returns the overlay's path.
func lay(work, dir string, files map[string]string) (string, error) {
	replace := map[string]string{}
	have, err := tree.Program(dir)
	if err != nil {
		return "", err
	}
	for name := range have {
		replace[filepath.Join(dir, name)] = "" // as if it were not there
	}
	for name, text := range files {
		path := filepath.Join(work, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			return "", err
		}
		replace[filepath.Join(dir, name)] = path
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(work, "overlay.json")
	return path, os.WriteFile(path, text, 0o666)
}

// Hash is the hash of a program's files.
func Hash(files map[string]string) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%s %d\n%s", name, len(files[name]), files[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Against is the hash of all that a chapter's tests are built from, and of the
// transcripts that they read.
func Against(c *tree.Chapter) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	root := c.Tree().Root
	for _, dir := range []string{c.SkeletonDir(), c.Dir(), filepath.Join(root, "tools", "lab"), filepath.Join(root, "tools", "internal")} {
		own := dir == c.Dir()
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			isTest, isGo := strings.HasSuffix(path, "_test.go"), strings.HasSuffix(path, ".go")
			if own && !isTest && !strings.HasSuffix(path, ".txtar") || !own && (isTest || !isGo) {
				return nil
			}
			return add(h, root, path)
		})
		if err != nil {
			return "", err
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		if err := add(h, root, filepath.Join(root, name)); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func add(h io.Writer, root, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	rel, _ := filepath.Rel(root, path)
	fmt.Fprintf(h, "%s %d\n%s", filepath.ToSlash(rel), len(text), text)
	return nil
}

func exe() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}
