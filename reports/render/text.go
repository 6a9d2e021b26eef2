package render

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// Text writes the summary for a terminal: a table with a row a scenario, design and load, then what
// the report answers, and the checks that failed.
func Text(w io.Writer, in Input) error {
	j := judge(in)
	out := bufio.NewWriter(w)
	head := []string{"scenario", "load", "design", "throughput", "p50", "p99", "held back by"}
	right := []bool{false, false, false, true, true, true, false}
	var table [][]string
	for _, load := range j.loads {
		for _, s := range j.scenarios {
			table = append(table, j.textRows(s, load)...)
		}
	}
	writeAligned(out, head, table, right)
	fmt.Fprintln(out)
	for _, s := range j.tally() {
		fmt.Fprintln(out, s)
	}
	if j.sampled() {
		fmt.Fprintln(out, "~ marks samples: they vary from run to run, and are not ranked against exact figures.")
	}
	for _, r := range in.Records {
		for _, c := range r.Failed() {
			fmt.Fprintf(out, "CHECK FAILED  %s, %s at %s, seed %d: %s: %s\n", r.Scenario, r.Design, loadText(r.Load), r.Seed, c.Name, c.Detail)
		}
	}
	return out.Flush()
}

func (j *judged) sampled() bool {
	for _, c := range j.cells {
		if c.Runtime != result.Virtual {
			return true
		}
	}
	return false
}

// nameColumns is the width of the first column of the table in terminal columns.
const nameColumns = 34

// textRows are the rows of one scenario and load: its name in the first, its Chinese name in the second.
func (j *judged) textRows(scenario, load string) [][]string {
	var out [][]string
	names := []string{j.in.scenarioName(scenario), j.in.Scenarios[scenario].NameZh}
	shown := loadText(load)
	for _, series := range j.series {
		c := j.find(scenario, load, series)
		if c == nil {
			continue
		}
		row := []string{"", shown, series, "–", "–", "–", ""}
		if len(out) < len(names) {
			row[0] = cutColumns(names[len(out)], nameColumns)
		}
		if sound(*c) {
			row[3], row[4], row[5] = textCell(*c, "throughput"), textCell(*c, "latency-p50"), textCell(*c, "latency-p99")
			row[6] = limitShort(*c)
		} else {
			row[6] = "check failed: " + c.Broken[0].Failed()[0].Name
		}
		out = append(out, row)
		shown = ""
	}
	return out
}

// limitShort is what limits a cell in a word or two.
func limitShort(c stats.Cell) string {
	switch l := limitWord(c); l {
	case result.LimitOffered:
		return "nothing"
	case result.LimitRounds:
		return "round trips"
	default:
		return limitText(l)
	}
}

// cutColumns shortens s to n terminal columns.
func cutColumns(s string, n int) string {
	if columnsOf(s) <= n {
		return s
	}
	r := []rune(s)
	for len(r) > 0 && columnsOf(string(r)) > n-1 {
		r = r[:len(r)-1]
	}
	return string(r) + "…"
}

func textCell(c stats.Cell, metric string) string {
	v, ok := c.Median(metric)
	if !ok {
		return "–"
	}
	m, _ := result.MetricNamed(metric)
	s := quantity(v.Median, m.Unit)
	if c.Runtime != result.Virtual {
		s = "~" + s
	}
	return s
}

func writeAligned(out io.Writer, head []string, table [][]string, right []bool) {
	widths := make([]int, len(head))
	for _, row := range append([][]string{head}, table...) {
		for i, s := range row {
			widths[i] = max(widths[i], columnsOf(s))
		}
	}
	rule := make([]string, len(head))
	for i, n := range widths {
		rule[i] = strings.Repeat("─", n)
	}
	for _, row := range append([][]string{head, rule}, table...) {
		var b strings.Builder
		for i, s := range row {
			pad := strings.Repeat(" ", widths[i]-columnsOf(s))
			if right[i] {
				b.WriteString(pad + s)
			} else {
				b.WriteString(s + pad)
			}
			b.WriteString("  ")
		}
		fmt.Fprintln(out, strings.TrimRight(b.String(), " "))
	}
}

// columnsOf is the number of terminal columns that s takes: two for a wide East Asian character, none
// for a combining or control one.
func columnsOf(s string) int {
	n := 0
	for _, r := range s {
		switch k := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc):
		case k == width.EastAsianWide || k == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
