package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/experiment"
)

// sequenceFile holds the traced transactions of an output directory.
const sequenceFile = "sequence.jsonl"

func newSequence() *cobra.Command {
	var choice string
	var json bool
	cmd := &cobra.Command{
		Use:   "sequence DIR",
		Short: "trace one transaction of each design, message by message",
		Long: `Run the first cell of each design in a directory of results again, at most four, and collect every message between the
submission and the answer of one transaction, and the CPU and disk time that it and its block wait for and use. They go
to sequence.jsonl, where "own" marks what belongs to the block, and as diagrams into report.html. Tracing changes nothing:
the digest stays that of the run. Designs whose figures are samples cannot be traced.`,
		Example: `  govbench sequence results/quickstart
  govbench sequence results/quickstart --request p99`,
		Args: exactlyOne("a directory that govbench run wrote"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return traceSequences(cmd, args[0], choice, json)
		},
	}
	cmd.Flags().StringVar(&choice, "request", "p50", "`WHICH` transaction: p50 or p99, nearest to that latency, or the number of a request")
	cmd.Flags().BoolVar(&json, "json", false, "print the sequences as JSON lines")
	return cmd
}

func traceSequences(cmd *cobra.Command, dir, choice string, json bool) error {
	if err := experiment.SequenceChoice(choice); err != nil {
		return fmt.Errorf("--request: %w", err)
	}
	file, err := readExperiment(dir)
	if err != nil {
		return err
	}
	plan, err := file.Plan()
	if err != nil {
		return err
	}
	data, err := sequencesOf(cmd.Context(), plan, choice)
	if errors.Is(err, experiment.ErrNoSequence) {
		return fmt.Errorf("--request: %w", err)
	}
	if err != nil {
		return failure{err}
	}
	if err := os.WriteFile(filepath.Join(dir, sequenceFile), data, 0o644); err != nil { //nolint:gosec // a report is for others to read
		return failure{err}
	}
	if json {
		if _, err := cmd.OutOrStdout().Write(data); err != nil {
			return err
		}
		silent := &cobra.Command{}
		silent.SetOut(io.Discard)
		silent.SetErr(cmd.ErrOrStderr())
		cmd = silent
	}
	return renderAgain(cmd, []string{dir}, reporting{out: dir, json: false})
}

// sequencesOf traces a transaction of each design of a plan, as JSON lines.
func sequencesOf(ctx context.Context, plan *experiment.Plan, choice string) ([]byte, error) {
	cells := plan.Sequenced()
	if len(cells) == 0 {
		return nil, fmt.Errorf("%w: the experiment has no design in exact virtual time", experiment.ErrNoSequence)
	}
	var all []result.Sequence
	for _, c := range cells {
		s, err := c.Sequence(ctx, choice)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return result.EncodeSequences(all)
}

// readSequences reads the traced transactions of directories; those without any have none.
func readSequences(dirs []string) ([]result.Sequence, error) {
	var out []result.Sequence
	for _, dir := range dirs {
		path := filepath.Join(dir, sequenceFile)
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		read, err := result.DecodeSequences(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		out = append(out, read...)
	}
	return out, nil
}

// quickstartSequences traces a transaction of each design of the built-in experiment; any other experiment is traced
// by govbench sequence.
func quickstartSequences(cmd *cobra.Command, r reportInput) ([]result.Sequence, error) {
	if r.plan.File.Name != experiment.QuickstartName || len(r.plan.Cells) == 0 || len(r.records) < len(r.plan.Cells) {
		return nil, nil
	}
	data, err := sequencesOf(cmd.Context(), r.plan, "p50")
	if errors.Is(err, experiment.ErrNoSequence) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(r.dir, sequenceFile), data, 0o644); err != nil { //nolint:gosec // a report is for others to read
		return nil, err
	}
	return result.DecodeSequences(data)
}
