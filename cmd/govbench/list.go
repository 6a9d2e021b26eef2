package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/experiment"
	"github.com/govbench/govbench/scenarios/strict"
	"github.com/govbench/govbench/sim/fault"
	"github.com/govbench/govbench/sim/network"
	"github.com/govbench/govbench/sim/resource"
)

// kind is a part of the catalogue: list prints all of it, show one entry.
type kind struct {
	name string
	// rows returns the entries, as objects for --json and as cells for people.
	rows func() (objects []any, header []string, cells [][]string, err error)
	show func(w io.Writer, name string) error
}

func kinds() []kind {
	return []kind{
		{"scenarios", scenarioRows, showScenario},
		{"designs", designRows, showDesign},
		{"networks", networkRows, showNetwork},
		{"machines", machineRows, showMachine},
		{"workloads", familyRows, showFamily},
		{"metrics", metricRows, showMetric},
		{"faults", faultRows, showFault},
		{"prices", priceRows, showPrice},
	}
}

func kindNames() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return names
}

// kindArgs asks for a kind, and for at most so many arguments in all.
func kindArgs(most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < 1 || len(args) > most {
			return fmt.Errorf("%s: found %d arguments: allowed is %s, where KIND is one of %s",
				cmd.CommandPath(), len(args), cmd.Use, strings.Join(kindNames(), ", "))
		}
		return nil
	}
}

// kindNamed finds a part of the catalogue; the singular does as well, and families are the workloads.
func kindNamed(name string) (kind, error) {
	if name == "families" || name == "family" {
		name = "workloads"
	}
	for _, k := range kinds() {
		if k.name == name || strings.TrimSuffix(k.name, "s") == name {
			return k, nil
		}
	}
	return kind{}, strict.UnknownName("kind", name, kindNames())
}

func newList() *cobra.Command {
	var asJSON bool
	var filter scenarioFilter
	cmd := &cobra.Command{
		Use:   "list KIND",
		Short: "the catalogue: " + strings.Join(kindNames(), ", "),
		Example: `  govbench list scenarios --category epidemic-recovery --provenance documented
  govbench list scenarios --agency tax --family register --family approval
  govbench list families --json`,
		Args:      kindArgs(1),
		ValidArgs: append(kindNames(), "families"),
		RunE: func(cmd *cobra.Command, args []string) error {
			k, err := kindNamed(args[0])
			if err != nil {
				return err
			}
			if k.name == "scenarios" {
				return listScenarios(cmd, &filter, asJSON)
			}
			if flag := filter.given(cmd); flag != "" {
				return fmt.Errorf("--%s: %s have none: it is for list scenarios", flag, k.name)
			}
			objects, header, cells, err := k.rows()
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), append([]any{}, objects...))
			}
			printTable(cmd.OutOrStdout(), header, cells)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print an array of objects")
	filter.add(cmd)
	return cmd
}

// printJSON prints a value as JSON that people can read.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

type settingObject struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`
	Default string   `json:"default"`
	Choices []string `json:"choices,omitempty"`
	Doc     string   `json:"doc"`
}

type designObject struct {
	Name        string          `json:"name"`
	Title       string          `json:"title"`
	Protocol    string          `json:"protocol"`
	FaultModel  string          `json:"fault_model"`
	MinReplicas int             `json:"min_replicas"`
	Replicas    int             `json:"replicas"`
	Source      string          `json:"source"`
	Settings    []settingObject `json:"settings"`
}

func designObjects() []designObject {
	engines := map[string]experiment.Engine{}
	for _, e := range experiment.Engines() {
		engines[e.Name] = e
	}
	var out []designObject
	for _, d := range experiment.Designs() {
		e := engines[d.Protocol]
		o := designObject{Name: d.Name, Title: d.Title, Protocol: d.Protocol, FaultModel: string(e.FaultModel),
			MinReplicas: e.MinReplicas, Replicas: d.Replicas, Source: e.Source, Settings: []settingObject{}}
		for _, s := range e.Settings {
			o.Settings = append(o.Settings, settingObject{s.Name, string(s.Kind), s.Default, s.Choices, s.Doc})
		}
		out = append(out, o)
	}
	return out
}

func designRows() (objects []any, header []string, cells [][]string, err error) {
	for _, o := range designObjects() {
		objects = append(objects, o)
		cells = append(cells, []string{o.Name, o.Title, o.Protocol, o.FaultModel, fmt.Sprint(o.Replicas)})
	}
	return objects, []string{"NAME", "TITLE", "PROTOCOL", "FAULTS", "REPLICAS"}, cells, nil
}

type namedObject struct {
	Name   string `json:"name"`
	Title  string `json:"title"`
	Source string `json:"source,omitempty"`
}

func named(list []namedObject) (objects []any, header []string, cells [][]string, err error) {
	for _, o := range list {
		objects = append(objects, o)
		cells = append(cells, []string{o.Name, o.Title})
	}
	return objects, []string{"NAME", "TITLE"}, cells, nil
}

func networkRows() ([]any, []string, [][]string, error) {
	var list []namedObject
	for _, t := range network.Topologies() {
		list = append(list, namedObject{t.Name, t.Title, t.Source})
	}
	return named(append(list, namedObject{"constant:DELAY", "every two sites the same DELAY apart, as in constant:10ms", "none: an idealised network for checking protocols against their papers"}))
}

func machineRows() ([]any, []string, [][]string, error) {
	var list []namedObject
	for _, p := range resource.Profiles() {
		list = append(list, namedObject{p.Name, p.Title, p.FsyncSource})
	}
	return named(list)
}

func faultRows() ([]any, []string, [][]string, error) {
	var list []namedObject
	for _, b := range fault.Builtins() {
		list = append(list, namedObject{b.Name, b.Title, ""})
	}
	return named(list)
}

type metricObject struct {
	Name   string `json:"name"`
	Unit   string `json:"unit"`
	Better string `json:"better"`
	Doc    string `json:"doc"`
}

func metricRows() (objects []any, header []string, cells [][]string, err error) {
	for _, m := range result.Metrics() {
		objects = append(objects, metricObject{m.Name, m.Unit, string(m.Better), m.Doc})
		cells = append(cells, []string{m.Name, m.Unit, string(m.Better), m.Doc})
	}
	return objects, []string{"NAME", "UNIT", "BETTER", "MEANING"}, cells, nil
}
