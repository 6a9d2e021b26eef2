package experiment

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/govbench/govbench/reports/record"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/mix"
)

// members tells what was measured of each service of a mixed workload.
func (c *Cell) members(out *result.Record, values [][]result.Value, laws error) {
	mixed := c.Workload.Mixed()
	if mixed == nil {
		return
	}
	broken := map[int]string{}
	if list := (*mix.BrokenLaws)(nil); errors.As(laws, &list) {
		for _, law := range *list {
			broken[law.Member] = law.Err.Error()
		}
	}
	shares := c.shares()
	for i, w := range c.Workload.Members() {
		load := ""
		if slices.Contains(c.Unpublished, i) {
			load = scenarios.PresetCity
		}
		out.Members = append(out.Members, result.Member{
			Load: load, Scenario: w.Scenario.ID, Category: string(w.Scenario.Category), Provenance: string(w.Scenario.Provenance),
			Share: nearestFloat(shares[i]), Broken: broken[i], Values: values[i],
		})
	}
	out.Warnings = append(out.Warnings, "services: "+mixed.Summary())
}

// nearestFloat is the float nearest to an exact ratio, the same on every machine.
func nearestFloat(r *big.Rat) float64 {
	f, _ := r.Float64()
	return f
}

// refusals tells what the programs refused, by reason: the most frequent ones, and the rest in one line.
func (c *Cell) refusals(out *result.Record, counted []record.Refusals) {
	members := c.Workload.Members()
	rest := uint64(0)
	for _, r := range counted {
		if r.Reason == "" || len(out.Refusals) == result.RefusalsMax {
			rest += r.Count
			continue
		}
		out.Refusals = append(out.Refusals, result.Refusal{Scenario: members[r.Member].Scenario.ID, Reason: r.Reason, Count: r.Count})
	}
	if rest > 0 {
		out.Refusals = append(out.Refusals, result.Refusal{Reason: result.OtherReasons, Count: rest})
	}
}

// amendments tells which changes of rules took effect, and when; of those that did not a warning tells.
func (c *Cell) amendments(out *result.Record, app workloads.App) {
	var enacted []workloads.Enacted
	if governed, ok := app.(workloads.Governed); ok {
		enacted = governed.Enacted()
	}
	late := 0
	for i, w := range c.Workload.Members() {
		for _, a := range w.Scenario.Amendments {
			told := result.Amendment{Scenario: w.Scenario.ID, Rule: a.Rule, Value: a.Value, Height: a.Height}
			for _, e := range enacted {
				if e.Member == i && e.Rule == a.Rule && e.Value == a.Value && !told.InForce {
					told.InForce, told.Height, told.AtSec = true, e.Height, e.At.Seconds()
				}
			}
			if !told.InForce {
				late++
			}
			out.Amendments = append(out.Amendments, told)
		}
	}
	if late > 0 {
		out.Warnings = append(out.Warnings, fmt.Sprintf("rules that were to change in this run and did not, because too few transactions came: %d of %d", late, len(out.Amendments)))
	}
}

// loneNote says how many services of a mix were given one arrival because their own rate had none.
func loneNote(source workloads.Source) []string {
	mixed, ok := source.(*mix.Source)
	if !ok || mixed.Lone() == 0 {
		return nil
	}
	return []string{fmt.Sprintf("no arrival at their own rates in this time: %d of the services, each of which was given one at a random moment, so that its program is exercised (assumed)", mixed.Lone())}
}
