package render

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// writeBench writes the Go benchmark format with unit metadata (golang.org/design/14313-benchmark-format),
// a line a run. A unit is exact for benchstat only when all of its figures are: samples and exact figures
// share the names of metrics.
func writeBench(w io.Writer, in Input) error {
	out := bufio.NewWriter(w)
	measured := stats.Measured(in.Records) // no other figure leaves the record
	for _, u := range benchUnits(measured) {
		if u.better == result.Higher || u.better == result.Lower {
			fmt.Fprintf(out, "Unit %s better=%s\n", u.name, u.better)
		}
		if u.exact {
			fmt.Fprintf(out, "Unit %s assume=exact\n", u.name)
		}
	}
	for _, r := range measured {
		fmt.Fprintf(out, "%s 1", benchName(r))
		for _, v := range r.Values {
			fmt.Fprintf(out, " %s %s", strconv.FormatFloat(v.Value, 'f', -1, 64), benchUnit(v))
		}
		fmt.Fprintln(out)
	}
	return out.Flush()
}

type unitMeta struct {
	name   string
	better result.Better
	exact  bool
}

func benchUnits(records []result.Record) []unitMeta {
	index := map[string]int{}
	var out []unitMeta
	for _, r := range records {
		for _, v := range r.Values {
			name := benchUnit(v)
			i, ok := index[name]
			if !ok {
				i = len(out)
				index[name] = i
				out = append(out, unitMeta{name, v.Better, true})
			}
			out[i].exact = out[i].exact && v.Exact
		}
	}
	return out
}

// benchUnit joins name and unit, since a benchmark line has units only: latency-p99 in sec is
// p99-sec, cpu-utilisation-max is cpu-utilisation-max-ratio.
func benchUnit(v result.Value) string {
	return strings.Map(benchRune, strings.TrimPrefix(v.Name, "latency-")+"-"+v.Unit)
}

// benchName is a run's settings as sub-benchmark names. It ends in the clock, so that no number at its
// end is taken for a GOMAXPROCS.
func benchName(r result.Record) string {
	var b strings.Builder
	b.WriteString("BenchmarkRun")
	put := func(key, value string) { b.WriteString("/" + benchWord(key) + "=" + benchWord(value)) }
	put("scenario", r.Scenario)
	put("design", r.Design)
	put("load", r.Load)
	put("network", r.Network)
	put("machine", r.Machine)
	put("faults", r.Faults)
	put("replicas", strconv.Itoa(r.Replicas))
	for _, f := range r.Factors {
		put(f.Name, f.Value)
	}
	put("clock", string(r.Runtime))
	return b.String()
}

// benchWord takes out what would end a name or one of its parts.
func benchWord(s string) string {
	if s == "" {
		return "none"
	}
	return strings.Map(benchRune, strings.ReplaceAll(s, "/", "_"))
}

// benchRune takes out what would end a word.
func benchRune(r rune) rune {
	if r <= ' ' || unicode.IsSpace(r) || unicode.IsControl(r) {
		return '_'
	}
	return r
}
