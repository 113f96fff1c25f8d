package proc

// Used is the memory that the program and its descendants use.
func (p *Process) Used(most int64) int64 {
	return used(append(descendants(p.Pid(), 0), p.Pid()), most)
}
