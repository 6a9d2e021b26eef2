package render

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// servicesNote stands over the tables of services.
const servicesNote = "One chain carries all of these services. Shares are of the requests offered, reads included. Latencies are those of the service's own transactions " +
	"(of its reads, in brackets, where it has no transactions). A category's latencies are those of its slowest service. Refused are transactions that the rules of the program turned down. " +
	"Of several trials the first is shown."

// serviceTable is what one run of a mixed workload measured, service by service.
type serviceTable struct {
	Title      string // of the mix, the design and the load
	Provenance string // how real the services are, in a sentence
	Slowest    string // in a sentence
	Run        int    // where its command stands
	Groups     []serviceGroup
}

// serviceGroup is the services of one category.
type serviceGroup struct {
	Category string
	Total    serviceRow // Name counts the services
	Rows     []serviceRow
}

// serviceRow is one line. Every figure is written out.
type serviceRow struct {
	ID, Name, NameZh, Provenance                   string
	Share, Offered, Answered, P50, P99, Case, Laws string
	Refused                                        string
	Broken                                         bool // a law of its program broke
}

// serviceTables lays out every mixed workload of the records.
func (j *judged) serviceTables() []serviceTable {
	var out []serviceTable
	for _, c := range j.cells {
		if r := anyRecord(c); len(r.Members) > 0 {
			out = append(out, j.serviceTable(c, r))
		}
	}
	return out
}

func (j *judged) serviceTable(c stats.Cell, r result.Record) serviceTable {
	t := serviceTable{
		Title:      fmt.Sprintf("%s: %s%s at %s", j.in.scenarioName(c.Scenario), c.Series, j.sampleMark(c.Series), loadText(c.Load)),
		Provenance: provenanceCounts(r.Members), Slowest: j.slowestService(r), Run: j.runOf(c),
	}
	var categories []string
	for _, m := range r.Members {
		categories = append(categories, cmp.Or(m.Category, "other"))
	}
	for _, category := range unique(categories) {
		g := serviceGroup{Category: category}
		var members []result.Member
		for _, m := range r.Members {
			if cmp.Or(m.Category, "other") == category {
				members = append(members, m)
				g.Rows = append(g.Rows, j.serviceRow(m))
			}
		}
		g.Total = serviceTotal(members)
		t.Groups = append(t.Groups, g)
	}
	return t
}

// provenanceCounts says how real the services of a mix are.
func provenanceCounts(members []result.Member) string {
	n := map[string]int{}
	for _, m := range members {
		n[cmp.Or(m.Provenance, "modelled")]++
	}
	var words []string
	for _, p := range []string{"documented", "derived", "modelled"} {
		if n[p] > 0 {
			words = append(words, fmt.Sprintf("%d %s", n[p], p))
		}
	}
	return fmt.Sprintf("%s: %s: a reconstruction; none is official.", count(len(members), "service"), strings.Join(words, ", "))
}

// slowestService names the service whose people wait longest.
func (j *judged) slowestService(r result.Record) string {
	var slow, fast result.Member
	for _, m := range r.Members {
		v, ok := m.Value(rank)
		if !ok {
			continue
		}
		if slow.Scenario == "" || v.Value > slow.Number(rank) {
			slow = m
		}
		if fast.Scenario == "" || v.Value < fast.Number(rank) {
			fast = m
		}
	}
	if slow.Scenario == "" || slow.Scenario == fast.Scenario {
		return ""
	}
	return fmt.Sprintf("99 %% of a service's transactions are answered within %s (%s) to %s (%s).",
		timeText(fast.Number(rank)), j.in.scenarioName(fast.Scenario), timeText(slow.Number(rank)), j.in.scenarioName(slow.Scenario))
}

func (j *judged) serviceRow(m result.Member) serviceRow {
	row := serviceRow{ID: m.Scenario, Name: j.in.scenarioName(m.Scenario), NameZh: j.in.Scenarios[m.Scenario].NameZh,
		Provenance: cmp.Or(m.Provenance, j.in.provenance(m.Scenario)) + loadMark(m), Share: quantity(m.Share, "ratio"), Laws: "hold", Broken: m.Broken != ""}
	if row.Broken {
		row.Laws = "broken: " + m.Broken
	}
	row.Offered = rates(m.Number("offered"), m.Number("read-offered"), m.Values != nil)
	row.Answered = rates(m.Number("throughput"), m.Number("read-throughput"), m.Values != nil)
	row.Refused = rates(m.Number("refused"), 0, m.Values != nil)
	row.P50, row.P99 = memberTime(m, "p50"), memberTime(m, "p99")
	if v, ok := m.Value("case-latency-p50"); ok {
		row.Case = timeText(v.Value)
	}
	return row
}

