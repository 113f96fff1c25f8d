package main

import (
	"os"
	"testing"

	"sockets.test/tools/proof"
)

func TestMain(m *testing.M) { os.Exit(proof.Main(m)) }

func TestProofs(t *testing.T) { proof.Chapter(t) }
