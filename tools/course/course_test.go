package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/tree"
)

func TestMain(m *testing.M) {
	testscript.Main(runner{m}, map[string]func(){"course": main})
}

// A runner runs the tests with a folder for what they share.
type runner struct{ *testing.M }

func (r runner) Run() int {
	ours, err := tree.Find(".")
	if err != nil {
		panic(err)
	}
	dir, err := os.MkdirTemp("", "course-tests-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	preparer.Tree, preparer.Dir = ours, dir
	return r.M.Run()
}

// preparer builds the chapters' own tests, once for all that lay a course.
var preparer judge.Judge

// prepare builds the tests of these chapters. It also reads what they depend on,
// so that go test knows.
func prepare(t testing.TB, keys []string) {
	t.Helper()
	for _, key := range keys {
		c, err := preparer.Tree.Chapter(key)
		require.NoError(t, err)
		require.NoError(t, preparer.Prepare(t.Context(), c))
	}
}

// used are the chapters that the scripts take: a UDP server and a TCP server.
var used = []string{"01-udp-server", "06-tcp-server"}

// TestScripts runs each script in a course of its own, of two chapters that
// are not begun, so that the learner's are never touched.
func TestScripts(t *testing.T) {
	prepare(t, used)
	goEnv, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE", "GOPROXY").Output()
	require.NoError(t, err)
	caches := strings.Fields(string(goEnv))

	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		WorkdirRoot:         t.TempDir(), // testscript's own stays where not all scripts are run
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("there is no condition %q", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"append": func(ts *testscript.TestScript, neg bool, args []string) { // FILE TEXT
				text := ts.ReadFile(args[0]) + args[1] + "\n"
				ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o666))
			},
		},
		Setup: func(env *testscript.Env) error {
			root := filepath.Join(env.WorkDir, "course")
			env.Cd = root
			env.Setenv("GOCACHE", caches[0])
			env.Setenv("GOMODCACHE", caches[1])
			env.Setenv("GOPROXY", caches[2])
			env.Setenv("GOFLAGS", "-trimpath") // Go's cache does not see where a course lies
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, "cache"))
			env.Setenv("COLUMNS", "80")
			if err := noTelemetry(env.WorkDir); err != nil {
				return err
			}
			return lay(root, used)
		},
	})
}

// noTelemetry lets no go command, whose home this is, leave a process behind that
// writes to it once it is removed.
func noTelemetry(home string) error {
	for _, config := range []string{".config", "Library/Application Support"} { // Linux, macOS
		dir := filepath.Join(home, filepath.FromSlash(config), "go", "telemetry")
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "mode"), []byte("off\n"), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// lay makes a course of these chapters, whose tests are built: the tools by a
// link, the rest as copies.
func lay(to string, keys []string) error {
	from := preparer.Tree.Root
	names := []string{"go.mod", "go.sum"}
	for _, key := range keys {
		for _, folder := range []string{"solutions", "testdata/mistakes", "testdata/skeletons", "testdata/variants"} {
			names = append(names, filepath.Join(filepath.FromSlash(folder), key))
		}
		for _, name := range []string{"README.md", "server_test.go", "testdata"} {
			names = append(names, filepath.Join("chapters", key, name))
		}
	}
	for _, name := range names {
		if err := copyAll(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
			return err
		}
	}
	for _, key := range keys { // the learner of the scripts has not begun
		skeleton := filepath.Join("testdata", "skeletons", key, "server.go")
		if err := copyAll(filepath.Join(from, skeleton), filepath.Join(to, "chapters", key, "server.go")); err != nil {
			return err
		}
	}
	if err := os.Symlink(filepath.Join(from, "tools"), filepath.Join(to, "tools")); err != nil {
		return err
	}
	for _, key := range keys {
		built, err := filepath.Glob(filepath.Join(preparer.Dir, key+"-*"))
		if err != nil {
			return err
		}
		for _, path := range built {
			if err := copyAll(path, filepath.Join(to, ".course", filepath.Base(path))); err != nil {
				return err
			}
		}
	}
	return nil
}

func copyAll(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, rel)), 0o777); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), text, info.Mode())
	})
}

func TestGoFlags(t *testing.T) {
	require.Equal(t,
		[]string{"test", "6", "--json", "-h", "--format", "json", "-", "--", "nc", "-lk"},
		goFlags([]string{"test", "6", "-json", "-h", "-format", "json", "-", "--", "nc", "-lk"}))
}

func TestEditor(t *testing.T) {
	t.Setenv("VISUAL", "")
	for set, want := range map[string][]string{
		"vim":                     {"vim", "+7", "s.go"},
		"emacsclient -nw":         {"emacsclient", "-nw", "+7", "s.go"},
		"code -w":                 {"code", "-w", "-g", "s.go:7"},
		"/usr/bin/subl":           {"/usr/bin/subl", "s.go:7"},
		"goland":                  {"goland", "--line", "7", "s.go"},
		"my-own-editor --quick":   {"my-own-editor", "--quick", "s.go"},
		"  ":                      nil,
		"code-insiders.cmd -n -w": {"code-insiders.cmd", "-n", "-w", "-g", "s.go:7"},
	} {
		t.Setenv("EDITOR", set)
		require.Equal(t, want, editor("s.go", 7), "EDITOR=%q", set)
	}
	t.Setenv("VISUAL", "nano")
	require.Equal(t, []string{"nano", "+7", "s.go"}, editor("s.go", 7), "VISUAL goes before EDITOR")
}
