// Package wire keeps what went over the wire, and draws it.
//
// Goals:
//
//   - one record for a test's failure, a lesson's picture and `course trace`;
//   - plain data, a Conversation, for a file or another process;
//   - one drawing, made for the width of the screen that shows it.
//
// Non-goals: capturing packets. A record has what the sockets' calls saw, so
// it says which bytes one Read returned, and nothing of segments.
package wire

import (
	"sync"
	"time"
)

// A Kind says what happened.
type Kind string

const (
	Connect Kind = "connects"      // client to server: the connection is established
	Refused Kind = "is refused"    // client to server: no socket listens there
	Bytes   Kind = "bytes"         // either way: one datagram, or what one Read or Write moved
	End     Kind = "end of stream" // either way: FIN, "no more bytes from me"
	Close   Kind = "closes"        // client to server: the client's socket is gone
	Reset   Kind = "reset"         // either way: RST
	Silence Kind = "silence"       // of the program that is judged: it waits, and nothing will wake it
	Exit    Kind = "exits"         // of the program that is judged
	Note    Kind = "note"          // a remark between two events
	Omitted Kind = "omitted"       // events that stood here, and were left out to save room
)

// An Event is one line of a record.
//
// As JSON, times are in nanoseconds, and data is in base64.
type Event struct {
	At       time.Duration `json:"at"`                 // since the record began
	Client   string        `json:"client,omitempty"`   // the name of the client that took part; "" for none
	Kind     Kind          `json:"kind"`               // what happened
	ToServer bool          `json:"toServer,omitempty"` // the direction of Connect, Bytes, End, Close and Reset
	Data     []byte        `json:"data,omitempty"`     // what was moved by Bytes
	Before   int           `json:"before,omitempty"`   // so many bytes that were moved before Data are left out
	After    int           `json:"after,omitempty"`    // and so many behind it
	Text     string        `json:"text,omitempty"`     // a Note's words, an Exit's status, a Silence's place
	From     string        `json:"from,omitempty"`     // the sender's address, where it is not the one that was asked
	Lost     bool          `json:"lost,omitempty"`     // Bytes that never arrived; of Omitted, some of them
	Count    int           `json:"count,omitempty"`    // how many events are Omitted
}

// A Record is what happened between one program and its clients, in order. Its
// methods may be called at the same time.
type Record struct {
	Server  string // the program's name
	Address string // and its address, once it is known
	OnLeft  bool   // the program that is judged is the client, not the server

	mu      sync.Mutex
	began   time.Time
	events  []Event
	clients []Client
}

// A Client is one lifeline's name and address.
type Client struct {
	Name    string `json:"name"`
	Address string `json:"address,omitempty"`
}

// New begins a record now.
func New(server string) *Record {
	return &Record{Server: server, began: time.Now()}
}

// Join adds a client.
func (r *Record) Join(name, address string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clients = append(r.clients, Client{name, address})
}

// Add appends an event, gives it its time, and returns its place in Events.
func (r *Record) Add(e Event) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.At = time.Since(r.began)
	r.events = append(r.events, e)
	return len(r.events) - 1
}

// Asked reports whether any client has sent bytes.
func (r *Record) Asked() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		if e.Kind == Bytes && e.ToServer {
			return true
		}
	}
	return false
}

// Events is a copy of what happened so far.
func (r *Record) Events() []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Event(nil), r.events...)
}

// Clients is a copy of those who took part so far.
func (r *Record) Clients() []Client {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Client(nil), r.clients...)
}

// Copy is a record that goes on from here by itself.
func (r *Record) Copy() *Record {
	return &Record{Server: r.Server, Address: r.Address, OnLeft: r.OnLeft, began: r.began, events: r.Events(), clients: r.Clients()}
}
