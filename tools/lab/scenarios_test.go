package lab_test

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"sockets.test/tools/lab"
	"sockets.test/tools/lab/transcripts"
)

// scenarioEnv is set in the copy of this test binary that plays the scenarios.
const scenarioEnv = "LAB_SCENARIOS"

// TestScenarios fails all over: TestFailures runs it, and reads what it says.
func TestScenarios(t *testing.T) {
	if os.Getenv(scenarioEnv) == "" {
		t.Skip("played by TestFailures")
	}
	for _, s := range scenarios {
		t.Run(s.name, s.play)
	}
}

type scenario struct {
	name string // of the golden text
	play func(t *testing.T)
}

var scenarios = []scenario{
	// 9.1: a program is ready
	{"not-begun", func(t *testing.T) { lab.Serve(t, "not-begun") }},
	{"not-begun-again", func(t *testing.T) { lab.Serve(t, "not-begun") }},
	{"exits-early", func(t *testing.T) { lab.Serve(t, "exits-early") }},
	{"panics-early", func(t *testing.T) { lab.Serve(t, "panics") }},
	{"never-ready", func(t *testing.T) { proof(t); lab.Serve(t, "prints-nothing") }},
	{"talks-first", func(t *testing.T) { lab.Serve(t, "talks-first") }},
	{"no-newline", func(t *testing.T) { proof(t); lab.Serve(t, "no-newline") }},
	{"buffered", func(t *testing.T) { proof(t); lab.Serve(t, "buffered") }},
	{"megabyte-line", func(t *testing.T) { lab.Serve(t, "megabyte-line") }},
	{"another-port", func(t *testing.T) { lab.Start(t, "other-port", "-addr", "127.0.0.1:12001").Ready() }},
	{"prints-its-flag", func(t *testing.T) {
		lab.Start(t, "its-flag", "-addr", "127.0.0.1:0").Ready()
	}},
	{"udp-not-listening", func(t *testing.T) { proof(t); ask(t, "udp-gone").Expect("HELLO") }},
	{"tcp-not-listening", func(t *testing.T) { proof(t); lab.Serve(t, "tcp-gone").TCP("client") }},

	// 9.2: a datagram is answered
	{"udp-never-read", func(t *testing.T) { proof(t); ask(t, "udp-never-reads").Expect("HELLO") }},
	{"udp-never-answered", func(t *testing.T) { proof(t); ask(t, "udp-never-answers").Expect("HELLO") }},
	{"udp-never-rests", func(t *testing.T) { proof(t); ask(t, "udp-spins").Expect("HELLO") }},
	{"udp-wakes-in-vain", func(t *testing.T) { proof(t); ask(t, "udp-naps").Expect("HELLO") }},
	{"udp-exits", func(t *testing.T) { ask(t, "udp-dies").Expect("HELLO") }},
	{"udp-panics", func(t *testing.T) { ask(t, "udp-panics").Expect("HELLO") }},
	{"udp-todo", func(t *testing.T) { ask(t, "udp-todo").Expect("HELLO") }},
	{"udp-wrong-at-the-start", func(t *testing.T) { ask(t, "udp-says", `"JELLO"`).Expect("HELLO") }},
	{"udp-too-many-bytes", func(t *testing.T) {
		ask(t, "udp-says", quoted("HELLO\\n")).Expect("HELLO")
	}},
	{"udp-too-few-bytes", func(t *testing.T) { ask(t, "udp-says", `"HELL"`).Expect("HELLO") }},
	{"udp-an-empty-answer", func(t *testing.T) { ask(t, "udp-says", `""`).Expect("HELLO") }},
	{"udp-wrong-in-a-long-message", func(t *testing.T) {
		ask(t, "udp-says", quoted(alphabet(26)+"?"+alphabet(26))).Expect(alphabet(53))
	}},
	{"udp-wrong-binary-bytes", func(t *testing.T) {
		ask(t, "udp-says", `"\x00\x01\xff\xfe\x80"`).Expect("\x00\x01\xfe\xfe\x80")
	}},
	{"udp-wrong-among-many", func(t *testing.T) {
		server := lab.Serve(t, "upper")
		ann, bob := server.UDP("ann"), server.UDP("bob")
		for range 10 {
			ann.Say("from ann")
			ann.Expect("FROM ANN")
			bob.Say("from bob")
			bob.Expect("FROM BOB")
		}
		bob.Say("bob again")
		bob.Expect("BOB, AGAIN")
	}},
	{"udp-stranger", func(t *testing.T) {
		ask(t, "udp-stranger").Expect("HELLO")
	}},
	{"udp-too-much", func(t *testing.T) {
		client := ask(t, "udp-twice")
		client.Expect("HELLO")
		client.ExpectNothing()
	}},
	{"udp-padded", func(t *testing.T) {
		ask(t, "udp-says", quoted("HELLO"+strings.Repeat("\x00", 95))).Expect("HELLO")
	}},
	{"udp-cut-short", func(t *testing.T) {
		ask(t, "udp-says", quoted(alphabet(512))).Expect(alphabet(2048))
	}},
	{"udp-wrong-in-the-largest", func(t *testing.T) {
		client := lab.Serve(t, "udp-garbles").UDP("client")
		client.Say(alphabet(lab.LargestDatagram()))
		client.Expect(alphabet(lab.LargestDatagram()))
	}},
	{"udp-half-of-the-largest", func(t *testing.T) {
		client := lab.Serve(t, "udp-halves").UDP("client")
		client.Say(alphabet(lab.LargestDatagram()))
		client.Expect(alphabet(lab.LargestDatagram()))
	}},
	{"udp-wrong-and-a-later-todo", func(t *testing.T) { ask(t, "udp-wrong-todo").Expect("HELLO") }},
	{"udp-answers-after-a-newline", func(t *testing.T) { proof(t); ask(t, "udp-line").Expect("HELLO") }},
	{"udp-answers-the-second-time", func(t *testing.T) { proof(t); ask(t, "udp-deaf-at-first").Expect("HELLO") }},
	{"udp-answers-another", func(t *testing.T) { proof(t); ask(t, "udp-dislikes").Expect("HELLO") }},
	{"udp-went-to-another", func(t *testing.T) {
		proof(t)
		server := lab.Serve(t, "udp-swaps")
		ann, bob := server.UDP("ann"), server.UDP("bob")
		ann.Say("from ann")
		ann.Expect("FROM ANN")
		bob.Say("from bob")
		bob.Expect("FROM BOB")
	}},

	// 9.3: a stream is answered
	{"tcp-never-accepted", func(t *testing.T) { proof(t); call(t, "tcp-never-accepts").Expect("HELLO") }},
	{"tcp-never-read", func(t *testing.T) { proof(t); call(t, "tcp-never-reads").Expect("HELLO") }},
	{"tcp-never-answered", func(t *testing.T) { proof(t); call(t, "tcp-never-answers").Expect("HELLO") }},
	{"tcp-never-greets", func(t *testing.T) { proof(t); lab.Serve(t, "tcp-never-answers").TCP("client").Expect("WELCOME") }},
	{"tcp-wrong", func(t *testing.T) { call(t, "tcp-says", `"HELLO\n"`).Expect("HELLO WORLD") }},
	{"tcp-wrong-in-the-second-read", func(t *testing.T) {
		client := call(t, "tcp-says", `"ONE T"`, `"WX"`)
		client.Expect("ONE")
		client.Say("two")
		client.Expect(" TWO")
	}},
	{"tcp-too-much", func(t *testing.T) {
		client := call(t, "tcp-says", `"HELLO\x00\x00"`)
		client.Expect("HELLO")
		client.ExpectEnd()
	}},
	{"tcp-not-silent", func(t *testing.T) { lab.Serve(t, "tcp-greets").TCP("client").ExpectNothing() }},
	{"tcp-ends-instead-of-waiting", func(t *testing.T) { lab.Serve(t, "tcp-closes").TCP("client").ExpectNothing() }},
	{"tcp-never-closed", func(t *testing.T) {
		proof(t)
		client := call(t, "tcp-never-closes")
		client.Expect("HELLO")
		client.End()
		client.ExpectEnd()
	}},
	{"tcp-hoards", func(t *testing.T) {
		proof(t)
		server := lab.Serve(t, "tcp-hoards")
		client := server.TCP("client")
		client.Say("hello")
		client.Expect("HELLO")
		server.ExpectMemory(512 << 20)
	}},
	{"tcp-hung-up", func(t *testing.T) { proof(t); call(t, "tcp-hangs-up").Expect("HELLO") }},
	{"tcp-reset", func(t *testing.T) { proof(t); call(t, "tcp-resets").Expect("HELLO") }},
	{"tcp-reset-at-the-end", func(t *testing.T) { proof(t); call(t, "tcp-resets").ExpectEnd() }},
	{"tcp-exits", func(t *testing.T) { call(t, "tcp-dies").Expect("HELLO") }},
	{"tcp-exits-in-silence", func(t *testing.T) { lab.Serve(t, "tcp-ends-early").TCP("client").Expect("WELCOME") }},
	{"tcp-todo", func(t *testing.T) { proof(t); call(t, "tcp-todo").Expect("HELLO") }},
	{"tcp-answers-after-a-newline", func(t *testing.T) {
		proof(t)
		call(t, "tcp-line").Expect("HELLO")
	}},
	{"tcp-answers-after-the-end", func(t *testing.T) {
		proof(t)
		call(t, "tcp-to-the-end").Expect("HELLO")
	}},
	{"tcp-answers-after-much", func(t *testing.T) { proof(t); call(t, "tcp-wants-much").Expect("ENOUGH") }},
	{"tcp-answers-another", func(t *testing.T) { proof(t); call(t, "tcp-dislikes").Expect("HELLO") }},
	{"tcp-answers-another-when-one-has-left", func(t *testing.T) { proof(t); call(t, "tcp-hears-first").Expect("HELLO") }},
	{"tcp-one-at-a-time", func(t *testing.T) {
		proof(t)
		server := lab.Serve(t, "tcp-in-turn")
		server.TCP("ann").Say("from ann")
		bob := server.TCP("bob")
		bob.Say("from bob")
		bob.Expect("FROM BOB")
	}},
	{"tcp-one-line-is-missing", func(t *testing.T) {
		proof(t)
		lab.Serve(t, "tcp-lines").TCP("client").ExpectAll("three\n", "one\n", "two\n", "four\n")
	}},
	{"tcp-one-line-is-wrong", func(t *testing.T) {
		lab.Serve(t, "tcp-lines").TCP("client").ExpectAll("three\n", "one\n", "to\n")
	}},
	{"tcp-one-line-has-no-end", func(t *testing.T) {
		proof(t)
		lab.Serve(t, "tcp-drawls").TCP("client").ExpectAll("two\n", "one\n")
	}},
	{"tcp-takes-too-little", func(t *testing.T) {
		proof(t)
		client := lab.Serve(t, "tcp-never-reads").TCP("client")
		client.Say(strings.Repeat("x", 32<<20))
		client.Expect("X")
	}},
	{"tcp-answers-after-nothing", func(t *testing.T) {
		proof(t)
		call(t, "tcp-never-answers").Expect("HELLO")
	}},

	{"tcp-says-no-more", func(t *testing.T) {
		proof(t)
		client := call(t, "tcp-says-no-more")
		client.Expect("HELLO")
		client.ExpectEndOr("and this?", "AND THIS?")
	}},
	{"tcp-is-udp", func(t *testing.T) { proof(t); lab.Serve(t, "upper").TCP("client") }},
	{"tcp-bound-elsewhere", func(t *testing.T) { proof(t); lab.Serve(t, "tcp-elsewhere").ExpectOpen() }},
	{"tcp-tries-again", func(t *testing.T) {
		proof(t)
		holder := lab.Serve(t, "tcp-upper")
		lab.Start(t, "tries-again", "-addr", holder.Addr).ExpectPortTaken(holder)
	}},
	{"tcp-takes-another", func(t *testing.T) {
		proof(t)
		holder := lab.Serve(t, "tcp-upper")
		lab.Start(t, "takes-another", "-addr", holder.Addr).ExpectPortTaken(holder)
	}},

	// 9.4: a program ends, and leaves nothing
	{"leaks", func(t *testing.T) {
		proof(t)
		server := lab.Serve(t, "tcp-leaks")
		for range 3 {
			server.TCP("client").Close()
		}
		server.ExpectSockets(1)
	}},
	{"leaks-files", func(t *testing.T) {
		proof(t)
		server := lab.Serve(t, "tcp-leaks")
		server.TCP("client")
		server.TCP("client")
		server.ExpectFiles(1)
	}},
	{"will-not-stop", func(t *testing.T) { proof(t); lab.Serve(t, "will-not-stop").Stop() }},
	{"tolerates", func(t *testing.T) { proof(t); lab.Start(t, "tolerates").ExpectExit(1) }},
	{"wrong-status", func(t *testing.T) { lab.Start(t, "status-3").ExpectExit(1) }},
	{"panics-instead", func(t *testing.T) { lab.Start(t, "panics").ExpectExit(1) }},
	{"says-nothing", func(t *testing.T) { lab.Start(t, "mute").ExpectExit(1) }},
	{"transcript", func(t *testing.T) { transcripts.Run(t) }},
}

// ask sends a datagram to the fake server.
func ask(t *testing.T, args ...string) *lab.UDP {
	client := lab.Serve(t, args...).UDP("client")
	client.Say("hello")
	return client
}

// call connects to the fake server and says hello.
func call(t *testing.T, args ...string) *lab.TCP {
	client := lab.Serve(t, args...).TCP("client")
	client.Say("hello")
	return client
}

func quoted(text string) string { return `"` + strings.ReplaceAll(text, "\x00", `\x00`) + `"` }

func alphabet(n int) string { return strings.Repeat("abcdefghijklmnopqrstuvwxyz", n)[:n] }

// proof skips what rests on the proof of silence.
func proof(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux shows that a program is asleep")
	}
}
