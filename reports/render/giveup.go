package render

import (
	"fmt"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// Why a run of a cell beyond what it carries has no figures, as a status: it was given up itself, or another trial was.
const (
	givenUpWord  = "given up"
	withheldWord = "withheld"
)

// statusBeyond is the status of a run of a cell beyond what it carries.
func statusBeyond(r result.Record) string {
	if r.GivenUp() {
		return givenUpWord
	}
	return withheldWord
}

// withoutBeyond takes the figures out of every run of a cell of which one was given up.
func withoutBeyond(records []result.Record) []result.Record {
	beyond := stats.Beyond(records)
	out := make([]result.Record, len(records))
	for i, r := range records {
		if out[i] = r; beyond(r) {
			out[i] = r.Bare()
		}
	}
	return out
}

// givenUp counts the runs that were given up.
func givenUp(records []result.Record) (n int) {
	for _, r := range records {
		if r.GivenUp() {
			n++
		}
	}
	return n
}

// givenUpText counts the cells of which a run was given up, and says what held them back; empty when there is none.
func givenUpText(cells []stats.Cell) string {
	runs := 0
	var held []string
	for _, c := range cells {
		if len(c.GivenUp) > 0 {
			runs += givenUp(c.GivenUp)
			held = append(held, heldBack(c))
		}
	}
	if len(held) == 0 {
		return ""
	}
	return fmt.Sprintf("%s of %s %s given up, held back by %s: the load is more than %s. No trial of such a cell has figures or counts in a mean.",
		count(runs, "run"), count(len(held), "cell"), plural(runs, "was", "were"), commonest(held), plural(len(held), "it carries", "they carry"))
}

// givenUpHead and givenUpRows are a table of the cells of which a run was given up: a row a cell.
var givenUpHead = []string{"service", "cell", "held back by", "given up after"}

func givenUpRows(cells []stats.Cell) (rows [][]string) {
	for _, c := range cells {
		var after []float64
		for _, r := range c.GivenUp {
			if r.GivenUp() {
				after = append(after, r.GivenUpSec)
			}
		}
		if low, high := bounds(after); len(after) > 0 {
			rows = append(rows, []string{c.Scenario, cellName(c.GivenUp[0]), limitShort(c), rangeText(low, high, timeText)})
		}
	}
	return rows
}
