package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkSaveToVerdict measures what a learner waits for: from the write of
// the file to the verdict's line, by course watch; and, in the same run, from
// an edit to the end of go test of the same chapter. Both are medians. The bar
// is a ratio of at most 0.6. With -record, the README's figures are written:
//
//	go test ./tools/course -run - -bench SaveToVerdict -benchtime 20x -record
func BenchmarkSaveToVerdict(b *testing.B) {
	table := "save to verdict, median      course watch   edit and go test\n\n"
	for _, key := range append(slices.Clip(used), threadsKey) {
		b.Run(key, func(b *testing.B) {
			watched, tested := newLearner(b, threadsKey), newLearner(b, threadsKey)
			w := watched.watch(key)
			w.until("TODO")
			watch := func() time.Duration {
				began := watched.edit(key)
				w.until("✓ " + key)
				took := time.Since(began)
				w.until("go tool course watch") // nobody waits for the picture, but it must not disturb
				return took
			}
			test := func() time.Duration {
				began := tested.edit(key)
				cmd := exec.Command("go", "test", "./chapters/"+key)
				cmd.Dir = tested.root
				out, err := cmd.CombinedOutput()
				require.NoError(b, err, "%s", out)
				return time.Since(began)
			}
			watch() // builds what is built but once
			test()

			var byWatch, byTest []time.Duration
			for b.Loop() {
				byWatch, byTest = append(byWatch, watch()), append(byTest, test())
			}
			ratio := median(byWatch).Seconds() / median(byTest).Seconds()
			table += fmt.Sprintf("%-28s %9d ms %15d ms   %.2f\n", key, median(byWatch).Milliseconds(), median(byTest).Milliseconds(), ratio)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(median(byWatch).Milliseconds()), "ms/watch")
			b.ReportMetric(float64(median(byTest).Milliseconds()), "ms/go-test")
			b.ReportMetric(ratio, "ratio")
		})
	}
	if *record {
		table += fmt.Sprintf("\n%s, %s, %s/%s, %d processors\n",
			time.Now().Format(time.DateOnly), runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
		require.NoError(b, os.WriteFile("testdata/speed.txt", []byte(table), 0o666))
	}
}

// record keeps what was measured for the README, which shows it.
var record = flag.Bool("record", false, "write the figures that the README shows")

// edit saves a right program that nobody has judged, and says when.
func (l *learner) edit(key string) time.Time {
	text := l.solution(key)
	began := time.Now()
	l.save(key, fmt.Sprintf("%s\nvar edit string\n\nfunc init() { edit = %q }\n", text, began))
	return began
}

func median(list []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(list))[len(list)/2]
}
