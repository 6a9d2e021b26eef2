package render

import (
	"fmt"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// Why a run of a cell beyond what it carries has no figures, as a status: it was given up itself, or another trial was.
const (
	givenUpWord  = "given up"
	withheldWord = "withheld"
)

// namedMost bounds the cells given up that a sentence names; the tables tell of all.
const namedMost = 5

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

// givenUpText counts and names the cells of which a run was given up; empty when there is none.
func givenUpText(cells []stats.Cell) string {
	runs, n := 0, 0
	var names []string
	for _, c := range cells {
		if len(c.GivenUp) == 0 {
			continue
		}
		runs += givenUp(c.GivenUp)
		if n++; n <= namedMost {
			names = append(names, fmt.Sprintf("%s on %s, held back by %s", cellName(c.GivenUp[0]), c.Scenario, heldBack(c)))
		}
	}
	if n == 0 {
		return ""
	}
	if n > namedMost {
		names = append(names, fmt.Sprintf("and %d more", n-namedMost))
	}
	of := "whose load is more than it carries"
	if n > 1 {
		of = "whose load is more than they carry"
	}
	return fmt.Sprintf("%s of %s, %s, %s given up: %s. No trial of such a cell has figures or counts in a mean.",
		count(runs, "run"), count(n, "cell"), of, plural(runs, "was", "were"), strings.Join(names, "; "))
}
