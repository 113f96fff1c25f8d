package judge_test

import (
	"os"
	"testing"

	"sockets.test/tools/internal/judge/judgetest"
	"sockets.test/tools/internal/proc"
)

func TestMain(m *testing.M) {
	proc.Keeper()
	os.Exit(judgetest.Main(m))
}
