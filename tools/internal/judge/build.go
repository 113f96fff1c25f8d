package judge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"sockets.test/tools/internal/direct"
	"sockets.test/tools/internal/tree"
)

// A binary is a chapter's tests, built.
type binary struct {
	path  string
	hash  string   // of all that they were built from
	env   []string // for this run of them
	whole bool     // go on after a failure
}

// tests builds the chapter's tests with the skeleton as their program, unless
// they are there already.
func (j *Judge) tests(ctx context.Context, c *tree.Chapter) (binary, error) {
	hash, err := Against(c)
	if err != nil {
		return binary{}, err
	}
	b := binary{path: j.path(c, hash), hash: hash}
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
		return binary{}, fmt.Errorf("the tests of %s cannot be built:\n%s", c.Key, j.complaints(said))
	}
	old, _ := filepath.Glob(filepath.Join(j.Dir, c.Key+"-*"))
	if err := os.Rename(made, b.path); err != nil {
		return binary{}, err
	}
	for _, path := range old {
		if path != b.path { // which another judge may have built meanwhile
			os.Remove(path) // built from tests that have changed since
		}
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

// build builds the program in the folder work. A program that the compiler
// refuses has no path, but the compiler's words.
func (j *Judge) build(ctx context.Context, c *tree.Chapter, p Program, work string) (path, said string, err error) {
	if path, said, err = j.quickly(ctx, c, p, work); !errors.Is(err, direct.ErrNot) {
		return path, said, err
	}
	if p.Files == nil {
		path, said, err = j.compile(ctx, work, p.Dir)
		return path, j.complaints(said), err
	}
	dir := stead(c)
	overlay, err := lay(work, filepath.Join(j.Tree.Root, dir), p.Files)
	if err != nil {
		return "", "", err
	}
	path, said, err = j.compile(ctx, work, filepath.ToSlash(dir), "-overlay="+overlay)
	return path, j.complaints(said, work, dir), err
}

// stead is the folder in whose place a program is built that has none: the
// solution's, because in the chapter's a half-written file of the learner's may
// lie beside.
func stead(c *tree.Chapter) string { return filepath.Join("solutions", c.Key) }

// quickly is build without the go command. It is direct.ErrNot if the program
// takes more.
func (j *Judge) quickly(ctx context.Context, c *tree.Chapter, p Program, work string) (path, said string, err error) {
	builder, _ := j.builders.LoadOrStore(j.Race, &direct.Builder{Root: j.Tree.Root, Dir: j.Dir, Race: j.Race})
	dir, files := stead(c), p.Files
	if files == nil {
		dir = filepath.FromSlash(p.Dir)
		if files, err = tree.Program(filepath.Join(j.Tree.Root, dir)); err != nil {
			return "", "", err
		}
	}
	var list []direct.File
	for _, name := range slices.Sorted(maps.Keys(files)) {
		file := direct.File{Path: filepath.Join(work, name), Shown: filepath.Join(j.Tree.Root, dir, name)}
		if err := os.WriteFile(file.Path, []byte(files[name]), 0o666); err != nil {
			return "", "", err
		}
		list = append(list, file)
	}
	path = filepath.Join(work, "program"+exe())
	said, err = builder.(*direct.Builder).Build(ctx, path, list)
	if said == "" && err == nil {
		return path, "", nil
	}
	if p.Files == nil { // a file of the tree is named by its path from the root
		said = strings.ReplaceAll(said, work, dir)
	}
	return "", j.complaints(said, work), err
}

// compile builds the program that is in a folder of the tree. It has no path if
// the compiler refuses it, but the go command's own words.
func (j *Judge) compile(ctx context.Context, work, dir string, flags ...string) (path, said string, err error) {
	path = filepath.Join(work, "program"+exe())
	args := slices.Concat([]string{"build", "-buildvcs=false", "-ldflags=-s -w", "-o", path}, j.flags(), flags)
	said, ok, err := goCommand(ctx, j.Tree.Root, append(args, "./"+dir)...)
	switch {
	case err != nil:
		return "", "", err
	case !ok:
		return "", said, nil
	}
	return path, "", nil
}

// flags are those that both go build and go test take.
func (j *Judge) flags() []string {
	if j.Race {
		return []string{"-race"}
	}
	return nil
}

// complaints are what the go command said, without its "# package" lines. A
// file of the tree is named by its path from the root, and one in these
// folders, where it was laid, by its base name.
func (j *Judge) complaints(said string, folders ...string) string {
	var cut []string
	for _, folder := range append(folders, j.Tree.Root) {
		// The go command writes a path as it is, or from the root if that is shorter.
		if short, err := filepath.Rel(j.Tree.Root, folder); err == nil && short != "." {
			cut = append(cut, short+string(filepath.Separator), "")
		}
		cut = append(cut, folder+string(filepath.Separator), "")
	}
	shorter := strings.NewReplacer(cut...)
	var lines []string
	for line := range strings.Lines(said) {
		if !strings.HasPrefix(line, "# ") {
			lines = append(lines, shorter.Replace(strings.TrimPrefix(line, "./")))
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
	return writeOverlay(work, replace)
}

// writeOverlay writes what the go command takes for an overlay: the files that
// stand for others, "" for none. It returns the overlay's path.
func writeOverlay(work string, replace map[string]string) (string, error) {
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

func exe() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}
