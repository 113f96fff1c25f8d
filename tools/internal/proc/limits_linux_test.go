package proc_test

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
)

func init() {
	roles["shares 64 MiB among five"] = func() {
		f := must(os.CreateTemp("", "proc-test-"))
		must(0, os.Remove(f.Name()))
		must(0, f.Truncate(64<<20))
		shareMemory(f)
		for range 4 {
			child := exec.Command(os.Args[0])
			child.Env = append(os.Environ(), roleVar+"=shares the memory of fd 3")
			child.ExtraFiles = []*os.File{f}
			ready := must(child.StdoutPipe())
			must(0, child.Start())
			must(ready.Read(make([]byte, 1)))
		}
		fmt.Println("ready")
		forever()
	}
	roles["shares the memory of fd 3"] = func() {
		shareMemory(os.NewFile(3, "shared"))
		fmt.Println("ready")
		forever()
	}
}

// shareMemory uses all of f as memory that is shared. Nothing writes to it here:
// the race detector would need memory for that, too.
func shareMemory(f *os.File) {
	size := int(must(f.Stat()).Size())
	must(syscall.Mmap(int(f.Fd()), 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED|syscall.MAP_POPULATE))
}

func TestSharedMemoryCountsOnce(t *testing.T) {
	p := run(t, "shares 64 MiB among five")
	waitFor(t, p.Stdout(), func() bool { return len(p.Stdout().Lines()) == 1 })

	each := p.Used(1 << 40) // which it is far from
	once := p.Used(1)

	assert.Greater(t, each, int64(5*64<<20))
	assert.Less(t, once, each-3*64<<20)
}
