package judge

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWhoCanShareAProcess(t *testing.T) {
	for source, want := range map[string]bool{
		"func main() {}":                       true,
		"const port = 12000\n\nfunc main() {}": true,
		"var served int\n\nfunc main() {}":     true,
		"import \"errors\"\n\nvar errLong = errors.New(\"long\")\n\nfunc main() {}": true,
		"var buf = make([]byte, 1024)\n\nfunc main() {}":                            true,
		"var quit = []byte(\"quit\")\n\nfunc main() {}":                             true,
		"var later = func() { panic(0) }\n\nfunc main() {}":                         true,
		"type server struct{}\n\nfunc (server) init() {}\n\nfunc main() {}":         true,

		"func init() {}\n\nfunc main() {}":                                                  false,
		"import \"flag\"\n\nvar addr = flag.String(\"addr\", \"\", \"\")\n\nfunc main() {}": false,
		"var now = func() int { panic(0) }()\n\nfunc main() {}":                             false,
		"var served = count()\n\nfunc count() int { return 0 }\n\nfunc main() {}":           false,
		"var first = <-make(chan int)\n\nfunc main() {}":                                    false,
		"import _ \"expvar\"\n\nfunc main() {}":                                             false,
		"import \"C\"\n\nfunc main() {}":                                                    false,
		"func other() {}":                                                                   false,
		"func main() {":                                                                     false,
	} {
		t.Run(source, func(t *testing.T) {
			_, ok := asPackage("p1", map[string]string{"server.go": "package main\n\n" + source + "\n"})

			assert.Equal(t, want, ok)
		})
	}
}

func TestAPackageHasTheLinesOfItsProgram(t *testing.T) {
	shared, ok := asPackage("p1", map[string]string{
		"server.go": "// package main\npackage main // it is\n\nfunc main() { other() }",
		"other.go":  "package main\n\nfunc other() {}\n",
	})

	assert.True(t, ok)
	assert.Equal(t, map[string]string{
		"server.go": "// package main\npackage p1 // it is\n\nfunc main() { other() }\nfunc ProgramMain() { main() }\n",
		"other.go":  "package p1\n\nfunc other() {}\n",
	}, shared)
}
