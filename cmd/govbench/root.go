package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/govbench/govbench/reports/term"
	"github.com/govbench/govbench/scenarios/strict"
)

// newRoot builds the command tree. Each subcommand has a file of its own.
func newRoot(stdout, stderr io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:   "govbench",
		Short: "compare chain designs for government services",
		Long: `govbench runs Raft and BFT groups of replicas, in deterministic virtual time or live, under workloads
modelled on the services of Beijing's 2020 blueprint for a blockchain-based "programmable government",
and reports what each design carries, how fast, and what limits it.`,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          knownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	out, err := term.New(stdout, lookOf(stdout, os.Getenv)), term.New(stderr, lookOf(stderr, os.Getenv))
	root.SetOut(out)
	root.SetErr(err)
	addColor(root, out, err)
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(help)
	root.SetVersionTemplate("{{.Version}}\n")
	root.AddCommand(newRun(), newSaturate(), newSize(), newSweep(), newCompare(), newGate(), newHistory(), newReport(), newList(), newShow(), newInit(), newTrace(), newSequence(), newServe(), newMan(), newShapes())
	completeTree(root)
	root.CompletionOptions.HiddenDefaultCmd = true
	return root
}

// flagError names the nearest flag for a misspelt one.
func flagError(cmd *cobra.Command, err error) error {
	_, name, ok := strings.Cut(err.Error(), "unknown flag: --")
	if !ok {
		return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
	}
	var known []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	if near := strict.Nearest(name, known); near != "" {
		return fmt.Errorf("unknown flag --%s; did you mean --%s?", name, near)
	}
	return fmt.Errorf("unknown flag --%s; see %s --help", name, cmd.CommandPath())
}

// knownCommand refuses what is no subcommand, naming the nearest.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var known []string
	for _, c := range cmd.Commands() {
		if !c.Hidden {
			known = append(known, c.Name())
		}
	}
	return strict.UnknownName("command", args[0], known)
}
