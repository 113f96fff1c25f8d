package main

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// detached keeps a process out of the terminal's reach, and lets it give way to
// whatever the learner does.
func detached() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		HideWindow:    true,
		CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.BELOW_NORMAL_PRIORITY_CLASS,
	}
}

func stepBack() {} // detached has seen to it
