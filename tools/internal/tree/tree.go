// Package tree knows the course as folders: chapters, solutions, mistakes,
// variants and skeletons, each under the chapter's key.
//
// There is no index: every list is read from the folders. A chapter's title is
// the first line of its lesson.
package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"sockets.test/tools/internal/lesson"
)

// Module is the path in the course's go.mod.
const Module = "sockets.test"

// A Tree is a checkout of the course.
type Tree struct {
	Root string // the folder that holds go.mod
}

// A Chapter is one folder name in five trees.
type Chapter struct {
	Key    string // "06-tcp-server"
	Number int    // 6
	tree   *Tree
}

// Find looks for the course's go.mod in dir and above it.
func Find(dir string) (*Tree, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(mod), "module "+Module) {
			return &Tree{Root: dir}, nil
		}
		if dir == filepath.Dir(dir) {
			return nil, fmt.Errorf("%s is not inside the course: run this from the folder that holds its go.mod", start)
		}
	}
}

var key = regexp.MustCompile(`^(\d\d)-[a-z0-9-]+$`)

// Chapters lists the chapters that are there, in order.
func (t *Tree) Chapters() ([]*Chapter, error) {
	entries, err := os.ReadDir(filepath.Join(t.Root, "chapters"))
	if err != nil {
		return nil, err
	}
	var list []*Chapter
	for _, e := range entries {
		if match := key.FindStringSubmatch(e.Name()); match != nil && e.IsDir() {
			n, _ := strconv.Atoi(match[1])
			list = append(list, &Chapter{Key: e.Name(), Number: n, tree: t})
		}
	}
	return list, nil
}

// Chapter understands a number, a key, a folder, or a part of a key that only
// one chapter has.
func (t *Tree) Chapter(name string) (*Chapter, error) {
	list, err := t.Chapters()
	if err != nil {
		return nil, err
	}
	want := strings.ToLower(filepath.Base(filepath.Clean(name)))
	number, isNumber := strconv.Atoi(want)
	var found []*Chapter
	var known []string
	for _, c := range list {
		known = append(known, c.Key)
		if c.Key == want || isNumber == nil && c.Number == number {
			return c, nil
		}
		if isNumber != nil && strings.Contains(c.Key, want) {
			found = append(found, c)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, fmt.Errorf("no chapter is called %q; there are %s", name, strings.Join(known, ", "))
	}
	var keys []string
	for _, c := range found {
		keys = append(keys, c.Key)
	}
	return nil, fmt.Errorf("%q may mean %s: say which", name, strings.Join(keys, " or "))
}

// Dir is the learner's folder.
func (c *Chapter) Dir() string { return filepath.Join(c.tree.Root, "chapters", c.Key) }

// SolutionDir holds the reference solution and its walkthrough.
func (c *Chapter) SolutionDir() string { return filepath.Join(c.tree.Root, "solutions", c.Key) }

// SkeletonDir holds the skeleton as the learner first finds it.
func (c *Chapter) SkeletonDir() string {
	return filepath.Join(c.tree.Root, "testdata", "skeletons", c.Key)
}

// MistakesDir holds the known misconceptions.
func (c *Chapter) MistakesDir() string {
	return filepath.Join(c.tree.Root, "testdata", "mistakes", c.Key)
}

// VariantsDir holds the right programs that look nothing like the solution.
func (c *Chapter) VariantsDir() string {
	return filepath.Join(c.tree.Root, "testdata", "variants", c.Key)
}

// Tree is the checkout that the chapter stands in.
func (c *Chapter) Tree() *Tree { return c.tree }

// Title is the claim that the lesson's first line makes, without its number.
func (c *Chapter) Title() (string, error) {
	l, err := c.Lesson()
	if err != nil {
		return "", err
	}
	if l.Chapter != c.Number {
		return "", fmt.Errorf("%s:1: the first line must be %q and the chapter's claim", readme(c.Dir()), fmt.Sprintf("# %d. ", c.Number))
	}
	return l.Title, nil
}

// Minutes is what the lesson says that it takes; 0 if it says nothing.
func (c *Chapter) Minutes() int {
	l, err := c.Lesson()
	if err != nil {
		return 0
	}
	return l.Minutes
}

// Lesson reads the chapter's README.
func (c *Chapter) Lesson() (*lesson.Lesson, error) { return c.read(c.Dir()) }

// Walkthrough reads the README of the chapter's solution.
func (c *Chapter) Walkthrough() (*lesson.Lesson, error) { return c.read(c.SolutionDir()) }

func (c *Chapter) read(dir string) (*lesson.Lesson, error) {
	text, err := os.ReadFile(readme(dir))
	if err != nil {
		return nil, c.missing(err)
	}
	return lesson.Read(string(text)), nil
}

func readme(dir string) string { return filepath.Join(dir, "README.md") }

// Program gives the Go files in dir that are not tests, by base name.
func Program(dir string) (map[string]string, error) { return goFiles(dir, false) }

// Tests gives the test files in dir, by base name.
func Tests(dir string) (map[string]string, error) { return goFiles(dir, true) }

func goFiles(dir string, tests bool) (map[string]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") ||
			strings.HasSuffix(name, "_test.go") != tests {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		files[name] = string(text)
	}
	return files, nil
}

// Check tells, in one line, what of the chapter's folder is not there.
func (c *Chapter) Check() error {
	for _, name := range []string{"README.md", c.TestFile(), c.File()} {
		if _, err := os.Stat(filepath.Join(c.Dir(), name)); err != nil {
			return c.missing(err)
		}
	}
	return nil
}

func (c *Chapter) missing(err error) error {
	var path *fs.PathError
	if !errors.As(err, &path) || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	rel, relErr := filepath.Rel(c.tree.Root, path.Path)
	if relErr != nil {
		rel = path.Path
	}
	if filepath.Base(rel) == c.File() {
		return fmt.Errorf("%s is missing: go tool course reset %d brings the skeleton back", filepath.ToSlash(rel), c.Number)
	}
	return fmt.Errorf("%s is missing: git restore %[1]s brings it back", filepath.ToSlash(rel))
}

// File is the base name of the chapter's one program file, as the skeleton has it.
func (c *Chapter) File() string {
	files, _ := Program(c.SkeletonDir())
	for _, name := range sortedKeys(files) {
		return name
	}
	return "main.go"
}

// TestFile is the base name of the chapter's tests.
func (c *Chapter) TestFile() string {
	return strings.TrimSuffix(c.File(), ".go") + "_test.go"
}

// Transcripts lists the paths of the transcripts below dir's testdata.
func Transcripts(dir string) ([]string, error) {
	return filepath.Glob(filepath.Join(dir, "testdata", "*.txtar"))
}

func sortedKeys(files map[string]string) []string {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
