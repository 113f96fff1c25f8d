//go:build !linux

package lab

// standStill does something: nothing here tells that a program stands still.
func (p *Program) standStill(do func()) { do() }
