package wire

import (
	"encoding/json"
	"os"
	"time"
)

// A Terminal is what a program's terminal showed: the command, what was typed,
// what was printed.
type Terminal struct{ Command, In, Out string }

// Saved is a record in a file, as JSON.
type Saved struct {
	Server    string
	Address   string
	OnLeft    bool
	Clients   []Client
	Events    []Event
	Terminals []Terminal
}

// Save writes the record, and the terminals that belong to it.
func (r *Record) Save(path string, terminals []Terminal) error {
	text, err := json.MarshalIndent(Saved{r.Server, r.Address, r.OnLeft, r.Clients(), r.Events(), terminals}, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o666)
}

// Load reads what Save wrote. The record begins when its first event did.
func Load(path string) (*Record, []Terminal, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	var s Saved
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, nil, err
	}
	r := &Record{Server: s.Server, Address: s.Address, OnLeft: s.OnLeft, began: time.Now(), clients: s.Clients, events: s.Events}
	return r, s.Terminals, nil
}
