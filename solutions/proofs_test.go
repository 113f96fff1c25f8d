// Package solutions proves that every chapter stands: see package proof.
package solutions

import (
	"os"
	"testing"

	"sockets.test/tools/proof"
)

func TestMain(m *testing.M) { os.Exit(proof.Main(m)) }

func TestProofs(t *testing.T) { proof.Run(t) }
