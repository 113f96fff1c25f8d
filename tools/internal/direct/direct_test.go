package direct_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/direct"
)

// built is what both ways make of a program.
type built struct {
	said string // by the compiler
	ran  string // what the program printed, on both streams, and how it ended
}

const root = "../../.."

// source is a program's file, and where to build it, in a folder of their own.
func source(t *testing.T, text string) (file, out string) {
	dir := t.TempDir()
	file = filepath.Join(dir, "server.go")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	return file, filepath.Join(dir, "server.exe")
}

func directly(t *testing.T, b *direct.Builder, text string) (built, error) {
	file, out := source(t, text)
	said, err := b.Build(t.Context(), out, []direct.File{{Path: file, Shown: filepath.Join(t.TempDir(), "server.go")}})
	return built{strings.ReplaceAll(said, filepath.Dir(file)+string(filepath.Separator), ""), run(out)}, err
}

func byTheGoCommand(t *testing.T, text string, flags ...string) built {
	file, out := source(t, text)
	cmd := exec.Command("go", append(append([]string{"build"}, flags...), "-o", out, file)...)
	cmd.Dir = root
	said, _ := cmd.CombinedOutput()
	var lines []string
	for line := range strings.Lines(string(said)) {
		if !strings.HasPrefix(line, "# ") {
			at := strings.Index(line, "server.go")
			lines = append(lines, line[max(0, at):])
		}
	}
	return built{strings.Join(lines, ""), run(out)}
}

func run(program string) string {
	if _, err := os.Stat(program); err != nil {
		return ""
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), "GORACE=halt_on_error=1 log_path=stdout")
	out, err := cmd.CombinedOutput()
	status := "exit status 0"
	if err != nil {
		status = err.Error()
	}
	first, _, _ := strings.Cut(string(out), "goroutine ")
	return first + status
}

// What the compiler builds, or says, it builds and says in both ways.
func TestAsTheGoCommandDoes(t *testing.T) {
	b := &direct.Builder{Root: root, Dir: t.TempDir()}
	for name, text := range map[string]string{
		"prints":             "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hello\") }\n",
		"imports nothing":    "package main\n\nfunc main() { println(\"hello\") }\n",
		"uses the network":   "package main\n\nimport (\n\t\"net\"\n\t\"fmt\"\n)\n\nfunc main() { c, err := net.Listen(\"tcp\", \"localhost:0\"); fmt.Println(c != nil, err) }\n",
		"panics":             "package main\n\nfunc main() { panic(\"no\") }\n",
		"names its file":     "package main\n\nimport (\n\t\"fmt\"\n\t\"path/filepath\"\n\t\"runtime\"\n)\n\nfunc main() { _, file, line, _ := runtime.Caller(0); fmt.Println(filepath.Base(file), line) }\n",
		"uses the language":  "package main\n\nfunc main() { for i := range 3 { println(i) } }\n",
		"unused variable":    "package main\n\nfunc main() { x := 1 }\n",
		"unused import":      "package main\n\nimport \"net\"\n\nfunc main() {}\n",
		"undefined":          "package main\n\nfunc main() { hello() }\n",
		"wrong type":         "package main\n\nfunc main() { var s string = 1; _ = s }\n",
		"no return":          "package main\n\nfunc f() int { }\n\nfunc main() { f() }\n",
		"syntax":             "package main\n\nfunc main() { if { }\n",
		"more than ten":      "package main\n\nfunc main() {\n" + strings.Repeat("\tf()\n", 15) + "}\n",
		"unused and another": "package main\n\nimport \"os\"\n\nfunc main() { y := 2; z() }\n",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := directly(t, b, text)

			require.NoError(t, err)
			assert.NotEmpty(t, got.said+got.ran)
			assert.Equal(t, byTheGoCommand(t, text), got)
		})
	}
}

func TestOnlyTheGoCommand(t *testing.T) {
	b := &direct.Builder{Root: root, Dir: t.TempDir()}
	for name, text := range map[string]string{
		"no main":             "package main\n\nfunc Main() {}\n",
		"another package":     "package server\n\nfunc main() {}\n",
		"no package at all":   "func main() {}\n",
		"a build constraint":  "//go:build linux\n\npackage main\n\nfunc main() {}\n",
		"cgo":                 "package main\n\nimport \"C\"\n\nfunc main() {}\n",
		"an embedded file":    "package main\n\nimport _ \"embed\"\n\n//go:embed x\nvar x string\n\nfunc main() {}\n",
		"an internal package": "package main\n\nimport _ \"internal/poll\"\n\nfunc main() {}\n",
		"somebody's package":  "package main\n\nimport _ \"github.com/stretchr/testify/assert\"\n\nfunc main() {}\n",
		"the module's own":    "package main\n\nimport _ \"sockets.test/tools/lab\"\n\nfunc main() {}\n",
		"none that there is":  "package main\n\nimport _ \"nett\"\n\nfunc main() {}\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := directly(t, b, text)

			assert.ErrorIs(t, err, direct.ErrNot)
		})
	}
}

const racing = `package main

func main() {
	x, done := 0, make(chan bool)
	go func() { x++; done <- true }()
	x++
	<-done
	println(x)
}
`

func TestRaces(t *testing.T) {
	if byTheGoCommand(t, racing, "-race").ran == "" {
		t.Skip("the race detector takes cgo, or there is none for this machine")
	}

	got, err := directly(t, &direct.Builder{Root: root, Dir: t.TempDir(), Race: true}, racing)

	require.NoError(t, err)
	assert.Equal(t, "exit status 66", got.ran[strings.LastIndex(got.ran, "exit"):])
}

// The go command is asked once, also by those who come later.
func TestAsksOnce(t *testing.T) {
	dir := t.TempDir()
	text := "package main\n\nimport \"net\"\n\nfunc main() { net.Listen(\"tcp\", \"\") }\n"
	_, err := directly(t, &direct.Builder{Root: root, Dir: dir}, text)
	require.NoError(t, err)

	before, err := os.Stat(filepath.Join(dir, "packages.json"))
	require.NoError(t, err)
	_, err = directly(t, &direct.Builder{Root: root, Dir: dir}, text)
	require.NoError(t, err)
	after, err := os.Stat(filepath.Join(dir, "packages.json"))
	require.NoError(t, err)
	assert.True(t, os.SameFile(before, after), "it was written again")

	t.Setenv("GOAMD64", "v2")
	_, err = directly(t, &direct.Builder{Root: root, Dir: dir}, text)
	require.NoError(t, err)
	after, err = os.Stat(filepath.Join(dir, "packages.json"))
	require.NoError(t, err)
	assert.False(t, os.SameFile(before, after), "the environment is another, and it was not asked again")
}
