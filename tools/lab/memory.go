package lab

import (
	"fmt"

	"sockets.test/tools/internal/failure"
	"sockets.test/tools/internal/quiet"
	"sockets.test/tools/lab/internal/kernel"
	"sockets.test/tools/lab/internal/subject"
	"sockets.test/tools/lab/internal/wait"
)

// ExpectMemory wants the server not to have set aside more than this many bytes
// at once since it was ready, and to be there. Where the system does not show
// that, nothing is asked.
func (s *Server) ExpectMemory(most int) {
	s.subject.T.Helper()
	grown := kernel.Memory(s.subject.Pid()) - s.atFirst.memory
	switch {
	case s.subject.Waits.EndsIn(0):
		s.subject.Fail(&subject.Mismatch{Outcome: failure.Exited})
	case grown > most:
		s.subject.Fail(&subject.Mismatch{Outcome: failure.TooMuchMemory, Sentence: fmt.Sprintf("%s set aside %d MiB of memory at once.", subject.Name(), grown>>20)})
	}
}

// ExpectFiles wants the server to have this many files and sockets open more
// than when it was ready, at most, when it has come to rest. Where the system
// does not show that, nothing is asked.
func (s *Server) ExpectFiles(more int) {
	s.subject.T.Helper()
	s.takeIn() // it may not have accepted yet what it will keep
	have := func() int { n, _ := quiet.Descriptors(s.subject.Pid()); return n - s.atFirst.files }
	switch s.subject.Waits.AwaitState(func() bool { return have() <= more }).End {
	case wait.Exited:
		s.subject.Fail(&subject.Mismatch{Outcome: failure.Exited})
	case wait.Silent, wait.Late:
		s.subject.Fail(&subject.Mismatch{Outcome: failure.TooManyFiles, Sentence: fmt.Sprintf("%s has opened %d files and sockets since it was ready; %d should be enough.", subject.Name(), have(), more)})
	}
}

// held is what a server held when it was ready.
type held struct {
	sockets int // of its own, such as the pair by which an event loop wakes itself
	files   int // and sockets
	memory  int // that it had set aside, at most
}
