package main

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/govbench/govbench/reports/render"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/scenarios/experiment"
	"github.com/govbench/govbench/sim/fault"
	"github.com/govbench/govbench/sim/network"
	"github.com/govbench/govbench/sim/resource"
	"github.com/govbench/govbench/workloads/trace"
)

// Files besides, which the values of a flag may be as well.
const (
	namesOnly = cobra.ShellCompDirectiveNoFileComp
	orFiles   = cobra.ShellCompDirectiveDefault
	noSpace   = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace // a value follows
)

// completion is what a shell can offer for a flag: values, each with a description after a tab.
type completion struct {
	values func() []string
	also   cobra.ShellCompDirective
}

// completions lists what can be offered, by flag. A flag of one name is the same in every command.
func completions() map[string]completion {
	return map[string]completion{
		"scenario":   {selections, orFiles},
		"category":   {func() []string { return words(scenarios.Categories()) }, namesOnly},
		"family":     {familyNames, namesOnly},
		"provenance": {provenances, namesOnly},
		"agency":     {agencies, namesOnly},
		"load":       {presets, namesOnly},
		"design":     {designNames, orFiles},
		"network":    {networkNames, orFiles},
		"machine":    {machineNames, orFiles},
		"faults":     {faultNames, orFiles},
		"clock":      {clocks, namesOnly},
		"set":        {settingKeys, noSpace},
		"vary":       {settingKeys, noSpace},
		"metric":     {metricNames, namesOnly},
		"objective":  {metricNames, noSpace},
		"threshold":  {metricNames, noSpace},
		"color":      {colorNames, namesOnly},
		"format":     {trace.Formats, namesOnly},
		"sort":       {func() []string { return words(render.Orders()) }, namesOnly},
		"correction": {func() []string { return words(stats.Corrections()) }, namesOnly},
		"address":    {loopbacks, namesOnly},
		"disk":       {diskClasses, namesOnly},
		"link":       {linkClasses, namesOnly},
		"request":    {func() []string { return []string{"p50\tat the median latency", "p99\tat the 99th percentile"} }, namesOnly},
	}
}

// directoryFlags take a directory.
func directoryFlags() []string { return []string{"out"} }

// completeFlags lets a shell complete the values of a command's flags, but of those that have a completion already.
func completeFlags(cmd *cobra.Command) {
	known := completions()
	offer := func(f *pflag.Flag) {
		if _, there := cmd.GetFlagCompletionFunc(f.Name); there {
			return
		}
		c, ok := known[f.Name]
		if slices.Contains(directoryFlags(), f.Name) && strings.Contains(f.Usage, "`DIR`") {
			c, ok = completion{func() []string { return nil }, cobra.ShellCompDirectiveFilterDirs}, true
		}
		if !ok {
			return
		}
		err := cmd.RegisterFlagCompletionFunc(f.Name, func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
			return offers(c, typed)
		})
		if err != nil {
			panic("govbench: " + err.Error()) // it has none yet
		}
	}
	cmd.Flags().VisitAll(offer)
	cmd.PersistentFlags().VisitAll(offer)
}

// offers are the values that begin with what was typed. A setting whose key is typed already has no more to offer.
func offers(c completion, typed string) ([]string, cobra.ShellCompDirective) {
	if c.also == noSpace && strings.Contains(typed, "=") {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return beginning(c.values(), typed), c.also
}

// beginning are the values that begin with a text.
func beginning(values []string, text string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !strings.HasPrefix(v, text) })
}

// completeTree lets a shell complete the flags of a command and of all below it.
func completeTree(cmd *cobra.Command) {
	completeFlags(cmd)
	for _, c := range cmd.Commands() {
		completeTree(c)
	}
}

// described puts a description beside a value.
func described(value, what string) string {
	if what == "" {
		return value
	}
	return value + "\t" + what
}

// offered is each value of a list with its description.
func offered[T any](list []T, name, what func(T) string) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = described(name(v), what(v))
	}
	return out
}

func designNames() []string {
	return offered(experiment.Designs(), func(d experiment.Design) string { return d.Name }, func(d experiment.Design) string { return d.Title })
}

