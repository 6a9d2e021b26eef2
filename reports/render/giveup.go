package render

import (
	"fmt"

	"github.com/govbench/govbench/reports/result"
)

// givenUpWord is the status of a run that was given up.
const givenUpWord = "given up"

// givenUp lists the runs that were given up.
func givenUp(records []result.Record) (out []result.Record) {
	for _, r := range records {
		if r.GivenUpSec > 0 {
			out = append(out, r)
		}
	}
	return out
}

// givenUpText says of how many runs there are no figures because they were given up; empty when of none.
func givenUpText(records []result.Record) string {
	switch n := len(givenUp(records)); n {
	case 0:
		return ""
	case 1:
		return "1 run was given up: its load is more than its cell carries. No trial of such a cell has figures or counts in a mean."
	default:
		return fmt.Sprintf("%d runs were given up: their load is more than their cells carry. No trial of such a cell has figures or counts in a mean.", n)
	}
}
