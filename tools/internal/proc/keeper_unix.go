//go:build unix

package proc

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	ossignal "os/signal"
	"sync"
	"syscall"
)

const (
	keeperVar = "SOCKETS_TEST_KEEPER" // marks the keeper; its value is the host's family
	familyVar = "SOCKETS_TEST_FAMILY" // marks all that a host starts, and what they start
)

// host names this process among the families. Hosts may be nested, one judging
// another: an inner family's name begins with the outer's. Made when it is first
// needed: a program that is this very binary, run again, must not begin with a
// timer of its random generator's in the poller.
var host = sync.OnceValue(func() string {
	return familyOr(os.Getenv(familyVar)) + rand.Text() + "/"
})

func familyOr(outer string) string {
	if outer == "" {
		return "/"
	}
	return outer
}

// An order is a line to the keeper.
type order struct {
	Keep bool
	charge
}

var keeper struct {
	sync.Mutex
	armed  bool
	orders *json.Encoder // nil until there is something to keep
}

// Keeper must come first in the main or TestMain of a program that uses this
// package. It lets the first Start run this program once more, as the keeper:
// a process that ends when this one does, however it does, and before that
// kills and removes what was left. In the keeper, Keeper does not return.
//
// Without a call to Keeper, Start works, and no more than Kill cleans up (and
// on Linux the kernel: the program dies with its judge, its children need not).
func Keeper() {
	if family, ok := os.LookupEnv(keeperVar); ok {
		runKeeper(family)
		os.Exit(0)
	}
	keeper.Lock()
	defer keeper.Unlock()
	keeper.armed = true
}

func keep(c charge) error    { return tellKeeper(order{true, c}) }
func release(c charge) error { return tellKeeper(order{false, c}) }

func tellKeeper(o order) error {
	keeper.Lock()
	defer keeper.Unlock()
	if !keeper.armed {
		return nil
	}
	if keeper.orders == nil {
		pipe, err := startKeeper()
		if err != nil {
			return fmt.Errorf("cannot start the keeper: %w", err)
		}
		keeper.orders = json.NewEncoder(pipe)
	}
	if err := keeper.orders.Encode(o); err != nil {
		return fmt.Errorf("the keeper is gone: %w", err)
	}
	return nil
}

// startKeeper returns the pipe that is the keeper's life: nobody else holds it,
// so it ends with this process.
func startKeeper() (*os.File, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	cmd := exec.Command(self)
	cmd.Env = append(quickExit(nil), keeperVar+"="+host())
	cmd.Dir = "/"
	cmd.Stdin = r // and /dev/null for the others, or go test would wait for the keeper
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		w.Close()
		return nil, err
	}
	return w, cmd.Process.Release()
}

func runKeeper(family string) {
	ossignal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	charges := map[charge]bool{}
	orders := json.NewDecoder(os.Stdin)
	for {
		var o order
		if orders.Decode(&o) != nil {
			break
		}
		if o.Keep {
			charges[o.charge] = true
		} else {
			delete(charges, o.charge)
		}
	}
	for c := range charges {
		if c.Group != 0 {
			_ = syscall.Kill(-c.Group, syscall.SIGKILL)
		}
	}
	killFamily(family)
	for c := range charges {
		if c.Dir != "" {
			_ = os.RemoveAll(c.Dir)
		}
	}
}
