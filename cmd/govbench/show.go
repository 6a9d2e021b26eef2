package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/scenarios/experiment"
	"github.com/govbench/govbench/scenarios/strict"
	"github.com/govbench/govbench/sim/fault"
	"github.com/govbench/govbench/sim/network"
	"github.com/govbench/govbench/sim/resource"
	"github.com/govbench/govbench/workloads"
)

func newShow() *cobra.Command {
	return &cobra.Command{
		Use:       "show KIND [NAME]",
		Short:     "one entry of the catalogue, in full; without a name, all of them",
		Args:      kindArgs(2),
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
				if err := k.show(cmd.OutOrStdout(), row[0]); err != nil {
					return err
				}
			}
			return nil
		},
	}
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
	return none, strict.UnknownName(what, name, known)
}

// field prints a label with its values, each wrapped and indented. Empty values are left out.
func field(w io.Writer, label string, values ...string) {
	const width, indent = 100, 20
	for _, value := range values {
		if value == "" {
			continue
		}
		line := label + strings.Repeat(" ", max(indent-displayWidth(label), 1))
		empty := true
		for _, word := range strings.Fields(value) {
			if !empty && displayWidth(line)+displayWidth(word) > width {
				fmt.Fprintln(w, strings.TrimRight(line, " "))
				line = strings.Repeat(" ", indent)
			}
			line += word + " "
			empty = false
		}
		fmt.Fprintln(w, strings.TrimRight(line, " "))
		label = ""
	}
}

func showScenario(w io.Writer, name string) error {
	var ref experiment.ScenarioRef
	if err := ref.Set(name); err != nil {
		return err
	}
	for i, s := range ref.Scenarios() {
		if i > 0 {
			fmt.Fprintln(w)
		}
		showOneScenario(w, s)
	}
	return nil
}

func showOneScenario(w io.Writer, s *scenarios.Scenario) {
	fmt.Fprintf(w, "%s: %s\n", s.ID, s.Name)
	field(w, "in Chinese", s.NameZH)
	field(w, "what it is", s.Summary)
	field(w, "category", string(s.Category))
	field(w, "lead agency", s.LeadAgency)
	var agencies []string
	for _, a := range s.Participants.List() {
		agencies = append(agencies, a.Name+" at "+a.Site)
	}
	field(w, "who takes part", append([]string{fmt.Sprintf("%d agencies:", s.Participants.Count)}, agencies...)...)
	clients := "at their agency's site; each request goes to the nearest replica"
	switch {
	case len(s.ClientsAt.Sites) > 0:
		clients = "at " + strings.Join(s.ClientsAt.Sites, ", ") + "; each request goes to the nearest replica"
	case s.ClientsAt.Mode == scenarios.ClientsLeader:
		clients = "at the leader's site; each request goes to the leader"
	}
	field(w, "people stand", clients)
	field(w, "what the chain does", programOf(s)...)
	field(w, "when it is busy", arrivalOf(s))
	for _, preset := range scenarios.Presets() {
		if p, ok := s.Load[preset]; ok {
			rate := p.Rate.String()
			if p.Of == scenarios.OfCases {
				rate = strings.Replace(rate, "tx", "cases", 1)
			}
			field(w, "load "+preset, rate+": "+p.Arithmetic, p.Source)
		}
	}
	field(w, "is it real?", map[scenarios.Provenance]string{
		scenarios.Documented: "documented: the service is described in public",
		scenarios.Derived:    "derived: a published family of services is split into this one",
		scenarios.Modelled:   "modelled: made up to fit its category",
	}[s.Provenance]+". The catalogue is a reconstruction; no official list was published.")
	field(w, "sources", s.Sources...)
	field(w, "made up", s.Assumptions()...)
}

// programOf says in words what replicas do for a scenario.
func programOf(s *scenarios.Scenario) []string {
	p := s.Params
	out := []string{s.Family + ": " + s.Family}
	for _, f := range scenarios.Families() {
		if f.Name == s.Family {
			out[0] = fmt.Sprintf("%s (program %s)", f.Title, f.Name)
		}
	}
	out = append(out, fmt.Sprintf("%d entries exist at the start; a write stores %v; %d %% of requests only ask", p.Population, p.Payload, p.ReadPercent))
	if p.LogReads {
		out = append(out, "every check is itself recorded on the chain")
	}
	if p.Approvals > 0 {
		out = append(out, fmt.Sprintf("a case needs %d signatures, with about %v between two steps", p.Approvals, p.Think))
	}
	return out
}

