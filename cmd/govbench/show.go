package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/scenarios/experiment"
	"github.com/govbench/govbench/sim/fault"
	"github.com/govbench/govbench/sim/network"
	"github.com/govbench/govbench/sim/resource"
)

func newShow() *cobra.Command {
	return &cobra.Command{
		Use:       "show KIND [NAME]",
		Short:     "one entry of the catalogue, in full; without a name, all of them",
		Args:      cobra.RangeArgs(1, 2),
		ValidArgs: kindNames(),
		RunE: func(cmd *cobra.Command, args []string) error {
			k, err := kindNamed(args[0])
			if err != nil {
				return err
			}
			if len(args) == 2 {
				return k.show(cmd.OutOrStdout(), args[1])
			}
			_, _, cells, err := k.rows()
			if err != nil {
				return err
			}
			for i, row := range cells {
				if i > 0 {
					fmt.Fprintln(cmd.OutOrStdout())
				}
				if strings.Contains(row[0], ":") { // a pattern of names, not a name
					fmt.Fprintln(cmd.OutOrStdout(), strings.Join(row, ": "))
				} else if err := k.show(cmd.OutOrStdout(), row[0]); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// unknownName is the error for a name that is not in the catalogue.
func unknownName(what, name string, known []string) error {
	hint := ""
	if near := scenarios.Nearest(name, known); near != "" {
		hint = fmt.Sprintf("; did you mean %s?", near)
	}
	return fmt.Errorf("unknown %s %q: allowed are %s%s", what, name, strings.Join(known, ", "), hint)
}

// pick finds an entry by name.
func pick[T any](what, name string, list []T, nameOf func(T) string) (T, error) {
	var known []string
	for _, v := range list {
		if nameOf(v) == name {
			return v, nil
		}
		known = append(known, nameOf(v))
	}
	var none T
	return none, unknownName(what, name, known)
}

// field prints a name and its value, wrapped and indented.
func field(w io.Writer, name, value string) {
	if value == "" {
		return
	}
	const width, indent = 100, 16
	line := fmt.Sprintf("%-*s", indent, name)
	for _, word := range strings.Fields(value) {
		if displayWidth(line)+displayWidth(word)+1 > width && strings.TrimSpace(line) != "" {
			fmt.Fprintln(w, strings.TrimRight(line, " "))
			line = strings.Repeat(" ", indent)
		}
		line += word + " "
	}
	fmt.Fprintln(w, strings.TrimRight(line, " "))
}

func fields(w io.Writer, name string, values []string) {
	for i, v := range values {
		if i > 0 {
			name = ""
		}
		field(w, name, v)
	}
}

func showScenario(w io.Writer, name string) error {
	found, err := scenarios.Find(name)
	if err != nil {
		return err
	}
	for _, s := range found {
		fmt.Fprintf(w, "%s  %s  (%s)\n", s.Name, s.NameZH, s.ID)
		field(w, "what it is", s.Summary)
		field(w, "category", string(s.Category))
		field(w, "lead agency", s.LeadAgency)
		field(w, "provenance", string(s.Provenance)+": the catalogue is a reconstruction; no official list was published")
		var agencies []string
		for _, a := range s.Participants.List() {
			agencies = append(agencies, a.Name+" ("+a.Site+")")
		}
		field(w, "participants", fmt.Sprintf("%d: %s", s.Participants.Count, strings.Join(agencies, ", ")))
		field(w, "program", s.Family)
		field(w, "arrivals", s.Arrival.Shape)
		for _, preset := range scenarios.Presets() {
			if p, ok := s.Load[preset]; ok {
				field(w, "load "+preset, fmt.Sprintf("%v: %s %s", p.Rate, p.Arithmetic, p.Source))
			}
		}
		fields(w, "sources", s.Sources)
		fields(w, "modelled", s.Assumptions())
	}
	return nil
}

func showDesign(w io.Writer, name string) error {
	o, err := pick("design", name, designObjects(), func(o designObject) string { return o.Name })
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %s\n", o.Name, o.Title)
	field(w, "protocol", o.Protocol)
	field(w, "source", o.Source)
	field(w, "faults", fmt.Sprintf("%s; at least %d replicas, %d by default", o.FaultModel, o.MinReplicas, o.Replicas))
	for i, s := range o.Settings {
		label := ""
		if i == 0 {
			label = "params"
		}
		choices := ""
		if len(s.Choices) > 0 {
			choices = " (" + strings.Join(s.Choices, ", ") + ")"
		}
		field(w, label, fmt.Sprintf("%s: %s, default %s%s. %s", s.Name, s.Kind, s.Default, choices, s.Doc))
	}
	for i, d := range experiment.SettingDocs() {
		label := ""
		if i == 0 {
			label = "--set, vary"
		}
		field(w, label, d[0]+": "+d[1])
	}
	return nil
}

func showNetwork(w io.Writer, name string) error {
	t, err := pick("network", name, network.Topologies(), func(t network.Topology) string { return t.Name })
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %s\n", t.Name, t.Title)
	field(w, "source", t.Source)
	field(w, "bandwidth", fmt.Sprintf("%d Mbit/s a node, each way", t.BandwidthBitPerSec/1_000_000))
	fields(w, "modelled", t.Modelled)
	header := []string{"ONE WAY"}
	var rows [][]string
	for i, s := range t.Sites {
		header = append(header, s.Name)
		row := []string{s.Name}
		for _, d := range t.OneWay[i] {
			row = append(row, d.Round(time.Microsecond).String())
		}
		rows = append(rows, row)
	}
	printTable(w, header, rows)
	return nil
}

// opNames are the operations of the cost table, as people read them.
var opNames = [consensus.OpCount]string{
	"handle a message", "sign", "verify", "add to an aggregate", "verify an aggregate", "hash a byte",
	"check a command", "execute a command",
}

func showMachine(w io.Writer, name string) error {
	p, err := pick("machine", name, resource.Profiles(), func(p resource.Profile) string { return p.Name })
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %s\n", p.Name, p.Title)
	field(w, "cores", fmt.Sprint(p.Cores))
	field(w, "fsync", fmt.Sprintf("%v. %s", p.Fsync, p.FsyncSource))
	field(w, "disk", fmt.Sprintf("%d MB/s. %s", p.DiskBytesPerSec/1_000_000, p.DiskSource))
	for op, c := range p.Costs {
		field(w, opNames[op], fmt.Sprintf("%.3f us. %s", float64(c.Picos)/1e6, c.Source))
	}
	return nil
}

func showWorkload(w io.Writer, name string) error {
	for _, f := range scenarios.Families() {
		if f.Name != name {
			continue
		}
		fmt.Fprintf(w, "%s: %s\n", f.Name, f.Title)
		fields(w, "laws", f.Laws)
		for i, r := range f.Rules {
			label := ""
			if i == 0 {
				label = "rules"
			}
			field(w, label, fmt.Sprintf("%s (%s), default %d, %d to %d. %s", r.Name, r.Unit, r.Default, r.Min, r.Max, r.Doc))
		}
		return nil
	}
	var known []string
	for _, f := range scenarios.Families() {
		known = append(known, f.Name)
	}
	return unknownName("workload", name, known)
}

func showMetric(w io.Writer, name string) error {
	m, err := pick("metric", name, result.Metrics(), func(m result.Metric) string { return m.Name })
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s (%s, better: %s): %s\n", m.Name, m.Unit, m.Better, m.Doc)
	return nil
}

func showFault(w io.Writer, name string) error {
	b, err := pick("fault schedule", name, slices.Clone(fault.Builtins()), func(b fault.Builtin) string { return b.Name })
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %s\n", b.Name, b.Title)
	return nil
}
