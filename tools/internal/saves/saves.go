// Package saves tells when files were saved.
//
// Goals:
//
//   - one Save for one save, however the editor does it: in place, by renaming,
//     in two writes, with swap files and locks beside. What counts is the state
//     that the caller reads, and nothing but a new state is a Save;
//   - of saves that come faster than they are taken, the last is never lost;
//   - it works where the system sends no file events, by looking.
//
// Non-goals: saying which file was saved.
//
// Limits: a file that is changed and changed back between two looks was never
// changed. Folders below the given ones send no events.
package saves

import (
	"context"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	settle  = 5 * time.Millisecond   // after an event: the rest of the same save
	longest = 30 * settle            // of a row of events that does not end
	seldom  = time.Second            // from look to look, in case that an event is missed
	often   = 200 * time.Millisecond // from look to look, where none come
)

// A Save is a state that was not there before.
type Save struct {
	State   string // as the caller read it
	Polling string // why saves are looked for, and not announced; "" if they are announced
}

// Watch sends a Save for the state as it is now, and one for each new state,
// until the context ends. The folders are where events are hoped for; they may
// vanish and come again. State is called from one goroutine.
//
// Whether events come is not asked but seen: the state is also read once a
// second, and a change that no event announced is the proof. So it does not
// matter why they do not come: a network, a container, a limit of the kernel's.
func Watch(ctx context.Context, folders []string, state func() string) <-chan Save {
	return watchBy(ctx, fsnotify.NewWatcher, folders, state)
}

func watchBy(ctx context.Context, newWatcher func() (*fsnotify.Watcher, error), folders []string, state func() string) <-chan Save {
	w := watch{state: state, saves: make(chan Save), renew: func() {}}
	watcher, err := newWatcher()
	if err != nil {
		w.deaf = "the system gives no file events: " + err.Error()
	} else {
		w.events, w.errors = watcher.Events, watcher.Errors
		w.renew = func() {
			for _, folder := range folders {
				_ = watcher.Add(folder) // one that is not there now may be later
			}
		}
	}
	go func() {
		if watcher != nil {
			defer watcher.Close()
		}
		w.run(ctx)
	}()
	return w.saves
}

type watch struct {
	state  func() string
	events <-chan fsnotify.Event
	errors <-chan error
	renew  func() // asks for the folders' events again
	saves  chan Save

	deaf  string // see Save.Polling
	heard bool   // there was an event since the last look
}

func (w *watch) run(ctx context.Context) {
	w.renew()
	pending := Save{State: w.state(), Polling: w.deaf}
	out := w.saves
	var settled <-chan time.Time
	looks := time.NewTicker(seldom)
	defer looks.Stop()
	if w.deaf != "" {
		looks.Reset(often)
	}
	found := false // a look found a change; is an event on its way?
	var first time.Time
	announced := func() {
		w.heard = true
		if settled == nil {
			first = time.Now()
		}
		if time.Since(first) < longest {
			settled = time.After(settle)
		}
	}
	for {
		select {
		case <-ctx.Done():
			return
		case out <- pending:
			out = nil
		case _, ok := <-w.events:
			if !ok {
				w.events, w.errors, w.renew = nil, nil, func() {}
				w.deaf = "file events have come to an end"
				looks.Reset(often)
				break
			}
			announced()
		case _, ok := <-w.errors: // events were lost, so anything may have happened
			if !ok {
				w.errors = nil // and so are the events
				break
			}
			announced()
		case <-looks.C:
			if settled == nil && w.state() != pending.State {
				found = true
				settled = time.After(settle)
			}
		case <-settled:
			settled = nil
			w.renew()
			now := w.state()
			switch {
			case w.heard && w.events != nil && w.deaf != "":
				w.deaf = "" // they come after all
				looks.Reset(seldom)
			case found && !w.heard && w.deaf == "":
				w.deaf = "no file events come from here"
				looks.Reset(often)
			}
			found, w.heard = false, false
			if now != pending.State {
				pending, out = Save{State: now, Polling: w.deaf}, w.saves
			}
		}
	}
}
