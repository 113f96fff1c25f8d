package main

import (
	"testing"

	"sockets.test/tools/lab"
	"sockets.test/tools/lab/transcripts"
)

func TestMain(m *testing.M) { lab.Main(m, "echoserver", main) }

// 1.2: what comes goes back
func TestAnswer(t *testing.T) {
	t.Run("each answer is as long as its question", func(t *testing.T) {
		server := lab.Serve(t)
		client := server.UDP("client")

		for _, text := range []string{"hello", "hi", "bye"} {
			client.Say(text)
			client.Expect(text)
		}
	})
}

// 1.2: the terminals that the lesson shows
func TestTranscripts(t *testing.T) { transcripts.Run(t) }
