package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

//go:embed experiment.yaml
var experimentYAML []byte

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	required := pflag.StringSlice("require", nil, "legs that must not be skipped: "+strings.Join(legNames(), ", "))
	pflag.Parse()
	if err := check(ctx, os.Stdout, *required); err != nil {
		fmt.Fprintf(os.Stderr, "determinism: %v\n", err)
		os.Exit(1)
	}
}

// check runs everything in a temporary directory.
func check(ctx context.Context, w io.Writer, required []string) (err error) {
	dir, err := os.MkdirTemp("", "determinism-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b := bench{ctx: ctx, w: w, dir: dir, experiment: filepath.Join(dir, "determinism.yaml")}
	if err := os.WriteFile(b.experiment, experimentYAML, 0o644); err != nil {
		return err
	}
	reference, err := b.compareLegs(required)
	if err != nil {
		return err
	}
	if err := b.otherSeed(reference); err != nil {
		return err
	}
	return b.tryPlants()
}

// bench is where binaries are built and run.
type bench struct {
	ctx        context.Context
	w          io.Writer
	dir        string
	experiment string
	runs       int
}

// compareLegs runs every leg under all its settings and returns the bytes that they agree on, with the
// binary that wrote them first.
func (b *bench) compareLegs(required []string) (first outcome, err error) {
	for _, l := range legs() {
		runner, reason := l.runner()
		if reason != "" {
			if contains(required, l.name) {
				return first, fmt.Errorf("%s must run here: %s", l.name, reason)
			}
			fmt.Fprintf(b.w, "%-9s skipped: %s\n", l.name, reason)
			continue
		}
		binary, err := b.build(l.name, l.env, "")
		if err != nil {
			return first, err
		}
		for _, s := range l.settings {
			got, err := b.run(append(runner, binary), s)
			if err != nil {
				return first, fmt.Errorf("%s, %v: %w", l.name, s, err)
			}
			got.leg = l.name
			if first.data == nil {
				first = got
			}
			fmt.Fprintf(b.w, "%-9s %-32v %s  %v\n", l.name, s, got.digest(), got.took.Round(10*time.Millisecond))
			if !bytes.Equal(first.data, got.data) {
				return first, fmt.Errorf("%s (%v) differs from %s (%v): %s",
					got.leg, got.setting, first.leg, first.setting, difference(first.data, got.data))
			}
		}
	}
	return first, nil
}

// otherSeed shows that the seed matters: a constant would pass every other comparison.
func (b *bench) otherSeed(reference outcome) error {
	s := reference.setting
	s.seed = "2"
	got, err := b.run(reference.command, s)
	if err != nil {
		return err
	}
	fmt.Fprintf(b.w, "%-9s %-32v %s\n", reference.leg, s, got.digest())
	if same := equalDigests(reference.data, got.data); same > 0 {
		return fmt.Errorf("%d runs have the same digest with another seed", same)
	}
	return nil
}

// tryPlants shows that each planted fault is found.
func (b *bench) tryPlants() error {
	for _, p := range plants() {
		overlay, err := p.overlay(b.dir)
		if err != nil {
			return fmt.Errorf("plant %s: %w", p.name, err)
		}
		binary, err := b.build("planted-"+p.name, nil, overlay)
		if err != nil {
			return fmt.Errorf("plant %s: %w", p.name, err)
		}
		s := setting{procs: "1", jobs: "1"}
		one, err := b.run([]string{binary}, s)
		if err != nil {
			return fmt.Errorf("plant %s: %w", p.name, err)
		}
		two, err := b.run([]string{binary}, s)
		if err != nil {
			return fmt.Errorf("plant %s: %w", p.name, err)
		}
		if bytes.Equal(one.data, two.data) {
			return fmt.Errorf("plant %s: two runs are equal, so this check cannot find %s", p.name, p.what)
		}
		fmt.Fprintf(b.w, "found     %s: %s\n", p.what, difference(one.data, two.data))
	}
	return nil
}
