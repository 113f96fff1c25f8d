// Package load measures servers under many clients at once. It has benchmarks
// only: what they say depends on the machine, and nothing else depends on them.
package load

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sockets.test/tools/internal/proc"
	"sockets.test/tools/internal/tree"
)

// record keeps what was measured for the lesson that shows it:
// go test -run '^$' -bench Threads -benchtime 50x ./tools/internal/load -record
var record = flag.Bool("record", false, "write the figures that chapter 13 shows")

const (
	clients = 50 // at the same time
	turns   = 20 // connections of each, one after another
)

// BenchmarkThreads puts the same load on chapter 13's reference solution and on
// the server in Python that its lesson shows, in turn.
func BenchmarkThreads(b *testing.B) {
	python, err := exec.LookPath("python3")
	if err != nil {
		b.Skip("python3 is not installed")
	}
	course, err := tree.Find(".")
	require.NoError(b, err)
	c, err := course.Chapter("13")
	require.NoError(b, err)
	built := filepath.Join(b.TempDir(), "threadserver.exe")
	said, err := exec.Command("go", "build", "-o", built, c.SolutionDir()).CombinedOutput()
	require.NoError(b, err, "%s", said)
	goroutines := start(b, built)
	threads := start(b, python, filepath.Join(c.Dir(), "testdata", "server.py"))

	var inGo, inPython time.Duration
	var ratios []float64
	for b.Loop() {
		g, p := load(b, goroutines), load(b, threads)
		inGo, inPython = inGo+g, inPython+p
		ratios = append(ratios, p.Seconds()/g.Seconds())
	}
	slices.Sort(ratios)

	rate := func(took time.Duration) float64 {
		return float64(b.N*clients*turns) / took.Seconds()
	}
	if *record {
		version, err := exec.Command(python, "--version").Output()
		require.NoError(b, err)
		name := filepath.Join(c.Dir(), "testdata", "load.txt")
		require.NoError(b, os.WriteFile(name, fmt.Appendf(nil, `clients answered in a second, %d at the same time

a goroutine each, %-15s %6.0f
a thread each, %-18s %6.0f
ratio %34.1f   from %.1f to %.1f in %d rounds

%s, %s/%s, %d processors
`, clients, runtime.Version(), rate(inGo), bytes.TrimSpace(version), rate(inPython),
			ratios[b.N/2], ratios[0], ratios[b.N-1], b.N, time.Now().Format(time.DateOnly),
			runtime.GOOS, runtime.GOARCH, runtime.NumCPU()), 0o666))
	}
	b.ReportMetric(rate(inGo), "Go-clients/s")
	b.ReportMetric(rate(inPython), "Python-clients/s")
	b.ReportMetric(ratios[b.N/2], "ratio")
	b.ReportMetric(0, "ns/op") // of both together: of no use
}

// start runs a server on a port of the kernel's choice, and gives its address.
func start(b *testing.B, command ...string) (addr string) {
	p, err := proc.Start(proc.Command{Path: command[0], Args: append(command[1:], "-addr", "127.0.0.1:0")})
	require.NoError(b, err)
	b.Cleanup(p.Kill)
	for {
		changed := p.Stdout().Changed()
		if lines := p.Stdout().Lines(); len(lines) > 0 {
			return lines[0][strings.LastIndexByte(lines[0], ' ')+1:]
		}
		require.False(b, p.Stdout().Closed(), "%s", p.Stderr())
		<-changed
	}
}

// load has every client ask, be answered and come again, and tells how long
// that takes for all of them.
func load(b *testing.B, addr string) time.Duration {
	began := time.Now()
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			for j := range turns {
				if err := ask(addr, fmt.Sprintf("client %d, turn %d", i, j)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return time.Since(began)
}

func ask(addr, text string) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, text); err != nil {
		return err
	}
	answer, err := io.ReadAll(conn)
	if err == nil && string(answer) != strings.ToUpper(text) {
		err = fmt.Errorf("%q was answered with %q", text, answer)
	}
	return err
}
