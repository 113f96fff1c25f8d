package judge

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sockets.test/tools/internal/tree"
)

// choiceEnv chooses among the programs that share a binary.
const choiceEnv = "SOCKETS_TEST_PROGRAM"

// A share is a program's place in a binary that it shares with others.
type share struct {
	binary string
	path   string // of its package: "sockets.test/solutions/01-echo/together/p0123456789ab"
}

// env is what the binary needs to know, and package lab beside it.
func (s share) env() []string {
	return []string{choiceEnv + "=" + s.path, "LAB_PACKAGE=" + s.path}
}

// Together builds programs of a chapter, given by their files, as one binary,
// and this judge runs that from then on when it is asked to judge one of them.
// Each program is compiled as it always is, but as a package of its own, and
// all are linked once, which is most of what building a small program takes.
//
// A program that cannot share a process is left out, and so is one that the
// compiler refuses. They are built alone when they are judged, and what the
// compiler says of them is said then.
func (j *Judge) Together(ctx context.Context, c *tree.Chapter, programs ...map[string]string) error {
	packages := map[string]map[string]string{} // the files, by the package's name
	hashes := map[string]string{}              // by the package's name
	for _, files := range programs {
		hash := Hash(files)
		name := "p" + hash[:12] // which the go command knows again while the files are the same
		if _, done := j.shares.Load(hash); done {
			continue
		}
		if shared, ok := asPackage(name, files); ok {
			packages[name], hashes[name] = shared, hash
		}
	}
	for len(packages) > 1 {
		binary, said, err := j.link(ctx, c, packages)
		if err != nil {
			return err
		}
		if binary != "" {
			for name := range packages {
				j.shares.Store(hashes[name], share{binary, packagePath(c, name)})
			}
			return nil
		}
		before := len(packages)
		maps.DeleteFunc(packages, func(name string, _ map[string]string) bool {
			return strings.Contains(said, name)
		})
		if len(packages) == before {
			return nil // the fault is not one program's: each will be told it
		}
	}
	return nil
}

func packagePath(c *tree.Chapter, name string) string {
	return tree.Module + "/solutions/" + c.Key + "/together/" + name
}

// link builds the binary, in a folder that is an overlay's alone. If the
// compiler refuses a package there is none, but the compiler's words.
func (j *Judge) link(ctx context.Context, c *tree.Chapter, packages map[string]map[string]string) (binary, said string, err error) {
	work, err := os.MkdirTemp(j.Dir, "together-")
	if err != nil {
		return "", "", err
	}
	home := filepath.Join(c.SolutionDir(), "together")
	replace := map[string]string{}
	put := func(dir, name, text string) error {
		file := filepath.Join(work, dir+"-"+name)
		replace[filepath.Join(home, dir, name)] = file
		return os.WriteFile(file, []byte(text), 0o666)
	}
	if err := put("", "main.go", chooser(c, slices.Sorted(maps.Keys(packages)))); err != nil {
		return "", "", err
	}
	for dir, files := range packages {
		for name, text := range files {
			if err := put(dir, name, text); err != nil {
				return "", "", err
			}
		}
	}
	overlay, err := writeOverlay(work, replace)
	if err != nil {
		return "", "", err
	}
	return j.compile(ctx, work, "solutions/"+c.Key+"/together", "-overlay="+overlay)
}

// chooser is the main package's source.
func chooser(c *tree.Chapter, names []string) string {
	imports, cases := new(strings.Builder), new(strings.Builder)
	for _, name := range names {
		fmt.Fprintf(imports, "\t%q\n", packagePath(c, name))
		fmt.Fprintf(cases, "\tcase %q:\n\t\t%s.%s()\n", packagePath(c, name), name, entry)
	}
	return fmt.Sprintf(`package main

import (
	"os"

%s)

func main() {
	switch os.Getenv(%q) {
%s	default:
		panic(%q)
	}
}
`, imports, choiceEnv, cases, choiceEnv+" names none of the programs that were built together")
}