func arrivalOf(s *scenarios.Scenario) string {
	shape, err := s.Arrival.Build()
	if err != nil {
		return s.Arrival.Shape // a scenario that was read has a shape
	}
	return fmt.Sprintf("%s: %s", s.Arrival.Shape, shape.Title)
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
	var params, settings []string
	for _, s := range o.Settings {
		kind := s.Kind
		if len(s.Choices) > 0 {
			kind = strings.Join(s.Choices, ", ")
		}
		params = append(params, fmt.Sprintf("%s (%s, default %s): %s", s.Name, kind, s.Default, s.Doc))
	}
	if len(params) == 0 {
		params = []string{"none"}
	}
	field(w, "params", params...)
	for _, d := range experiment.Settings() {
		settings = append(settings, d.Key+": "+d.Doc)
	}
	field(w, "--set, --vary", settings...)
	return nil
}

func showNetwork(w io.Writer, name string) error {
	if strings.HasPrefix(name, "constant:") {
		fmt.Fprintf(w, "%s: every two replicas the same delay apart, without jitter, links infinitely fast; clients at the leader's\n", name)
		field(w, "source", "none: an idealised network for checking protocols against their papers")
		return nil
	}
	t, err := pick("network", name, network.Topologies(), func(t network.Topology) string { return t.Name })
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %s\n", t.Name, t.Title)
	field(w, "source", t.Source)
	bandwidth := "infinite"
	if t.BandwidthBitPerSec > 0 {
		bandwidth = strict.BitRate(t.BandwidthBitPerSec).String() + "/s a node, each way"
	}
	field(w, "bandwidth", bandwidth)
	field(w, "modelled", t.Modelled...)
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
	"handle a message", "sign", "verify", "add to an aggregate", "verify an aggregate", "hash 1 KiB",
	"check a command", "execute a command",
}

func showMachine(w io.Writer, name string) error {
	p, err := pick("machine", name, resource.Profiles(), func(p resource.Profile) string { return p.Name })
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %s\n", p.Name, p.Title)
	field(w, "cores", fmt.Sprint(p.Cores))
	field(w, "fsync", sourced(p.Fsync.String(), p.Fsync > 0, p.FsyncSource))
	field(w, "disk", sourced(fmt.Sprintf("%d MB/s", p.DiskBytesPerSec/1_000_000), p.DiskBytesPerSec > 0, p.DiskSource))
	for op, c := range p.Costs {
		n := 1
		if consensus.Op(op) == consensus.OpHash {
			n = 1024
		}
		field(w, opNames[op], sourced(p.Cost(consensus.Op(op), n).String()+" of a core", c.Picos > 0, c.Source))
	}
	return nil
}

// sourced is a figure with its source; a cost of zero needs none.
func sourced(figure string, costs bool, source string) string {
	if !costs {
		return "takes no time"
	}
	return figure + ". " + source
}

func showWorkload(w io.Writer, name string) error {
	f, err := pick("workload", name, scenarios.Families(), func(f workloads.Family) string { return f.Name })
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %s\n", f.Name, f.Title)
	field(w, "laws", f.Laws...)
	var rules []string
	for _, r := range f.Rules {
		rules = append(rules, fmt.Sprintf("%s (%s), default %d, %d to %d: %s", r.Name, r.Unit, r.Default, r.Min, r.Max, r.Doc))
	}
	field(w, "rules", rules...)
	return nil
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
	b, err := pick("fault schedule", name, fault.Builtins(), func(b fault.Builtin) string { return b.Name })
	if err != nil {
		return err
	}
	const replicas, duration = 4, time.Minute
	s, err := fault.Named(name, replicas, duration)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %s\n", b.Name, b.Title)
	field(w, fmt.Sprintf("%d replicas, %v", replicas, duration), faultLines(&s)...)
	return nil
}

// faultLines says what a schedule does, a line a fault.
func faultLines(s *fault.Schedule) []string {
	var out []string
	when := func(from, to time.Duration) string {
		if to == 0 {
			return fmt.Sprintf("from %v to the end", from)
		}
		return fmt.Sprintf("from %v to %v", from, to)
	}
	for _, c := range s.Crashes {
		out = append(out, fmt.Sprintf("replica %d is down %s", c.Node, when(c.From, c.To)))
	}
	for _, p := range s.Partitions {
		out = append(out, fmt.Sprintf("the groups %v reach only themselves %s", p.Groups, when(p.From, p.To)))
	}
	for _, l := range s.Loss {
		out = append(out, fmt.Sprintf("%d of a million messages are lost %s", l.PerMillion, when(l.From, l.To)))
	}
	for _, l := range s.Duplicates {
		out = append(out, fmt.Sprintf("%d of a million messages arrive twice %s", l.PerMillion, when(l.From, l.To)))
	}
	for _, d := range s.Delays {
		out = append(out, fmt.Sprintf("messages take %v longer %s", d.Extra, when(d.From, d.To)))
	}
	for _, d := range s.SlowDisks {
		out = append(out, fmt.Sprintf("replica %d's disk takes %d %% of its time %s", d.Node, d.Percent, when(d.From, d.To)))
	}
	return out
}
