package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"sockets.test/tools/internal/judge"
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
	chapters, err := d.tree.Chapters()
	if err != nil {
		return err
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
			return ctx.Err()
		}
		if err != nil {
			line.Status, line.Problem = report.Broken, err.Error()
		}
		lines = append(lines, line)
	}
	fmt.Fprint(out, report.Map(lines))
	return nil
}

func (d *desk) status(ctx context.Context, c *tree.Chapter) (report.Status, error) {
	program, _, err := hashes(c)
	if err != nil {
		return "", err
	}
	skeleton, err := tree.Program(c.SkeletonDir())
	if err != nil {
		return "", err
	}
	if program == judge.Hash(skeleton) {
		return report.NotBegun, nil
	}
	passed, known, err := d.known(c)
	if err != nil {
		return "", err
	}
	if !known {
		v, err := d.judge.Judge(ctx, c, own(c))
		if err != nil {
			return "", err
		}
		if v.Build != "" {
			return report.Broken, fmt.Errorf("%s", v.Build)
		}
		if err := d.remember(c, program, v); err != nil {
			return "", err
		}
		passed = v.Passed
	}
	if passed {
		return report.Done, nil
	}
	return report.Begun, nil
}