// loadMark marks a service that does not run at the load of the run.
func loadMark(m result.Member) string {
	if m.Load == "" {
		return ""
	}
	return ", " + m.Load + " rate"
}

// borrowed says, for a load, which part of it comes from services that have no such load of their own.
func (j *judged) borrowed(load string) string {
	for _, c := range j.cells {
		r := anyRecord(c)
		n, share, other := 0, 0.0, ""
		for _, m := range r.Members {
			if m.Load != "" {
				n, share, other = n+1, share+m.Share, m.Load
			}
		}
		if n > 0 && c.Load == load {
			return fmt.Sprintf("At %s no volume was published for %d of %d services, %s of the requests offered: they run at their %s rates, which nobody may call %s.",
				loadText(load), n, len(r.Members), quantity(share, "ratio"), other, load)
		}
	}
	return ""
}

// rates writes transactions and reads a second.
func rates(tx, reads float64, known bool) string {
	switch {
	case !known:
		return "–"
	case reads == 0:
		return figure(tx) + " tx/s"
	case tx == 0:
		return figure(reads) + " reads/s"
	}
	return figure(tx) + " tx/s + " + figure(reads) + " reads/s"
}

// memberTime is a quantile of a service's transactions or, in brackets, of its reads.
func memberTime(m result.Member, quantile string) string {
	if v, ok := m.Value("latency-" + quantile); ok {
		return timeText(v.Value)
	}
	if v, ok := m.Value("read-latency-" + quantile); ok {
		return "(" + timeText(v.Value) + ")"
	}
	return "–"
}

// serviceTotal sums up a category.
func serviceTotal(members []result.Member) serviceRow {
	var share, tx, reads, gotTx, gotReads, refused, p50, p99 float64
	broken, known := 0, false
	for _, m := range members {
		share += m.Share
		tx += m.Number("offered")
		reads += m.Number("read-offered")
		gotTx += m.Number("throughput")
		gotReads += m.Number("read-throughput")
		refused += m.Number("refused")
		p50, p99 = max(p50, m.Number("latency-p50")), max(p99, m.Number(rank))
		known = known || m.Values != nil
		if m.Broken != "" {
			broken++
		}
	}
	row := serviceRow{Name: count(len(members), "service"), Share: quantity(share, "ratio"), Offered: rates(tx, reads, known),
		Answered: rates(gotTx, gotReads, known), Refused: rates(refused, 0, known), P50: "–", P99: "–", Laws: "hold", Broken: broken > 0}
	if p99 > 0 {
		row.P50, row.P99 = timeText(p50), timeText(p99)
	}
	if broken > 0 {
		row.Laws = "broken by " + count(broken, "service")
	}
	return row
}

// verification says how many verifications a run answered without ordering them, and how many it logged.
type verification struct {
	Scenario, Load, Reads, Logged, Share string
	Run                                  int // where the command stands
}

// verificationNote stands over the table of verifications.
const verificationNote = "A verification that leaves no trail is a read: one replica answers it, and nothing is ordered. Where a service logs its checks (log_reads), each of them is a transaction that every replica orders and executes. " +
	"The share is that of logged checks in all transactions answered: the load that logging makes. The first sound design of each row is shown."

// verifications lists the scenarios that read or log checks.
func (j *judged) verifications() []verification {
	var out []verification
	for _, load := range j.loads {
		for _, s := range j.scenarios {
			for _, series := range j.series {
				c := j.find(s, load, series)
				if c == nil || !sound(*c) {
					continue
				}
				reads, logged, tx := c.Number("read-throughput"), c.Number("logged-checks"), c.Number("throughput")
				if reads == 0 && logged == 0 {
					break
				}
				share := 0.0
				if tx > 0 {
					share = logged / tx
				}
				out = append(out, verification{s, load, quantity(reads, "read/sec"), quantity(logged, "tx/sec"), quantity(share, "ratio"), j.runOf(*c)})
				break
			}
		}
	}
	return out
}

// refusal counts the operations that the rules of a program turned down for one reason, over all runs.
type refusal struct {
	Scenario string // empty: of several
	Reason   string
	Count    uint64
	Run      int // where the command stands that makes the count again; 0 where several runs add up to it
}

// refusalsNote stands over the table of refusals.
const refusalsNote = "Operations that a program's rules refused in the windows of all runs, by reason: they change nothing. Most are made wrong on purpose by the generators, a share that each scenario states."

