package render

import (
	"fmt"
	"math"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// crossTolerance is how far the median latencies of the two implementations of Raft may differ on a load
// that both carry.
const crossTolerance = 0.15

// crossNote says where the two differ and why; the package hashiraft has the figures.
const crossNote = "The report holds Raft twice: as a pure machine in exact virtual time (raft) and as the library hashicorp/raft (hashiraft). Two programs written apart that agree speak for the model under both. " +
	"The tolerance is 15 % of the median latency, for a load that both carry without faults. Where they differ: the library's leader syncs an entry to its disk and only then sends it, the machine does both at once, " +
	"which shows when blocks hardly wait or the disk is slow; the library's leader learns of commits between its own syncs, so under load an answer waits for the sync of the block behind it; " +
	"and a follower of the library handles one message at a time with a sync each, so beyond saturation the two part."

// crossRow compares the two implementations in one setting.
type crossRow struct {
	Scenario, Load       string
	Setting              string // network, machine, faults and factors
	Machine, Library     string // median latencies
	Ratio                string // of the library's to the machine's
	Compared, WithinTest bool
	Verdict              string
	ratio                float64
	Runs                 [2]int // where the commands of both stand
}

// crossKey is everything in which two cells must agree to be compared.
func crossKey(c stats.Cell) string {
	r := anyRecord(c)
	return strings.Join([]string{c.Scenario, c.Load, setting(c), fmt.Sprint(r.Replicas), factors(r, ", ")}, "\x00")
}

// crossRows pairs the cells of raft and hashiraft.
func (j *judged) crossRows() []crossRow {
	machine := map[string]stats.Cell{}
	for _, c := range j.cells {
		if anyRecord(c).Protocol == "raft" && c.Runtime == result.Virtual && sound(c) {
			machine[crossKey(c)] = c
		}
	}
	var out []crossRow
	for _, lib := range j.cells {
		pure, ok := machine[crossKey(lib)]
		if anyRecord(lib).Protocol != "hashiraft" || !ok || !sound(lib) {
			continue
		}
		row := crossOf(pure, lib)
		row.Runs = [2]int{j.runOf(pure), j.runOf(lib)}
		out = append(out, row)
	}
	return out
}

func crossOf(pure, lib stats.Cell) crossRow {
	r := anyRecord(lib)
	a, b := pure.Number("latency-p50"), lib.Number("latency-p50")
	row := crossRow{Scenario: lib.Scenario, Load: lib.Load, Setting: setting(lib), Machine: timeText(a), Library: "~" + timeText(b), Ratio: "–"}
	if v := factors(r, ", "); v != "" {
		row.Setting += ", " + v
	}
	if a > 0 {
		row.ratio = b / a
		row.Ratio = fmt.Sprintf("%.3f", row.ratio)
	}
	switch {
	case a <= 0 || b <= 0:
		row.Verdict = "no answers to compare"
	case lib.Runtime == result.Wall:
		row.Verdict = "not tested: a real clock and disk"
	case faulty(r):
		row.Verdict = "not tested: under faults"
	case !pure.Carried() || !lib.Carried():
		row.Verdict = "not tested: load not carried by both"
	default:
		row.Compared, row.WithinTest = true, math.Abs(row.ratio-1) <= crossTolerance
		row.Verdict = "within 15 %"
		if !row.WithinTest {
			row.Verdict = "more than 15 % apart"
		}
	}
	return row
}

// crossSentence sums the rows up; empty without any.
func crossSentence(rows []crossRow) string {
	var ratios []float64
	within, untested := 0, 0
	for _, r := range rows {
		if !r.Compared {
			untested++
			continue
		}
		ratios = append(ratios, r.ratio)
		if r.WithinTest {
			within++
		}
	}
	switch {
	case len(rows) == 0:
		return ""
	case len(ratios) == 0:
		return fmt.Sprintf("raft and hashiraft are not checked against each other here: %s.", strings.TrimPrefix(rows[0].Verdict, "not tested: "))
	}
	low, high := bounds(ratios)
	three := func(v float64) string { return fmt.Sprintf("%.3f", v) }
	verdict := fmt.Sprintf("within the tolerance of 15 %% in %d of %d", within, len(ratios))
	if within == len(ratios) {
		verdict = fmt.Sprintf("within the tolerance of 15 %% in all %d", within)
	}
	s := fmt.Sprintf("Cross-check of the two implementations of Raft: median latency of hashiraft is %s times that of raft, %s comparisons", rangeText(low, high, three), verdict)
	if untested > 0 {
		s += fmt.Sprintf("; %d more not tested (faults, real clocks or a load that was not carried)", untested)
	}
	return s + "."
}
