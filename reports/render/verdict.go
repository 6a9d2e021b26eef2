package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// trust is what a design assumes of its replicas.
type trust struct{ model, heading string }

// trusts are in the order in which a government should ask.
var trusts = []trust{
	{"byzantine", "If a replica may lie"},
	{"crash", "If replicas only crash"},
	{"", "Fault model not stated"},
}

// choice is the verdict on the designs of one kind for one scenario and load.
type choice struct {
	Heading string // of the trust
	Setting string // network, machine and faults, where the report has several
	Sampled bool   // samples, not exact figures
	Winner  string // series; empty when none carried the load or none can be named
	Text    string // why, in a sentence
	Limit   string // what limits the winner, or what stopped them all, in a sentence
	Fault   string // what happened to each under faults, in sentences
	Alone   string // the series, when it is the only one of its kind here
	Over    bool   // none carried the load
	Broken  bool   // a check failed in every run
	Run     int    // where the command stands of the cell that the text begins with
	of      string // runKey of that cell
}

// Name is the winner, or why there is none.
func (ch choice) Name() string {
	switch {
	case ch.Winner != "":
		return ch.Winner
	case ch.Over:
		return "None carries it"
	case ch.Broken:
		return "No sound run"
	}
	return "No clear answer"
}

// answer is all verdicts on one scenario at one load.
type answer struct {
	Scenario string // id
	Load     string
	Choices  []choice
}

// judged is the data of one report, in the form that every format lays out.
type judged struct {
	in        Input
	cells     []stats.Cell
	scenarios []string
	loads     []string
	series    []string
	answers   []answer
	isWide    bool
	of        []int          // number of the cell of each record
	first     map[string]int // number of each cell's first run, by runKey
}

func judge(in Input) *judged {
	in.Records = withoutBeyond(in.Records)
	j := &judged{in: in, cells: stats.Cells(in.Records), first: firstRuns(in.Records), of: make([]int, len(in.Records))}
	place := map[string]int{}
	for i, c := range j.cells {
		for _, r := range c.Records() {
			place[runKey(r)] = i
		}
	}
	for i, r := range in.Records {
		j.of[i] = place[runKey(r)]
	}
	j.scenarios = stats.Unique(j.cells, func(c stats.Cell) string { return c.Scenario })
	j.loads = stats.Unique(j.cells, func(c stats.Cell) string { return c.Load })
	j.series = stats.Unique(j.cells, func(c stats.Cell) string { return c.Series })
	if j.isWide = stats.Wide(j.cells); j.isWide {
		return j
	}
	for _, load := range j.loads {
		for _, s := range j.scenarios {
			if a := (answer{Scenario: s, Load: load, Choices: j.choices(s, load)}); len(a.Choices) > 0 {
				j.answers = append(j.answers, a)
			}
		}
	}
	return j
}

func (j *judged) faultModel(design string) string {
	m := j.in.Designs[design].FaultModel
	if m != "byzantine" && m != "crash" {
		return ""
	}
	return m
}

// setting is where a cell ran; designs are compared only within one.
func setting(c stats.Cell) string {
	r := anyRecord(c)
	return fmt.Sprintf("network %s, machine %s, faults %s", r.Network, r.Machine, r.Faults)
}

// anyRecord is a run of a cell, one with figures if there is any.
func anyRecord(c stats.Cell) result.Record {
	return c.Records()[0]
}

// choices judges the cells of one scenario and load, apart by fault model, by exactness and by setting.
func (j *judged) choices(scenario, load string) []choice {
	var cells []stats.Cell
	for _, c := range j.cells {
		if c.Scenario == scenario && c.Load == load {
			cells = append(cells, c)
		}
	}
	settings := stats.Unique(cells, setting)
	var out []choice
	for _, t := range trusts {
		for _, where := range settings {
			for _, clock := range []result.Runtime{result.Virtual, result.Bubble, result.Wall} {
				var rivals []stats.Cell
				for _, c := range cells {
					if j.faultModel(c.Design) == t.model && setting(c) == where && c.Runtime == clock {
						rivals = append(rivals, c)
					}
				}
				if len(rivals) == 0 {
					continue
				}
				ch := decide(rivals)
				ch.Run = j.first[ch.of]
				ch.Heading, ch.Sampled = t.heading, clock != result.Virtual
				if len(settings) > 1 {
					ch.Setting = where
				}
				out = append(out, ch)
			}
		}
	}
	return out
}