// refusals adds up the records' refusals, the most frequent first.
func (j *judged) refusals() []refusal {
	var out []refusal
	index := map[refusal]int{}
	rest := uint64(0)
	for row, r := range j.in.Records {
		for _, f := range r.Refusals {
			key := refusal{Scenario: f.Scenario, Reason: f.Reason}
			if f.Reason == result.OtherReasons {
				rest += f.Count
				continue
			}
			i, ok := index[key]
			if !ok {
				i = len(out)
				index[key] = i
				out = append(out, key)
				out[i].Run = row + 1
			}
			out[i].Count += f.Count
			if out[i].Run != row+1 {
				out[i].Run = 0
			}
		}
	}
	slices.SortStableFunc(out, func(a, b refusal) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Scenario, b.Scenario), cmp.Compare(a.Reason, b.Reason))
	})
	if len(out) > result.RefusalsMax {
		for _, f := range out[result.RefusalsMax:] {
			rest += f.Count
		}
		out = out[:result.RefusalsMax]
	}
	if rest > 0 {
		out = append(out, refusal{Reason: result.OtherReasons, Count: rest})
	}
	return out
}

// amended is a rule that was to change in mid-run, over all runs of a scenario and load.
type amended struct {
	Scenario, Load, Rule, Value, Height, When string
	Run                                       int // where the command stands
}

// amendedNote stands over the table of amendments.
const amendedNote = "Rules that the agencies change in mid-run by transactions: one proposes a value and a height, a quorum endorses it, and the new value governs every transaction of the program after that many. The time is the program's own; the first sound design of each row is shown."

// amendments lists the changes of rules, by the first sound run of each scenario and load.
func (j *judged) amendments() []amended {
	var out []amended
	seen := map[[2]string]bool{}
	for i, r := range j.in.Records {
		key := [2]string{r.Scenario, r.Load}
		if seen[key] || len(r.Amendments) == 0 || len(r.Failed()) > 0 {
			continue
		}
		seen[key] = true
		for _, a := range r.Amendments {
			row := amended{Scenario: a.Scenario, Load: r.Load, Rule: a.Rule, Value: strconv.FormatInt(a.Value, 10),
				Height: strconv.FormatUint(a.Height, 10), When: "not reached", Run: i + 1}
			if a.InForce {
				row.When = "at " + timeText(a.AtSec)
			}
			out = append(out, row)
		}
	}
	return out
}

// markdownServices writes the tables of services, verifications, amendments and refusals.
func (j *judged) markdownServices(p printer) {
	if tables := j.serviceTables(); len(tables) > 0 {
		p("\n## Services on one chain\n\n%s", servicesNote)
		for _, t := range tables {
			p("\n### %s\n\n%s\n", md(t.Title), strings.TrimSpace(t.Provenance+" "+md(t.Slowest)))
			p("| service | provenance | share | offered | answered | median | 99 %% | whole case | refused | laws |\n|---|---|---:|---:|---:|---:|---:|---:|---:|---|")
			for _, g := range t.Groups {
				j.markdownService(p, "**"+md(g.Category)+"**, "+g.Total.Name, g.Total)
				for _, r := range g.Rows {
					j.markdownService(p, md(strings.TrimSpace(r.Name+" "+r.NameZh)), r)
				}
			}
		}
	}
	if rows := j.verifications(); len(rows) > 0 {
		p("\n## Verifications\n\n%s\n", verificationNote)
		p("| scenario | load | read at one replica | logged on chain | share of all transactions |\n|---|---|---:|---:|---:|")
		for _, v := range rows {
			p("| %s | %s | %s | %s | %s |", md(j.in.scenarioName(v.Scenario)), md(loadText(v.Load)), v.Reads, v.Logged, v.Share)
		}
	}
	if rows := j.amendments(); len(rows) > 0 {
		p("\n## Rules that changed in mid-run\n\n%s\n", amendedNote)
		p("| scenario | load | rule | new value | after transactions | took effect |\n|---|---|---|---:|---:|---|")
		for _, a := range rows {
			p("| %s | %s | %s | %s | %s | %s |", md(j.in.scenarioName(a.Scenario)), md(loadText(a.Load)), md(a.Rule), a.Value, a.Height, a.When)
		}
	}
	if rows := j.refusals(); len(rows) > 0 {
		p("\n## Refused by the programs\n\n%s\n", refusalsNote)
		p("| scenario | reason | operations |\n|---|---|---:|")
		for _, f := range rows {
			p("| %s | %s | %s |", md(cmp.Or(j.in.scenarioName(f.Scenario), "several")), md(f.Reason), figure(float64(f.Count)))
		}
	}
}

func (j *judged) markdownService(p printer, name string, r serviceRow) {
	p("| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |", name, md(r.Provenance), r.Share, r.Offered, r.Answered, r.P50, r.P99, r.Case, r.Refused, md(r.Laws))
}
