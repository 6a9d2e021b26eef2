package gallery

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/render"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

const service = "court-evidence-deposit"

// samples are trials of a design in a bubble, with latencies from a value on.
func samples(design string, n int, from, step float64) (out []result.Record) {
	for i := range n {
		r := record(service, design, i, from+step*float64(i%7))
		r.Runtime = result.Bubble
		for k := range r.Values {
			r.Values[k].Exact = false
		}
		out = append(out, r)
	}
	return out
}

// rowsOf cuts the rows of a comparison out of a page.
func rowsOf(body string) (out []string) {
	for _, row := range strings.Split(body, `class="metric"`)[1:] {
		row, _, _ = strings.Cut(row, "</tr>")
		out = append(out, row)
	}
	return out
}

func TestCompare(t *testing.T) {
	h := newHall(t)
	broken := record(service, "hotstuff", 0, 1)
	broken.Checks[0] = result.Check{Name: "agreement", Detail: "two blocks"}
	h.put(t, "old/runs.jsonl", lines(t, append([]result.Record{record(service, "pbft", 0, 0.2), record("medical-ebill", "pbft", 0, 0.3), record(service, "gone", 0, 1), record(service, "hotstuff", 0, 1)},
		samples("hashiraft", 12, 0.1, 0.001)...)...))
	h.put(t, "new/runs.jsonl", lines(t, append([]result.Record{record(service, "pbft", 0, 0.25), record("medical-ebill", "pbft", 0, 0.3), record(service, "came", 0, 1), broken},
		samples("hashiraft", 12, 0.05, 0.001)...)...))
	body := want(t, h.get(t, "/compare?a=old&b=new"), http.StatusOK,
		"Of 4 cells in both sets: 1 worse, 1 better, 1 withheld and 1 without a change that counts. 1 cell is only in old. 1 cell is only in new.",
		"court-evidence-deposit, pbft at 100", "&#43;25.0\u00a0%", "200\u00a0ms", "250\u00a0ms", "exact", "p &lt;0.0001", "Mann-Whitney", "agreement", "network metro", "/compare?a=new&amp;b=old")
	for _, row := range rowsOf(body) {
		if strings.Contains(row, "withheld") && strings.Contains(row, "ms") {
			t.Errorf("a figure of a run with a failed check: %s", row)
		}
	}
	rows := func(query string) int {
		return len(rowsOf(want(t, h.get(t, "/compare?a=old&b=new"+query), http.StatusOK)))
	}
	for query, want := range map[string]int{"": 12, "&changed=1": 7, "&scenario=medical-ebill": 3, "&design=pbft": 6, "&design=pbft&changed=1": 2,
		"&metric=latency-p99": 6, "&metric=latency-p99&design=hashiraft": 1, "&metric=all": 15, "&metric=offered&design=pbft": 2, "&scenario=none": 0} {
		if got := rows(query); got != want {
			t.Errorf("%s shows %d rows, want %d", query, got, want)
		}
	}
	// What is shown changes no verdict: the correction is for all comparisons.
	all := rowsOf(want(t, h.get(t, "/compare?a=old&b=new"), http.StatusOK))
	for _, row := range rowsOf(want(t, h.get(t, "/compare?a=old&b=new&design=hashiraft"), http.StatusOK)) {
		row, _, _ = strings.Cut(row, "<svg")
		if !strings.Contains(strings.Join(all, "\n"), row) {
			t.Errorf("another row by itself: %s", row)
		}
	}
	want(t, h.get(t, "/compare?a=old&b=new&metric=latency-p99"), http.StatusOK, `class="old"`, `class="new"`, `aria-label="old 200`)
	if body := want(t, h.get(t, "/compare?a=old&b=old"), http.StatusOK); strings.Contains(body, "worse") || !strings.Contains(body, "the same") {
		t.Error("a set differs from itself")
	}
	want(t, h.get(t, "/compare?a=old&b=new&b=old&b=new"), http.StatusOK, "<bdi>old</bdi> <span class=\"muted\">and</span> <bdi>new</bdi>", "<bdi>old</bdi> <span class=\"muted\">and</span> <bdi>old</bdi>")
}