// rank is the figure by which designs that carry a load are ordered.
const rank = "latency-p99"

// ofCell is the name of a latency of the cell's transactions or, when it was offered queries only, of those.
func ofCell(c stats.Cell, latency string) string {
	if c.Number("offered") == 0 && c.Number("read-offered") > 0 {
		return "read-" + latency
	}
	return latency
}

// tail is the figure by which a cell is ranked.
func tail(c stats.Cell) float64 { return c.Number(ofCell(c, rank)) }

// equalShare is how close two exact figures must be to count as equal.
//
// assumed: 1 %, ten times the quantiles' own error and below what anybody would choose a design for.
const equalShare = 0.01

// samplesMin is the number of trials from which samples are ranked.
const samplesMin = 10

// decide picks the design that carries the load with the lowest 99th percentile.
func decide(rivals []stats.Cell) choice {
	var sound, carrying []stats.Cell
	for _, c := range rivals {
		if len(c.Broken) > 0 {
			continue
		}
		sound = append(sound, c)
		if _, ok := c.Median(ofCell(c, rank)); ok && c.Carried() {
			carrying = append(carrying, c)
		}
	}
	ch := pick(sound, carrying)
	if ch.of == "" {
		ch.of = runKey(anyRecord(rivals[0]))
	}
	if len(rivals) == 1 {
		ch.Alone = rivals[0].Series
	}
	var faults []string
	for _, c := range rivals {
		faults = append(faults, ordealText(c))
	}
	ch.Fault = strings.Join(unique(faults), " ")
	if left := missing(rivals, sound); len(left) > 0 && len(sound) > 0 {
		ch.Text += " Left out, because a check failed: " + list(stats.Unique(left, func(c stats.Cell) string { return c.Series }), "and") + "."
	}
	return ch
}

// pick chooses among the cells whose checks held.
func pick(sound, carrying []stats.Cell) choice {
	byLatency := func(a, b stats.Cell) int { return compare(tail(a), tail(b)) }
	slices.SortStableFunc(carrying, byLatency)
	switch {
	case len(sound) == 0:
		return choice{Text: "No sound run: a check failed in each, see the runs below.", Broken: true}
	case len(carrying) == 0:
		slices.SortStableFunc(sound, func(a, b stats.Cell) int { return compare(b.Number("throughput"), a.Number("throughput")) })
		return choice{Text: "None carries the load: " + overloadText(sound) + ".", Limit: limitOf(sound[0]), Over: true, of: runKey(anyRecord(sound[0]))}
	}
	best := carrying[0]
	ch := choice{Winner: best.Series, Text: bestText(best), Limit: limitOf(best), of: runKey(anyRecord(best))}
	if len(carrying) > 1 {
		ch.rankAgainst(best, carrying[1:])
	}
	if lost := len(sound) - len(carrying); lost > 0 {
		ch.Text += " Not carried by " + overloadText(missing(sound, carrying)) + "."
	}
	return ch
}

// orText joins two winners.
const orText = " or "

// rankAgainst adds how the others compare, and takes the verdict back where the figures do not bear it.
func (ch *choice) rankAgainst(best stats.Cell, others []stats.Cell) {
	next := others[0]
	low, high := tail(best), tail(next)
	switch {
	case best.Runtime != result.Virtual && (len(best.Trials) < samplesMin || len(next.Trials) < samplesMin):
		ch.Winner = ""
		ch.Text += fmt.Sprintf(" %s: 99 %% within %s. These are samples; ranking them takes at least %d trials each.", next.Series, timeText(high), samplesMin)
	case best.Runtime != result.Virtual && overlap(best, next):
		ch.Winner = ""
		ch.Text += fmt.Sprintf(" %s: 99 %% within %s. The intervals overlap, so neither is better.", next.Series, timeText(high))
	case high <= low*(1+equalShare):
		ch.Winner = best.Series + orText + next.Series
		ch.Text += fmt.Sprintf(" %s does the same within %s.", next.Series, quantity(equalShare, "ratio"))
	default:
		var words []string
		for _, o := range others {
			words = append(words, fmt.Sprintf("%s %s (%s times as long)", o.Series, timeText(tail(o)), figure(tail(o)/low)))
		}
		ch.Text += plural(len(others), " The other takes longer for 99 %: ", " The others take longer for 99 %: ") + list(words, "and") + "."
		if wins, pairs := pairedWins(best, next); pairs > 1 && wins < pairs {
			ch.Text += fmt.Sprintf(" Trial by trial %s was the faster in %d of %d only.", best.Series, wins, pairs)
		}
	}
}

