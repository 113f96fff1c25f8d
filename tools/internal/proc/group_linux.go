package proc

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A group is a program and its descendants.
type group struct {
	leader int    // the program, and its session
	family string // what familyVar is for them
}

var families atomic.Int64

func startGroup(cmd *exec.Cmd) (group, error) {
	family := fmt.Sprintf("%s%d/", host(), families.Add(1))
	cmd.Env = append(cmd.Env, familyVar+"="+family)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	if err := <-spawn(cmd); err != nil {
		return group{}, err
	}
	pidfds.Do(func() { pidfds.held.Store(awaited()[cmd.Process.Pid]) })
	return group{cmd.Process.Pid, family}, nil
}

// spawn starts cmd from a thread that lives as long as this process: the kernel
// takes the death of the thread that forked for the death of the parent.
func spawn(cmd *exec.Cmd) <-chan error {
	started := make(chan error, 1)
	spawner() <- func() { started <- cmd.Start() }
	return started
}

var spawner = sync.OnceValue(func() chan<- func() {
	starts := make(chan func())
	go func() {
		runtime.LockOSThread()
		// Descendants whose parent dies become children of this process, not of init.
		_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
		for start := range starts {
			start()
		}
	}()
	return starts
})

// kill takes the session first, at one blow, then whoever left it. It waits for
// the topmost of those; the ones below become this process's children as the
// ones above die, so the next look finds them at the top.
//
// Whoever left is known by its parent; or, if that is gone and this process has
// inherited it, by its environment; or, if it is dead too, from an earlier look.
func (g group) kill(done <-chan struct{}) {
	_ = syscall.Kill(-g.leader, syscall.SIGKILL)
	<-done
	known := map[int]bool{}
	for {
		var dead []int
		members := related(descendants(), func(p process) bool {
			mine := p.parent == os.Getpid() // inherited, or started here
			if p.session == g.leader || mine &&
				(known[p.pid] || strings.HasPrefix(p.variable(familyVar), g.family)) {
				return true
			}
			if mine && p.now().zombie {
				dead = append(dead, p.pid)
			}
			return false
		})
		if buried := bury(dead); len(members)+buried == 0 {
			return
		}
		for _, m := range members {
			known[m.pid] = true
			m.kill()
		}
		for _, m := range members {
			if m.parent == os.Getpid() {
				_, _ = syscall.Wait4(m.pid, nil, 0, nil)
			}
		}
	}
}

// bury waits for those of the dead that nobody here started, so nobody else
// will: daemons that outlived their parent and died before anyone saw them. If
// there were any, their children may be this process's since it looked.
func bury(dead []int) (buried int) {
	if len(dead) == 0 || !pidfds.held.Load() {
		return 0
	}
	others := awaited()
	for _, pid := range dead {
		if !others[pid] {
			if got, _ := syscall.Wait4(pid, nil, syscall.WNOHANG, nil); got == pid {
				buried++
			}
		}
	}
	return buried
}

// awaited are the processes that this one started and has yet to wait for. The
// os package holds a pidfd for each, and /proc/self/fdinfo says of whom.
func awaited() map[int]bool {
	pids := map[int]bool{}
	infos, _ := filepath.Glob("/proc/self/fdinfo/*")
	for _, info := range infos {
		text, _ := os.ReadFile(info)
		_, rest, _ := strings.Cut(string(text), "\nPid:\t")
		number, _, _ := strings.Cut(rest, "\n")
		if pid, err := strconv.Atoi(number); err == nil {
			pids[pid] = true
		}
	}
	return pids
}

// pidfds.held is whether that is so, as the first program shows: it takes
// Linux 5.4. Without, the dead wait for the end of this process.
var pidfds struct {
	sync.Once
	held atomic.Bool
}

