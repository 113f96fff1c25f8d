package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"sockets.test/tools/internal/judge"
	"sockets.test/tools/internal/place"
	"sockets.test/tools/internal/progress"
	"sockets.test/tools/internal/report"
	"sockets.test/tools/internal/tree"
)

// showMap shows every chapter. One whose program has changed since it was last
// judged is judged now, so that what the map says is true.
func showMap(ctx context.Context, out io.Writer) error {
	d, err := openDesk(os.Stderr)
	if err != nil {
		return err
	}
	lines, err := d.lines(ctx)
	if err != nil {
		return err
	}
	next := report.Next(lines)
	if next >= 0 {
		d.locate(&lines[next])
	}
	fmt.Fprint(out, fitted(out, report.Map(lines)))
	if next >= 0 && onTerminal(out) {
		d.warm(lines[next].Chapter)
	}
	return nil
}

// lines is how far the learner is with each chapter.
func (d *desk) lines(ctx context.Context) ([]report.Line, error) {
	chapters, err := d.tree.Chapters()
	if err != nil {
		return nil, err
	}
	var lines []report.Line
	for _, c := range chapters {
		line := report.Line{Chapter: c, Minutes: c.Minutes()}
		line.Title, err = c.Title()
		if err == nil {
			err = c.Check()
		}
		if err == nil {
			line.Status, err = d.status(ctx, c)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			line.Status, line.Problem = report.Broken, err.Error()
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func (d *desk) status(ctx context.Context, c *tree.Chapter) (report.Status, error) {
	files, err := tree.Program(c.Dir())
	if err != nil {
		return "", err
	}
	skeleton, err := tree.Program(c.SkeletonDir())
	if err != nil {
		return "", err
	}
	if judge.Hash(files) == judge.Hash(skeleton) {
		return report.NotBegun, nil
	}
	switch state, err := d.state(c); {
	case err != nil:
		return "", err
	case state == progress.Passed:
		return report.Done, nil
	case state == progress.Changed:
		return report.Changed, nil
	}
	say := time.AfterFunc(time.Second, func() { d.doing("judging %s", c.Key) })
	defer say.Stop()
	v, err := d.verdict(ctx, c)
	switch {
	case err != nil:
		return "", err
	case v.Build != "":
		return report.Broken, fmt.Errorf("%s", v.Build)
	case v.Passed:
		return report.Done, nil
	}
	return report.Begun, nil
}

// locate finds the line to go on at, as far as it is known.
func (d *desk) locate(line *report.Line) {
	if p, err := d.place(line.Chapter); err == nil {
		line.At = p.String()
	}
}

// place is where to go on in the chapter's program, by what is remembered.
func (d *desk) place(c *tree.Chapter) (place.Place, error) {
	files, err := tree.Program(c.Dir())
	if err != nil {
		return place.Place{}, err
	}
	program, against, err := d.hashes(c)
	if err != nil {
		return place.Place{}, err
	}
	return place.Next(c, files, d.recall(c, program, against)), nil
}
