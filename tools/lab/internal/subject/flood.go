package subject

import (
	"strings"
	"sync"
	"time"

	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/internal/wire"
	"sockets.test/tools/lab/internal/kernel"
	"sockets.test/tools/lab/internal/wait"
)

// Flood says the messages that next gives, a hundred at a time, and reads
// nothing meanwhile: the answers wait, and then so do the messages behind them.
// It returns the hundreds that it began to say. It has said enough when the
// program takes no more and sleeps, and will until the client reads; or, if
// something else may wake it, such as a deadline, after some seconds in which
// it slept; or when the program has taken more than the kernel keeps for
// it, and so keeps or drops the rest itself. What is on its way then follows
// while the client reads.
//
// Two kernels can stand still by themselves: the client's, when it has no room
// left, drops what comes, and with it the word that there is room again at the
// program's. Both try again then, ever more seldom (seen on Linux 6.18). So where
// the program has read all, and no more comes to it, the client reads a little.
func (c *TCP) Flood(next func(i int) string) (hundreds []string) {
	c.Program.T.Helper()
	const patience, stall, roomy = 3 * time.Second, 500 * time.Millisecond, 1 << 20
	var (
		mu   sync.Mutex
		full bool
		sent int
		turn = make(chan struct{})
	)
	c.Spoken, c.flooded = []byte{}, turn
	go func() {
		defer close(turn)
		for i := 0; ; {
			b := new(strings.Builder)
			for range 100 {
				b.WriteString(next(i))
				i++
			}
			mu.Lock()
			if full {
				mu.Unlock()
				return
			}
			hundreds = append(hundreds, b.String())
			mu.Unlock()
			c.Conn.SetWriteDeadline(time.Now().Add(wait.Starved * wait.Deadline))
			n, err := c.Conn.Write([]byte(b.String()))
			c.Program.flow.Add(int64(n))
			mu.Lock()
			sent += n
			mu.Unlock()
			if err != nil {
				return // what the client then receives tells
			}
			for c.unread() > roomy { // the kernel would keep megabytes
				time.Sleep(time.Millisecond)
				mu.Lock()
				over := full
				mu.Unlock()
				if over {
					return
				}
			}
		}
	}()
	noted := 0 // of the hundreds, in the record
	note := func() {
		if text := strings.Join(hundreds[noted:], ""); text != "" {
			noted = len(hundreds)
			c.Program.Record.Add(wire.Event{Client: c.Name, Kind: wire.Bytes, ToServer: !c.Serves, Data: []byte(text)})
		}
	}
	plenty, buf := 2*kernel.Kept()+1<<20, make([]byte, 1<<16)
	before, moved, rests := 0, time.Now(), time.Time{} // rests: since when it sleeps over bytes that it could read
	enough := func(step time.Duration) bool {
		select {
		case <-turn:
			return true
		case <-time.After(step):
		}
		mu.Lock()
		defer mu.Unlock()
		unread := c.unread()
		switch taken := sent - unread; {
		case taken > plenty:
			return true
		case taken != before:
			before, moved, rests = taken, time.Now(), time.Time{}
		case unread == 0:
			rests = time.Time{}
			if time.Since(moved) > stall {
				note()
				c.take(buf, time.Millisecond)
				moved = time.Now()
			}
		case rests.IsZero() && c.Program.Waits.Watch.ProveFor(1) != quiet.Awake: // and not starved
			rests = time.Now()
		}
		return !rests.IsZero() && time.Since(rests) > patience
	}
	state := func() (said, unread int) {
		mu.Lock()
		defer mu.Unlock()
		return sent, c.unread()
	}
	for taken := -1; ; {
		said, unread := state()
		end := c.Program.Waits.Await(enough, nil).End
		if end == wait.Late && before > taken { // it is only slow
			taken = before
			continue
		}
		if end != wait.Silent {
			break
		}
		// It may sleep because we are slow; but not over bytes that lay there
		// before and after.
		if now, still := state(); unread > 0 && now == said && still == unread {
			break
		}
	}
	mu.Lock()
	defer mu.Unlock()
	full = true
	note()
	return hundreds
}

// ReadUntilTaken reads a little at a time, and lets the program do what it can
// do then, until it has taken all that Flood and End have sent. So it meets
// the end while many of its answers still wait. Where that takes more than some
// seconds, or cannot be seen, the rest is left to chance.
func (c *TCP) ReadUntilTaken() {
	p := c.Program
	for began := time.Now(); time.Since(began) < wait.Deadline/2; {
		peer, ok := c.Peer()
		if !ok || peer.Inode == 0 || peer.State != "ESTABLISHED" && peer.RecvQ == 0 {
			return
		}
		c.ReadFor(time.Millisecond)
		if c.Over != "" || p.Waits.EndsWithin(50*time.Millisecond) {
			return
		}
	}
}

// unread is how many bytes wait for the program to read them.
func (c *TCP) unread() int {
	peer, _ := c.Peer()
	return peer.RecvQ
}
