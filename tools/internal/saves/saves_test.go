package saves

import (
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A folder whose clock, events and bytes are the test's.
type folder struct {
	events chan fsnotify.Event
	now    atomic.Value // a string
	saves  <-chan Save
}

func fake(t *testing.T) *folder {
	f := &folder{events: make(chan fsnotify.Event)}
	f.now.Store("old")
	w := watch{state: func() string { return f.now.Load().(string) }, saves: make(chan Save), renew: func() {}, events: f.events}
	f.saves = w.saves
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	go w.run(ctx)
	assert.Equal(t, Save{State: "old"}, <-f.saves, "the state as it is comes first")
	return f
}

func (f *folder) write(state string) {
	f.now.Store(state)
	f.events <- fsnotify.Event{}
}

// settled is the Save that is there once all is quiet, "" for none.
func (f *folder) settled() string {
	synctest.Wait()
	<-time.After(2 * settle) // the bubble's clock: nobody waits
	synctest.Wait()
	select {
	case s := <-f.saves:
		return s.State
	default:
		return ""
	}
}

func TestOneSaveEach(t *testing.T) {
	for name, save := range map[string]func(f *folder){
		"in place, emptied first":      func(f *folder) { f.write(""); f.write("new") },
		"by renaming":                  func(f *folder) { f.write("old"); f.write("gone"); f.write("new") },
		"in two writes":                func(f *folder) { f.write("ne"); f.write("new") },
		"with events before and after": func(f *folder) { f.write("old"); f.write("new"); f.write("new") },
		"faster than anybody can settle": func(f *folder) {
			for range 200 {
				f.write("ne")
			}
			f.write("new")
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := fake(t)

				save(f)

				assert.Equal(t, "new", f.settled())
				assert.Empty(t, f.settled(), "one save, two Saves")
			})
		})
	}
}

func TestNoSave(t *testing.T) {
	t.Run("of the same bytes", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := fake(t)
			f.write("old")
			assert.Empty(t, f.settled())
		})
	})
}

func TestTheLastSaveIsNeverLost(t *testing.T) {
	t.Run("when nobody takes them", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := fake(t)
			for _, state := range []string{"1", "2", "3"} {
				f.write(state)
				synctest.Wait()
				<-time.After(2 * settle)
			}
			assert.Equal(t, "3", f.settled())
			assert.Empty(t, f.settled())
		})
	})

	t.Run("when events never end", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := fake(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			f.now.Store("new")
			go func() { // a log that is written all the time
				for ctx.Err() == nil {
					f.events <- fsnotify.Event{}
					<-time.After(settle / 2)
				}
			}()
			assert.Equal(t, "new", (<-f.saves).State)
			cancel()
			<-time.After(settle)
		})
	})
}

func TestWhereNoEventsCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake(t)

		f.now.Store("unannounced")

		save := <-f.saves
		assert.Equal(t, "unannounced", save.State)
		assert.NotEmpty(t, save.Polling, "it does not say that it looks")

		f.now.Store("again")
		began := time.Now()
		assert.Equal(t, "again", (<-f.saves).State)
		assert.Less(t, time.Since(began), seldom, "it still looks seldom")

		f.write("announced")
		assert.Equal(t, Save{State: "announced"}, <-f.saves, "events come after all")
	})
}

// No watcher can be had: a limit of the kernel's, or of a container's.
func TestWhereNobodyWatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now atomic.Value
		now.Store("old")
		none := func() (*fsnotify.Watcher, error) { return nil, syscall.EMFILE }
		all := watchBy(t.Context(), none, []string{"chapter"}, func() string { return now.Load().(string) })

		save := <-all
		assert.Equal(t, "old", save.State)
		assert.Contains(t, save.Polling, syscall.EMFILE.Error(), "it does not say why")

		now.Store("new")
		began := time.Now()
		assert.Equal(t, "new", (<-all).State)
		assert.Less(t, time.Since(began), seldom)
	})
}

// A watcher that breaks closes its channels, which are ready ever after.
func TestWhereEventsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake(t)

		close(f.events)
		synctest.Wait()

		f.now.Store("new")
		began := time.Now()
		save := <-f.saves
		assert.Equal(t, "new", save.State)
		assert.Contains(t, save.Polling, "come to an end")
		assert.Less(t, time.Since(began), seldom)
	})
}

// The same with a real folder and real events.
func TestEditors(t *testing.T) {
	for name, save := range map[string]func(t *testing.T, path, text string){
		"writes in place": write,
		"renames over it": func(t *testing.T, path, text string) {
			write(t, path+".tmp", text)
			require.NoError(t, os.Rename(path+".tmp", path))
		},
		"vim: a probe, a backup, a new file": func(t *testing.T, path, text string) {
			probe := filepath.Join(filepath.Dir(path), "4913")
			write(t, probe, "")
			require.NoError(t, os.Remove(probe))
			require.NoError(t, os.Rename(path, path+"~"))
			write(t, path, text)
			require.NoError(t, os.Remove(path+"~"))
		},
		"emacs: a lock, a backup": func(t *testing.T, path, text string) {
			lock := filepath.Join(filepath.Dir(path), ".#server.go")
			if err := os.Symlink("somebody@somewhere.1", lock); err != nil {
				t.Skip(err)
			}
			write(t, path, text)
			require.NoError(t, os.Remove(lock))
		},
		"JetBrains: a safe write": func(t *testing.T, path, text string) {
			write(t, path+"___jb_tmp___", text)
			require.NoError(t, os.Rename(path, path+"___jb_old___"))
			require.NoError(t, os.Rename(path+"___jb_tmp___", path))
			require.NoError(t, os.Remove(path+"___jb_old___"))
		},
		"the folder vanishes and comes again": func(t *testing.T, path, text string) {
			require.NoError(t, os.RemoveAll(filepath.Dir(path)))
			require.NoError(t, os.Mkdir(filepath.Dir(path), 0o777))
			write(t, path, text)
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "chapter", "server.go")
			require.NoError(t, os.Mkdir(filepath.Dir(path), 0o777))
			write(t, path, "old")
			read := func() string { text, _ := os.ReadFile(path); return string(text) }
			all := Watch(t.Context(), []string{filepath.Dir(path), filepath.Dir(filepath.Dir(path))}, read)
			require.Equal(t, "old", (<-all).State)

			write(t, path+".swp", "not a save")
			for _, text := range []string{"first", "second"} {
				save(t, path, text)
				for (<-all).State != text { // a slow machine may see a half of it
				}
			}
		})
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
}
