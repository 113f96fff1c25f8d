package wire

import (
	"encoding/json"
	"os"
)

// A Terminal is what a program's terminal showed: the command, what was typed,
// what was printed.
type Terminal struct {
	Command string `json:"command"`       // "nc 127.0.0.1 12000"
	In      string `json:"in,omitempty"`  // on its standard input
	Out     string `json:"out,omitempty"` // on its standard output
}

// A Conversation is a record as plain data, for a file or another process. Its
// JSON is the one that `course test -json` documents.
type Conversation struct {
	Server    string     `json:"server"`            // the program's name, or "server" where that is the lab's
	Address   string     `json:"address,omitempty"` // of the server
	OnLeft    bool       `json:"onLeft,omitempty"`  // the program that is judged is the client
	Clients   []Client   `json:"clients,omitempty"`
	Events    []Event    `json:"events,omitempty"`
	Terminals []Terminal `json:"terminals,omitempty"` // that belong to it, of a transcript
}

// Conversation is a copy of what happened so far.
func (r *Record) Conversation() Conversation {
	return Conversation{Server: r.Server, Address: r.Address, OnLeft: r.OnLeft, Clients: r.Clients(), Events: r.Events()}
}

// Save writes a conversation as JSON.
func (c Conversation) Save(path string) error {
	text, err := json.MarshalIndent(c, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o666)
}

// Load reads what Save wrote.
func Load(path string) (Conversation, error) {
	var c Conversation
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	return c, err
}

// Draw is that of the record's conversation so far, at its natural width.
func (r *Record) Draw(mark *Mark) string { return r.Conversation().Draw(mark, 0) }
