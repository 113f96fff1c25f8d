package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"

	"sockets.test/tools/internal/compare"
	"sockets.test/tools/internal/screen"
)

// onTerminal reports whether a person sees what is written there.
func onTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// columns is how wide the terminal is. COLUMNS says so where there is none.
func columns(out io.Writer) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if f, ok := out.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return n
		}
	}
	return 80
}

// width is how many columns a drawing may have: those of the terminal, or 0, as
// many as it needs, where nobody says how wide the lines may be.
func width(out io.Writer) int {
	if !onTerminal(out) && os.Getenv("COLUMNS") == "" {
		return 0
	}
	return columns(out)
}

// height is how many rows a verdict may have on the terminal, above the prompt that
// follows it; 0, as many as it needs, where there is no terminal.
func height(out io.Writer) int {
	if f, ok := out.(*os.File); ok {
		if _, n, err := term.GetSize(int(f.Fd())); err == nil && n > 1 {
			return n - 1
		}
	}
	return 0
}

// A view is a text that is made for the screen that shows it, with so many columns
// and rows; 0 is no limit.
type view func(columns, rows int) string

// always is a view that is the same on every screen.
func always(text string) view { return func(int, int) string { return text } }

// fitted is a text as a terminal shows it best. Where nobody says how wide the
// lines may be, it stays as it is.
func fitted(out io.Writer, text string) string {
	if width(out) == 0 {
		return text
	}
	b := new(strings.Builder)
	for _, line := range screen.Fit(text, width(out)) {
		b.WriteString(line + "\n")
	}
	return b.String()
}

// painter colours a difference, where colours can be seen and are wanted.
func painter(out io.Writer) compare.Paint {
	if !onTerminal(out) || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return nil
	}
	looks := map[compare.Change]ansi.Attr{
		compare.Old:     ansi.AttrRedForegroundColor,
		compare.New:     ansi.AttrGreenForegroundColor,
		compare.Heading: ansi.AttrBold,
	}
	return func(text string, change compare.Change) string {
		look, ok := looks[change]
		if !ok || text == "" {
			return text
		}
		return ansi.NewStyle(look).Styled(text)
	}
}

// confirm asks a person. Where there is nobody to ask, the answer is an error that
// says how to say yes in advance; after Ctrl-C it is context.Canceled.
func confirm(question string) (bool, error) {
	if !onTerminal(os.Stdin) {
		return false, fmt.Errorf("%s There is nobody to ask: say -yes", question)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	fmt.Fprintf(os.Stderr, "%s [y/N] ", question)
	answers := make(chan string, 1)
	go func() { // to the end of the process: a Read from a terminal cannot be cancelled
		answer, err := bufio.NewReader(os.Stdin).ReadString('\n')
		if err != nil {
			fmt.Fprintln(os.Stderr)
		}
		answers <- strings.ToLower(strings.TrimSpace(answer))
	}()
	select {
	case answer := <-answers:
		return answer == "y" || answer == "yes", nil
	case <-ctx.Done():
		fmt.Fprintln(os.Stderr)
		return false, context.Canceled
	}
}