// killFamily is the keeper's. It has inherited nobody, so it looks at all, and
// leaves the waiting to those who have. It gives up after some seconds.
func killFamily(family string) {
	for range 1000 {
		alive := false
		for _, m := range related(everybody(), func(p process) bool {
			return strings.HasPrefix(p.variable(familyVar), family)
		}) {
			alive = m.kill() || alive
		}
		if !alive {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// settled waits until the program is over, and a moment more. Its last thread
// clears away what /proc shows of it when its parent is told already; a parent
// that asks at once does the same beside it, and on a busy machine the two spend
// a third of all processor time on each other.
func settled(pid int) {
	for unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
	time.Sleep(500 * time.Microsecond)
}

// exiting asks the kernel; a program that is gone was on its way out.
func exiting(pid int) bool {
	p, err := look(pid)
	return err != nil || p.zombie || p.exiting
}

// A process is a line of /proc/PID/stat, see proc_pid_stat(5).
type process struct {
	pid, parent, session int
	zombie, exiting      bool
	loaded               bool // exec sets its code after its environment
}

// kill reports whether there was anything to kill. It spares the keeper of a
// host that is itself being judged: that one ends by itself, its work done.
func (p process) kill() bool {
	if p.zombie || p.variable(keeperVar) != "" {
		return false
	}
	return syscall.Kill(p.pid, syscall.SIGKILL) == nil
}

// variable is from the environment that the process was started with. In the
// middle of an exec, and on its way out, a process has none: look again until
// it has, or is dead, or a tenth of a second was not enough.
func (p process) variable(name string) string {
	for range 1000 {
		settled := p.now().settled()
		env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", p.pid))
		for v := range bytes.SplitSeq(env, []byte{0}) {
			if value, ok := bytes.CutPrefix(v, []byte(name+"=")); ok {
				return string(value)
			}
		}
		if err != nil || len(env) > 0 || settled && p.now().settled() {
			break
		}
		time.Sleep(100 * time.Microsecond)
	}
	return ""
}

func (p process) settled() bool {
	kernel := p.session == 0
	return kernel || p.zombie || p.loaded && !p.exiting
}

// now is the same process, later; a process that is gone belongs to nobody.
func (p process) now() process {
	later, _ := look(p.pid)
	return later
}

func look(pid int) (process, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return process{}, err
	}
	f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])) // the name may hold anything
	p := process{pid: pid}
	p.parent, _ = strconv.Atoi(f[1])
	p.session, _ = strconv.Atoi(f[3])
	flags, _ := strconv.ParseUint(f[6], 10, 64)
	p.exiting = flags&0x4 != 0             // PF_EXITING, linux/sched.h
	p.zombie = f[0] == "Z" && f[17] == "1" // with more threads, not all are dead yet
	p.loaded = f[23] != "0"                // startcode
	return p, nil
}

// related are those of all that belong, with all their descendants.
func related(all []process, belongs func(process) bool) []process {
	children := map[int][]process{}
	var found []process
	for _, p := range all {
		if belongs(p) {
			found = append(found, p)
		} else {
			children[p.parent] = append(children[p.parent], p)
		}
	}
	for i := 0; i < len(found); i++ {
		found = append(found, children[found[i].pid]...)
	}
	return found
}

// everybody is every process that there is.
func everybody() (all []process) {
	names, _ := filepath.Glob("/proc/[0-9]*")
	for _, name := range names {
		pid, _ := strconv.Atoi(filepath.Base(name))
		if p, err := look(pid); err == nil { // not gone yet
			all = append(all, p)
		}
	}
	return all
}

// descendants are the processes below this one, whoever started them: those
// whose parent has died are its children. To ask of everybody instead is a
// burden where a hundred programs are judged at the same time.
func descendants() (all []process) {
	for range 100 {
		all = nil
		family, whole := []int{os.Getpid()}, true
		for i := 0; i < len(family) && whole; i++ {
			var list []int
			if list, whole = children(family[i]); !whole {
				break
			}
			for _, pid := range list {
				p, err := look(pid)
				if err != nil { // and its children are somebody else's now
					whole = false
					break
				}
				all = append(all, p)
			}
			family = append(family, list...)
		}
		if whole {
			return all
		}
	}
	return everybody() // a kernel without CONFIG_PROC_CHILDREN, or no end of comings and goings
}

// children are those of a process, whichever thread started them. The kernel
// may leave one out while another goes, so it is asked until it says the same
// twice. A process that is gone meanwhile has none to tell.
func children(pid int) (list []int, ok bool) {
	threads := "/proc/" + strconv.Itoa(pid) + "/task/"
	ask := func() (said string, ok bool) {
		entries, _ := os.ReadDir(threads)
		for _, e := range entries {
			text, err := os.ReadFile(threads + e.Name() + "/children")
			said += string(text) // a thread that is gone has left its children to another
			ok = ok || err == nil
		}
		return said, ok
	}
	before, ok := ask()
	for ok {
		var now string
		if now, ok = ask(); ok && now == before {
			break
		}
		before = now
	}
	for field := range strings.FieldsSeq(before) {
		child, _ := strconv.Atoi(field)
		list = append(list, child)
	}
	return list, ok
}
