package judge_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/tree"
)

// BenchmarkVerdict compares, in one run, what a learner waits for after an edit
// with go build of the same program. The bars: a pass takes at most 1.5 times as
// long, a failure no longer.
//
//	go test ./tools/internal/judge -run - -bench Verdict -benchtime 20x
func BenchmarkVerdict(b *testing.B) {
	for _, number := range []string{"1", "6", "13"} {
		c := chapter(b, number)
		j := &judge.Judge{Tree: c.Tree(), Dir: b.TempDir()}
		right, err := tree.Program(c.SolutionDir())
		require.NoError(b, err)
		wrong := maps.Clone(right)
		wrong["server.go"] = strings.Replace(right["server.go"], "bytes.ToUpper(", "bytes.ToLower(", 1)
		require.NotEqual(b, right, wrong)

		b.Run(c.Key, func(b *testing.B) {
			var build, pass, fail []time.Duration
			verdict := func(files map[string]string) *judge.Verdict {
				v, err := j.Judge(b.Context(), c, judge.Program{Files: changed(files)})
				require.NoError(b, err)
				return v
			}
			verdict(right) // builds what is built but once
			goBuild(b, c, changed(right))
			for b.Loop() {
				build = append(build, goBuild(b, c, changed(right)))
				v := verdict(right)
				require.True(b, v.Passed, "%s %v", v.Build, v.First())
				pass = append(pass, v.Took)
				v = verdict(wrong)
				require.NotNil(b, v.First(), v.Build)
				fail = append(fail, v.Took)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(median(build).Milliseconds()), "ms/go-build")
			b.ReportMetric(float64(median(pass).Milliseconds()), "ms/pass")
			b.ReportMetric(float64(median(fail).Milliseconds()), "ms/failure")
			b.ReportMetric(median(pass).Seconds()/median(build).Seconds(), "pass/build")
			b.ReportMetric(median(fail).Seconds()/median(build).Seconds(), "failure/build")
		})
	}
}

// goBuild is how long the go command takes for the program, in the solution's place.
func goBuild(b *testing.B, c *tree.Chapter, files map[string]string) time.Duration {
	work := b.TempDir()
	replace := map[string]string{}
	for name, text := range files {
		path := filepath.Join(work, name)
		require.NoError(b, os.WriteFile(path, []byte(text), 0o666))
		replace[filepath.Join(c.SolutionDir(), name)] = path
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	require.NoError(b, err)
	path := filepath.Join(work, "overlay.json")
	require.NoError(b, os.WriteFile(path, overlay, 0o666))
	began := time.Now()
	cmd := exec.Command("go", "build", "-overlay="+path, "-o", filepath.Join(work, "program"), "./solutions/"+c.Key)
	cmd.Dir = c.Tree().Root
	out, err := cmd.CombinedOutput()
	require.NoError(b, err, "%s", out)
	return time.Since(began)
}

func median(list []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(list))[len(list)/2]
}

// BenchmarkHang measures from the end of the build to the verdict on a program
// that hangs. The bar: 500 ms.
func BenchmarkHang(b *testing.B) {
	for number, text := range map[string]string{"1": silentUDP, "6": silentTCP} {
		c := chapter(b, number)
		j := &judge.Judge{Tree: c.Tree(), Dir: b.TempDir()}

		b.Run(c.Key, func(b *testing.B) {
			program := judge.Program{Files: map[string]string{"server.go": text}}
			var waited time.Duration
			for b.Loop() {
				v, err := j.Judge(b.Context(), c, program)
				require.NoError(b, err)
				require.NotNil(b, v.First(), v.Build)
				require.Equal(b, "never answered", v.First().Kind(), v.First().Text)
				waited += v.Took - v.Built
			}
			report(b, waited, "ms/verdict")
		})
	}
}

// chapter is one of the course itself.
func chapter(b *testing.B, name string) *tree.Chapter {
	course, err := tree.Find(".")
	require.NoError(b, err)
	c, err := course.Chapter(name)
	require.NoError(b, err)
	return c
}

var edits int

// changed is a program that no go command has seen.
func changed(files map[string]string) map[string]string {
	edits++
	files = maps.Clone(files)
	files["edit.go"] = fmt.Sprintf("package main\n\nvar edit string\n\nfunc init() { edit = \"%d of %d\" }\n", edits, time.Now().UnixNano())
	return files
}

func report(b *testing.B, took time.Duration, unit string) {
	b.ReportMetric(float64(took.Milliseconds())/float64(b.N), unit)
}

const silentUDP = `package main

import (
	"fmt"
	"net"
	"os"
)

func main() {
	conn, err := net.ListenPacket("udp", os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("udpserver ready on", conn.LocalAddr())
	for {
		conn.ReadFrom(make([]byte, 2048))
	}
}
`

const silentTCP = `package main

import (
	"fmt"
	"io"
	"net"
	"os"
)

func main() {
	welcome, err := net.Listen("tcp", os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("tcpserver ready on", welcome.Addr())
	for {
		conn, _ := welcome.Accept()
		io.Copy(io.Discard, conn)
		defer conn.Close()
	}
}
`
