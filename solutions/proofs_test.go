// Package solutions proves that the course stands, and each folder in it that
// its chapter does: see package proof.
package solutions

import (
	"os"
	"testing"

	"sockets.test/tools/proof"
)

func TestMain(m *testing.M) { os.Exit(proof.Main(m)) }

func TestCourse(t *testing.T) { proof.Course(t) }
