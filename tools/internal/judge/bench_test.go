package judge_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/tree"
)

// BenchmarkVerdict compares, in one run, the two ways from an edit to a
// verdict. The bar: the judge needs at most 0.6 of what go test needs.
func BenchmarkVerdict(b *testing.B) {
	for _, number := range []string{"1", "6"} {
		c := chapter(b, number)
		j := &judge.Judge{Tree: c.Tree(), Dir: b.TempDir()}
		solution, err := tree.Program(c.SolutionDir())
		require.NoError(b, err)

		b.Run(c.Key, func(b *testing.B) {
			mustPass(b)(j.Judge(b.Context(), c, judge.Program{Files: changed(solution)})) // builds the tests
			var test, judged, built, hashed time.Duration
			for b.Loop() {
				test += mustPass(b)(j.Plain(b.Context(), c, changed(solution))).Took
				v := mustPass(b)(j.Judge(b.Context(), c, judge.Program{Files: changed(solution)}))
				judged += v.Took
				built += v.Built

				began := time.Now()
				_, err := judge.Against(c)
				require.NoError(b, err)
				hashed += time.Since(began)
			}
			report(b, test, "ms/go-test")
			report(b, judged, "ms/judge")
			report(b, built, "ms/build")
			report(b, hashed, "ms/hash")
			b.ReportMetric(judged.Seconds()/test.Seconds(), "ratio")
		})
	}
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

func mustPass(b *testing.B) func(*judge.Verdict, error) *judge.Verdict {
	return func(v *judge.Verdict, err error) *judge.Verdict {
		b.Helper()
		require.NoError(b, err)
		require.True(b, v.Passed, "%s %v", v.Build, v.First())
		return v
	}
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