// pairedWins compares two cells trial by trial: equal trials give different designs the same load.
func pairedWins(best, next stats.Cell) (wins, pairs int) {
	for _, a := range best.Trials {
		for _, b := range next.Trials {
			if a.Trial == b.Trial && a.Seed == b.Seed {
				pairs++
				if a.Number(ofCell(best, rank)) < b.Number(ofCell(next, rank)) {
					wins++
				}
			}
		}
	}
	return wins, pairs
}

func overlap(a, b stats.Cell) bool {
	x, _ := a.Median(ofCell(a, rank))
	y, _ := b.Median(ofCell(b, rank))
	return x.Low <= y.High && y.Low <= x.High
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func missing(all, some []stats.Cell) []stats.Cell {
	var out []stats.Cell
	for _, c := range all {
		if !slices.ContainsFunc(some, func(s stats.Cell) bool { return s.Series == c.Series }) {
			out = append(out, c)
		}
	}
	return out
}

func bestText(c stats.Cell) string {
	return fmt.Sprintf("Carries %s; half of the transactions answered within %s, 99 %% within %s%s.",
		answeredText(c), timeText(c.Number(ofCell(c, "latency-p50"))), timeText(tail(c)), trialsText(c))
}

// overloadText says what the designs that did not carry the load did instead, and what stopped each.
func overloadText(cells []stats.Cell) string {
	var words []string
	for _, c := range cells {
		did := "given up for that reason"
		if sound(c) {
			did = answeredText(c)
		}
		words = append(words, fmt.Sprintf("%s (%s, held back by %s)", c.Series, did, heldBack(c)))
	}
	return list(words, "or")
}

// limitOf says in a sentence or two what limits a cell.
func limitOf(c stats.Cell) string {
	r := anyRecord(c)
	limit := r.Limit
	if limit == "" {
		limit = result.LimitOf(r)
	}
	if limit == "" {
		return "What limits " + c.Series + " is not known: its runtime does not meter its nodes."
	}
	busy := busiest(c)
	if limit == result.LimitRounds {
		return strings.TrimSpace(fmt.Sprintf("%s is limited by protocol round trips: no node's CPU, disk or link is saturated. %s", c.Series, busy))
	}
	if limit != result.LimitOffered {
		return strings.TrimSpace(fmt.Sprintf("%s is limited by %s. %s", c.Series, limitText(limit), busy))
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s", slowest(r), busy))
}

// busiest names the busiest resource of the busiest node.
func busiest(c stats.Cell) string {
	name, most, any := "", 0.0, false
	for _, u := range []struct{ name, metric string }{{"CPU", "cpu-utilisation-max"}, {"disk", "disk-utilisation-max"}, {"link", "link-utilisation-max"}} {
		if m, ok := c.Median(u.metric); ok && (!any || m.Median > most) {
			name, most, any = u.name, m.Median, true
		}
	}
	switch {
	case !any:
		return ""
	case most < 0.005:
		return "No node's CPU, disk or link is even 0.5 % busy."
	}
	return fmt.Sprintf("Busiest: a node's %s, %s.", name, quantity(most, "ratio"))
}

// wayText names the stages at both ends of a transaction's way.
const wayText = "the way between client and replica"

// parts groups stages by what would have to change to shorten them.
var parts = []struct {
	text   string
	stages []string
}{
	{"protocol round trips", []string{"order"}},
	{wayText, []string{"submit", "answer"}},
	{"waiting for a block", []string{"queue"}},
	{"execution", []string{"execute"}},
}

// slowest says which part of the latency is largest.
func slowest(r result.Record) string {
	part, sec, total := largestPart(r)
	if part == "" {
		return ""
	}
	return fmt.Sprintf("Latency is mostly %s (%s of %s on average).", part, quantity(sec/total, "ratio"), timeText(total))
}

// largestPart names the largest part of the mean latency, and gives its length and the whole in seconds.
func largestPart(r result.Record) (part string, sec, total float64) {
	for _, p := range parts {
		sum := 0.0
		for _, s := range r.Stages {
			if slices.Contains(p.stages, s.Name) {
				sum += s.MeanSec
			}
		}
		total += sum
		if sum > sec {
			part, sec = p.text, sum
		}
	}
	if part == wayText && faulty(r) {
		part += ", asking again included"
	}
	return part, sec, total
}