func networkNames() []string {
	names := offered(network.Topologies(), func(t network.Topology) string { return t.Name }, func(t network.Topology) string { return t.Title })
	return append(names, "constant:10ms\tevery two sites the same delay apart")
}

func machineNames() []string {
	return offered(resource.Profiles(), func(p resource.Profile) string { return p.Name }, func(p resource.Profile) string { return p.Title })
}

func faultNames() []string {
	names := offered(fault.Builtins(), func(b fault.Builtin) string { return b.Name }, func(b fault.Builtin) string { return b.Title })
	if slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, "none") }) {
		return names
	}
	return append([]string{"none\tnothing breaks"}, names...)
}

func metricNames() []string {
	return offered(result.Metrics(), func(m result.Metric) string { return m.Name }, func(m result.Metric) string { return m.Doc })
}

func familyNames() []string {
	list, err := familyObjects()
	if err != nil {
		return scenarios.FamilyNames()
	}
	return offered(list, func(f familyObject) string { return f.Name }, func(f familyObject) string { return f.Title })
}

func provenances() []string {
	return offered(scenarios.Provenances(), func(p scenarios.Provenance) string { return string(p) }, provenanceTitle)
}

// agencies lists those that lead a scenario.
func agencies() []string {
	all, err := scenarios.All()
	if err != nil {
		return nil
	}
	var out []string
	for _, s := range all {
		out = append(out, s.LeadAgency)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// settingKeys lists what --set and --vary reach, with the sign that a value follows.
func settingKeys() []string {
	return offered(experiment.Settings(), func(s experiment.SettingDoc) string {
		if dir, name := path.Split(s.Key); dir == "" && strings.HasSuffix(name, ".NAME") {
			return strings.TrimSuffix(name, "NAME")
		}
		return s.Key + "="
	}, func(s experiment.SettingDoc) string { return s.Doc })
}

func presets() []string {
	what := map[string]string{
		scenarios.PresetDocumented: "the volume that was published",
		scenarios.PresetCity:       "scaled to the whole city",
		scenarios.PresetSurge:      "the city's peak",
		scenarios.PresetSpike:      "twice the highest that the design sustains",
		scenarios.PresetStability:  "a fifth of the highest that the design sustains, for long",
	}
	return offered(scenarios.Presets(), func(p string) string { return p }, func(p string) string { return what[p] })
}

func clocks() []string {
	return []string{string(experiment.VirtualClock) + "\tsimulated, as fast as this machine can", string(experiment.WallClock) + "\treal time, for hashicorp/raft"}
}

func colorNames() []string {
	return []string{colorAuto + "\ton a terminal, unless NO_COLOR is set", colorAlways, colorNever}
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

// completeNames completes KIND and then NAME.
func completeNames(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return beginning(append(kindNames(), "families"), typed), namesOnly
	}
	k, err := kindNamed(args[0])
	if err != nil || len(args) > 1 {
		return nil, namesOnly
	}
	if k.name == "scenarios" {
		return beginning(selections(), typed), orFiles
	}
	_, header, cells, err := k.rows()
	if err != nil {
		return nil, namesOnly
	}
	what := slices.IndexFunc(header, func(h string) bool { return h == "TITLE" || h == "MEANING" })
	var names []string
	for _, row := range cells {
		names = append(names, described(row[0], row[what]))
	}
	return beginning(names, typed), namesOnly
}

// diskClasses are those of the built-in price table.
func diskClasses() []string {
	p, err := experiment.BuiltinPrices()
	if err != nil {
		return nil // a test reads it
	}
	var out []string
	for _, d := range p.Disks {
		out = append(out, fmt.Sprintf("%s\tfsync %v, %v a second", d.Name, d.Fsync, d.Rate))
	}
	return out
}

// linkClasses are those of the built-in price table.
func linkClasses() []string {
	p, err := experiment.BuiltinPrices()
	if err != nil {
		return nil // a test reads it
	}
	var out []string
	for _, l := range p.Links {
		out = append(out, fmt.Sprintf("%s\t%v/s", l.Name, l.Bandwidth))
	}
	return out
}
