package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/experiment"
	"github.com/govbench/govbench/scenarios/strict"
	"github.com/govbench/govbench/sim/fault"
	"github.com/govbench/govbench/sim/network"
	"github.com/govbench/govbench/sim/resource"
)

func newShow() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show KIND [NAME]",
		Short: "one entry of the catalogue, in full; without a name, all of them",
		Long: `Show an entry of the catalogue in full. A scenario may be any selection of them, a mix such as category:all, or
a file of your own. Prices are a table as --prices takes it, to begin your own with, or a file of yours, which is checked.`,
		Example: `  govbench show scenario real-estate-registration
  govbench show scenario category:all
  govbench show family register
  govbench show prices > prices.yaml`,
		Args:              kindArgs(2),
		ValidArgsFunction: completeNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			k, err := kindNamed(args[0])
			if err != nil {
				return err
			}
			names := args[1:]
			if len(names) == 0 {
				_, _, cells, err := k.rows()
				if err != nil {
					return err
				}
				for _, row := range cells {
					names = append(names, row[0])
				}
			}
			if asJSON {
				return showJSON(cmd.OutOrStdout(), k, names, len(args) == 2)
			}
			for i, name := range names {
				if i > 0 {
					fmt.Fprintln(cmd.OutOrStdout())
				}
				if err := k.show(cmd.OutOrStdout(), name); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print an object, or an array of them where several are selected")
	return cmd
}

// showJSON prints entries as an array, or as an object where one was named and is one.
func showJSON(w io.Writer, k kind, names []string, named bool) error {
	var all []any
	for _, name := range names {
		objects, err := k.objects(name)
		if err != nil {
			return err
		}
		all = append(all, objects...)
	}
	if named && len(all) == 1 {
		return printJSON(w, all[0])
	}
	return printJSON(w, all)
}

// objects finds an entry as it stands in list --json; of scenarios, with all of its page.
func (k kind) objects(name string) ([]any, error) {
	if k.name == "scenarios" {
		pages, err := scenarioPages(name)
		var out []any
		for _, p := range pages {
			out = append(out, p.object())
		}
		return out, err
	}
	if k.name == "prices" {
		p, err := priceTable(name)
		return []any{p}, err
	}
	if err := k.show(io.Discard, name); err != nil {
		return nil, err // of a name that is none
	}
	objects, _, cells, err := k.rows()
	for i, row := range cells {
		if row[0] == name {
			return objects[i : i+1], err
		}
	}
	return objects[len(objects)-1:], err // constant:DELAY, whatever the delay
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

func showDesign(w io.Writer, name string) error {
	o, err := pick("design", name, designObjects(), func(o designObject) string { return o.Name })
	if err != nil {
		return err
	}
	title(w, o.Name, o.Title)
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
		title(w, name, "every two replicas the same delay apart, without jitter, links infinitely fast; clients at the leader's")
		field(w, "source", "none: an idealised network for checking protocols against their papers")
		return nil
	}
	t, err := pick("network", name, network.Topologies(), func(t network.Topology) string { return t.Name })
	if err != nil {
		return err
	}
	title(w, t.Name, t.Title)
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
	title(w, p.Name, p.Title)
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

func showMetric(w io.Writer, name string) error {
	m, err := pick("metric", name, result.Metrics(), func(m result.Metric) string { return m.Name })
	if err != nil {
		return err
	}
	title(w, fmt.Sprintf("%s (%s, better: %s)", m.Name, m.Unit, m.Better), m.Doc)
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
	title(w, b.Name, b.Title)
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
