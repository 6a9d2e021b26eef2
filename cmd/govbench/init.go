package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/govbench/govbench/scenarios/experiment"
)

// initObject is what init --json prints.
type initObject struct {
	Wrote string `json:"wrote"`
}

func newInit() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "init DIR",
		Short: "write a starter experiment with its comments",
		Args:  exactlyOne("a directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			path := filepath.Join(args[0], experimentFile)
			f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
			if errors.Is(err, fs.ErrExist) {
				return fmt.Errorf("%s exists already and was left as it is: name another directory", path)
			}
			if err != nil {
				return err
			}
			_, err = f.Write(experiment.Starter())
			if err := errors.Join(err, f.Close()); err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), initObject{path})
			}
			fmt.Fprintf(cmd.OutOrStdout(), "wrote %s; run it with: govbench run %s\n", path, path)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print an object: wrote is the path of the file")
	return cmd
}

// exactlyOne asks for one argument.
func exactlyOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return fmt.Errorf("%s: found %d arguments: allowed is %s", cmd.CommandPath(), len(args), what)
		}
		return nil
	}
}
