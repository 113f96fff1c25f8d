//go:build !linux

package proc

// hold does nothing: see Limits.
func (p *Process) hold(Limits) {}
