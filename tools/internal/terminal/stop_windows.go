package terminal

// StopTogether is for Unix: there is no Ctrl-Z on Windows.
func StopTogether() {}
