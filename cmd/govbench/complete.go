package main

import (
	"github.com/spf13/cobra"

	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/scenarios/experiment"
)

// completions lists the values that a shell can offer for a flag.
func completions() map[string]func() []string {
	return map[string]func() []string{
		"scenario":   selections,
		"category":   func() []string { return words(scenarios.Categories()) },
		"family":     scenarios.FamilyNames,
		"provenance": func() []string { return words(scenarios.Provenances()) },
		"load":       scenarios.Presets,
		"design": func() []string {
			var names []string
			for _, d := range experiment.Designs() {
				names = append(names, d.Name)
			}
			return names
		},
	}
}

// selections lists what selects scenarios: ids with their English names, categories and mixes.
func selections() []string {
	out := []string{scenarios.SelectAll + "\tthe whole catalogue on one chain"}
	for _, c := range scenarios.Categories() {
		out = append(out, "category:"+string(c)+"\tone by one", "mix:category:"+string(c)+"\ton one chain")
	}
	all, err := scenarios.All()
	if err != nil {
		return out
	}
	for _, s := range all {
		out = append(out, s.ID+"\t"+s.Name+", "+s.NameZH)
	}
	return out
}

// completeFlags lets a shell complete the values of a command's flags. Values may be files as well.
func completeFlags(cmd *cobra.Command) {
	for name, values := range completions() {
		if cmd.Flags().Lookup(name) == nil {
			continue
		}
		err := cmd.RegisterFlagCompletionFunc(name, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return values(), cobra.ShellCompDirectiveDefault
		})
		if err != nil {
			panic("govbench: " + err.Error()) // a flag has one completion
		}
	}
}

// completeNames completes KIND and then NAME.
func completeNames(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return append(kindNames(), "families"), cobra.ShellCompDirectiveNoFileComp
	}
	k, err := kindNamed(args[0])
	if err != nil || len(args) > 1 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	if k.name == "scenarios" {
		return selections(), cobra.ShellCompDirectiveDefault
	}
	_, _, cells, err := k.rows()
	var names []string
	for _, row := range cells {
		names = append(names, row[0])
	}
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
