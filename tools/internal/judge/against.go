package judge

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"sockets.test/tools/internal/tree"
)

// Against is the hash of all that a chapter's tests are built from, and of the
// transcripts that they read.
func Against(c *tree.Chapter) (string, error) {
	base, err := BaseOf(c.Tree())
	if err != nil {
		return "", err
	}
	return base.Against(c)
}

// A Base is the hash of what the tests of all chapters have in common: Go, the
// modules, package lab and those beside it, and the tools that these import. The
// others may change, and no verdict is the older for it.
type Base string

// BaseOf reads a tree's Base. Whoever asks for many chapters asks for it once.
func BaseOf(t *tree.Tree) (Base, error) {
	h := sha256.New()
	fmt.Fprintln(h, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	packages := []string{"tools/lab", "tools/lab/network", "tools/lab/transcripts"}
	for i := 0; i < len(packages); i++ {
		files, err := filepath.Glob(filepath.Join(t.Root, filepath.FromSlash(packages[i]), "*.go"))
		if err != nil {
			return "", err
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			if err := add(h, t.Root, path); err != nil {
				return "", err
			}
			for _, name := range imports(path) {
				if !slices.Contains(packages, name) {
					packages = append(packages, name)
				}
			}
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		if err := add(h, t.Root, filepath.Join(t.Root, name)); err != nil {
			return "", err
		}
	}
	return Base(hex.EncodeToString(h.Sum(nil))), nil
}

// Against adds what is the chapter's own.
func (b Base) Against(c *tree.Chapter) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, b)
	for _, pattern := range []string{
		filepath.Join(c.SkeletonDir(), "*.go"),
		filepath.Join(c.Dir(), "*_test.go"),
		filepath.Join(c.Dir(), "testdata", "*.txtar"),
	} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			return "", err
		}
		for _, path := range files {
			if err := add(h, c.Tree().Root, path); err != nil {
				return "", err
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// imports are the packages of this module that a file imports, by their
// folders. A file that cannot be parsed has none: the compiler will say so.
func imports(path string) []string {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		return nil
	}
	var list []string
	for _, spec := range file.Imports {
		name, _ := strconv.Unquote(spec.Path.Value)
		if dir, ok := strings.CutPrefix(name, tree.Module+"/"); ok {
			list = append(list, dir)
		}
	}
	return list
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
