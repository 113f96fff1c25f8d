package wire

// Only is a copy with what concerns some of the clients, and what concerns none.
func (r *Record) Only(keep func(client string) bool) *Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	part := &Record{Server: r.Server, Address: r.Address, OnLeft: r.OnLeft, began: r.began}
	for _, e := range r.events {
		if e.Client == "" || keep(e.Client) {
			part.events = append(part.events, e)
		}
	}
	for _, c := range r.clients {
		if keep(c.Name) {
			part.clients = append(part.clients, c)
		}
	}
	return part
}