func TestCompareWhatIsNotThere(t *testing.T) {
	h := newHall(t)
	h.put(t, "a/runs.jsonl", lines(t, record(service, "pbft", 0, 1)))
	h.put(t, "empty/runs.jsonl", "")
	h.put(t, "bad/runs.jsonl", "{}\n")
	h.put(t, "joint/report.html", "")
	for _, query := range []string{"", "?a=a", "?b=a", "?a=&b="} {
		want(t, h.get(t, "/compare"+query), http.StatusOK, "Name an old result set", `<option value="a">`)
	}
	for _, name := range []string{"gone", "..", "../a", "/a", "a/../a", "joint", "a%00", "%3Cscript%3Ealert(1)%3C/script%3E", ".", "a/runs.jsonl"} {
		for _, query := range []string{"?a=a&b=" + name, "?b=a&a=" + name} {
			if body := want(t, h.get(t, "/compare"+query), http.StatusNotFound, "no result set with runs"); strings.Contains(body, "<script>alert") {
				t.Errorf("%s is not escaped", query)
			}
		}
	}
	want(t, h.get(t, "/compare?a=a&b=bad"), http.StatusNotFound, "bad/runs.jsonl:1", "no schema")
	want(t, h.get(t, "/compare?a=empty&b=empty"), http.StatusOK, "No cell is in both sets", "Nothing to show")
	want(t, h.get(t, "/compare?a=a&b=empty"), http.StatusOK, "1 cell is only in a")
	want(t, h.get(t, "/compare?a=a&b=a"), http.StatusOK, "<bdi>a</bdi> is still being written")
	many := ""
	for i := range 30 {
		name := fmt.Sprintf("set-%d", i)
		h.put(t, name+"/runs.jsonl", lines(t, record(service, "pbft", 0, 1)))
		many += "&b=" + name
	}
	if n := strings.Count(want(t, h.get(t, "/compare?a=a"+many), http.StatusOK), "<h2>"); n != newSetsMax {
		t.Errorf("%d sets are compared at once", n)
	}
}

// Names and warnings of results are data here too, and one page has a bounded number of rows.
func TestCompareHostile(t *testing.T) {
	h := newHall(t)
	var old, now []result.Record
	for i := range 300 {
		r := record(fmt.Sprintf("<i>%d", i), "<b>\u202edesign", 0, 1)
		r.Network, r.Load = "<u>net", "<s>load"
		r.Values = append(r.Values, result.Value{Name: "<em>metric", Unit: "<tt>unit", Better: "sideways", Exact: true, Value: math.MaxFloat64})
		old = append(old, r)
		r.Cell, r.Values = "<q>cell", append([]result.Value{}, r.Values...)
		r.Values[4].Value = -math.MaxFloat64
		now = append(now, r)
	}
	h.put(t, "<a>/runs.jsonl", lines(t, old...))
	h.put(t, "b/runs.jsonl", lines(t, now...))
	for _, query := range []string{"", "&metric=all", "&metric=%3Cem%3Emetric"} {
		body := want(t, h.get(t, "/compare?a=%3Ca%3E&b=b"+query), http.StatusOK, "&lt;i&gt;0", `\u202edesign`, "&lt;u&gt;net")
		for _, not := range []string{"<i>", "<b>", "<u>", "<s>", "<em>", "<tt>", "<q>", "<a>", "NaN", "Inf"} {
			if strings.Contains(body, not) {
				_, at, _ := strings.Cut(body, not)
				t.Errorf("%s: the page holds %s%.80s", query, not, at)
			}
		}
		if n := len(rowsOf(body)); n > rowsMax {
			t.Errorf("%d rows", n)
		}
	}
	want(t, h.get(t, "/compare?a=%3Ca%3E&b=b"), http.StatusOK, "800 comparisons more")
}

// compared are the rows of contrasts of one pair.
func compared(contrasts []stats.Contrast) []render.CompareRow {
	c := render.Compared{Pairs: stats.Pairs([]result.Record{record(service, "pbft", 0, 1)}, nil), Contrasts: contrasts, Rule: stats.DefaultRule()}
	rows, _ := c.Rows(render.ByRuns, true)
	return rows
}

func TestStrips(t *testing.T) {
	side := func(low, median, high float64) stats.Interval {
		return stats.Interval{N: 10, Low: low, Median: median, High: high}
	}
	for _, contrasts := range [][]stats.Contrast{
		{{Metric: "m", Old: side(1, 2, 3), New: side(2, 3, 4), Change: 0.5, Low: -0.3, High: 3}},
		{{Metric: "m", Old: side(0, 0, 0), New: side(2, 3, 4), Change: math.Inf(1), Low: math.Inf(-1), High: math.Inf(1)}},
		{{Metric: "m", Old: side(0, 0, 0), New: side(0, 0, 0)}},
		{{Metric: "m", Old: side(1, 1, 1), New: side(1e6, 1e6, 1e6), Change: 1e6, Low: 1e6, High: 1e6}},
		{{Metric: "m", Old: side(-5, -4, -3)}},
	} {
		for _, values := range []bool{true, false} {
			rows := compared(contrasts)
			s := scalesOf(rows, values)
			drawn := s.strip(rows[0])
			if drawn == nil {
				if values {
					t.Errorf("%+v is not drawn", contrasts[0])
				}
				continue
			}
			for _, m := range drawn.Marks {
				if !(m.From <= m.At && m.At <= m.To && m.From >= stripMargin-0.1 && m.To <= stripWidth-stripMargin+0.1) {
					t.Errorf("%+v, values %v: %+v", contrasts[0], values, m)
				}
			}
		}
	}
	rows := compared([]stats.Contrast{{Metric: "m", Old: side(1, 2, 3), New: side(3, 4, 5)}})
	s := scalesOf(rows, true)
	marks := s.strip(rows[0]).Marks
	if marks[0].From != stripMargin || marks[1].To != stripWidth-stripMargin || marks[0].To != stripWidth/2 || marks[1].New != true {
		t.Errorf("1 to 5 is drawn as %+v", marks)
	}
}
