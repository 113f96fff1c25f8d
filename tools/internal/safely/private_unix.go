//go:build unix

package safely

import (
	"io/fs"
	"os"
	"syscall"
)

// others says how anybody but this user could have put something into a folder.
func others(info fs.FileInfo) string {
	switch owner := int(info.Sys().(*syscall.Stat_t).Uid); {
	case owner != os.Geteuid():
		return "is another user's"
	case info.Mode().Perm()&0o077 != 0:
		return "is open to other users"
	}
	return ""
}
