package gallery

import (
	"net/http"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// TestCompareGivenUp: of a cell of which a run was given up the server shows no figure, says why, and lists the set.
func TestCompareGivenUp(t *testing.T) {
	h := newHall(t)
	given := record(service, "pbft", 1, 0).Bare()
	given.GivenUpSec, given.Limit = 2.5, result.LimitCPU
	h.put(t, "old/runs.jsonl", lines(t, record(service, "pbft", 0, 0.2), record(service, "pbft", 1, 0.2), record("medical-ebill", "pbft", 0, 0.3)))
	h.put(t, "new/runs.jsonl", lines(t, record(service, "pbft", 0, 0.4), given, record("medical-ebill", "pbft", 0, 0.3)))
	h.put(t, "all/runs.jsonl", lines(t, given))
	for _, query := range []string{"/compare?a=old&b=new", "/compare?a=new&b=old", "/compare?a=old&b=all"} {
		body := want(t, h.get(t, query), http.StatusOK, "1 withheld", "the load is more than the cell carries (limit: cpu)")
		for _, row := range rowsOf(body) {
			if strings.Contains(row, "withheld") && strings.Contains(row, "ms") || strings.Contains(row, "400\u00a0ms") {
				t.Errorf("%s: a figure of a cell that was given up: %s", query, row)
			}
		}
	}
	want(t, h.get(t, "/"), http.StatusOK, "all", "new")
}
