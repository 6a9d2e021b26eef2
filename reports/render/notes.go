package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/govbench/govbench/reports/result"
)

// Sentences that every report carries.
const (
	catalogueNote = "The catalogue of scenarios is a reconstruction from public sources, not an official list. " +
		"A scenario is documented when a public source describes the service, derived when it follows from one that does, and modelled when it is our own assumption. " +
		"Nothing that is modelled is official, and no agency has confirmed any figure."
	verdictNote = "Among designs of one fault model, on one network and machine, the answer is the design that carries the load with the lowest 99th percentile of latency. " +
		"A load is carried when no more than 2 % of it goes unanswered in the window. Figures of several trials are medians, in the comparison with their 95 % interval (of fewer than six the whole range, which is less sure) and their number n. Latency counts from the moment a client meant to send to the answer that it may trust."
	exactNote  = "Exact figures come from virtual time and are the same on every machine for the same experiment and seed; two within 1 % count as equal."
	sampleNote = "Samples (marked ~) come from an engine whose goroutines the clock does not order, or from real clocks. They vary from run to run, are ranked only over at least 10 trials, and never against exact figures."
	bestNote   = "★ marks the best of at least two designs with the same fault model in the same setting, by exact figures; figures within 1 % share it. Latencies count only where the load is carried."
)

// provenanceRow is what is known of one scenario's origin.
type provenanceRow struct {
	ID, Name, NameZh, Category, LeadAgency, Provenance, Summary string
	Sources, Modelled                                           []string
}

func (j *judged) provenanceRows() []provenanceRow {
	shared := map[string]bool{}
	for _, m := range j.sharedModelling() {
		shared[m.Text] = true
	}
	var out []provenanceRow
	for _, id := range j.services() {
		s := j.in.Scenarios[id]
		own := slices.DeleteFunc(slices.Clone(s.Modelled), func(m string) bool { return shared[m] })
		out = append(out, provenanceRow{ID: id, Name: j.in.scenarioName(id), NameZh: s.NameZh, Category: s.Category, LeadAgency: s.LeadAgency,
			Provenance: j.in.provenance(id), Summary: s.Summary, Sources: splitSources(s.Sources), Modelled: own})
	}
	return out
}

// services lists the scenarios and the services of mixed workloads, each once.
func (j *judged) services() []string {
	var members []string
	for _, r := range j.in.Records {
		for _, m := range r.Members {
			members = append(members, m.Scenario)
		}
	}
	return unique(j.scenarios, members)
}

// listedMax is how many scenarios are named one by one behind a sentence.
const listedMax = 8

// modelling is a sentence about what is modelled and the scenarios of which it is true.
type modelling struct{ Text, Of string }

// sharedModelling lists the sentences that several scenarios have in common, each once.
func (j *judged) sharedModelling() []modelling {
	of := map[string][]string{}
	var order []string
	services := j.services()
	for _, id := range services {
		for _, m := range unique(j.in.Scenarios[id].Modelled) {
			if of[m] == nil {
				order = append(order, m)
			}
			of[m] = append(of[m], id)
		}
	}
	var out []modelling
	for _, m := range order {
		switch n := len(of[m]); {
		case n < 2:
		case n == len(services):
			out = append(out, modelling{m, "all " + count(n, "scenario")})
		case 2*n > len(services):
			others := slices.DeleteFunc(slices.Clone(services), func(id string) bool { return slices.Contains(of[m], id) })
			if len(others) > listedMax {
				out = append(out, modelling{m, count(len(of[m]), "scenario")})
				continue
			}
			out = append(out, modelling{m, "all but " + list(others, "and")})
		case len(of[m]) > listedMax:
			out = append(out, modelling{m, count(len(of[m]), "scenario")})
		default:
			out = append(out, modelling{m, list(of[m], "and")})
		}
	}
	return out
}

// splitSources takes apart links that stand in one text.
func splitSources(sources []string) []string {
	var out []string
	for _, s := range sources {
		if fields := strings.Fields(s); len(fields) > 1 && !slices.ContainsFunc(fields, notLink) {
			out = append(out, fields...)
			continue
		}
		out = append(out, s)
	}
	return out
}

func isLink(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}
func notLink(s string) bool { return !isLink(s) }

// assumptions lists what was modelled in any run, each once.
func (j *judged) assumptions() []string {
	var lists [][]string
	for _, r := range j.in.Records {
		lists = append(lists, r.Assumptions)
	}
	return unique(lists...)
}

// note is a name and what is to be said of it.
type note struct{ Name, Text string }

// where lists the networks and machines that the records used.
func (j *judged) where() []note {
	var out []note
	add := func(kind, name string, notes map[string]string) {
		n := note{kind + " " + name, notes[name]}
		if name != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	for _, r := range j.in.Records {
		add("Network", r.Network, j.in.Networks)
	}
	for _, r := range j.in.Records {
		add("Machine", r.Machine, j.in.Machines)
	}
	return out
}

// designNotes lists the designs that the records used.
func (j *judged) designNotes() []note {
	var out []note
	for _, r := range j.in.Records {
		d := j.in.Designs[r.Design]
		var words []string
		words = append(words, d.Title)
		switch j.faultModel(r.Design) {
		case "byzantine":
			words = append(words, "Survives replicas that lie (Byzantine faults)")
		case "crash":
			words = append(words, "Survives replicas that stop (crash faults)")
		}
		words = append(words, d.Settings, d.Source)
		n := note{r.Design, strings.Join(unique(words), ". ")}
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// warning is a warning and the runs it came with.
type warning struct {
	Text string
	Runs []string
}

// warnings groups the records' warnings by what they say before the first colon, so that seventy runs
// with the same trouble take one line. What they say behind it goes with each run, or with the group
// when it is the same for all.
func (j *judged) warnings() []warning {
	index := map[string]int{}
	var out []warning
	var details [][]string
	for _, r := range j.in.Records {
		for _, text := range r.Warnings {
			key, detail, _ := strings.Cut(text, ": ")
			i, ok := index[key]
			if !ok {
				i = len(out)
				index[key] = i
				out, details = append(out, warning{Text: key}), append(details, nil)
			}
			out[i].Runs = append(out[i].Runs, fmt.Sprintf("%s, %s at %s", r.Scenario, r.Design, loadText(r.Load)))
			details[i] = append(details[i], detail)
		}
	}
	for i := range out {
		same := unique(details[i])
		switch {
		case len(same) == 1 && !slices.Contains(details[i], ""):
			out[i].Text += ": " + same[0]
		case len(same) > 0:
			for k, d := range details[i] {
				if d != "" {
					out[i].Runs[k] += ": " + d
				}
			}
		}
	}
	return out
}

// checkRow counts one check over all runs.
type checkRow struct {
	Name           string
	Passed, Failed int
}

func (j *judged) checkRows() []checkRow {
	index := map[string]int{}
	var out []checkRow
	for _, r := range j.in.Records {
		for _, c := range r.Checks {
			i, ok := index[c.Name]
			if !ok {
				i = len(out)
				index[c.Name] = i
				out = append(out, checkRow{Name: c.Name})
			}
			if c.OK {
				out[i].Passed++
			} else {
				out[i].Failed++
			}
		}
	}
	slices.SortStableFunc(out, func(a, b checkRow) int { return cmp.Compare(b.Failed, a.Failed) })
	return out
}

// broken lists the runs whose checks failed.
func (j *judged) broken() []result.Record {
	var out []result.Record
	for _, r := range j.in.Records {
		if len(r.Failed()) > 0 {
			out = append(out, r)
		}
	}
	return out
}

// scope says in a sentence what was run.
func (j *judged) scope() string {
	exact, samples := 0, 0
	designs := map[string]bool{}
	for _, r := range j.in.Records {
		designs[r.Design] = true
		if r.Exact() {
			exact++
		} else {
			samples++
		}
	}
	trials := 0
	for _, c := range j.cells {
		trials = max(trials, len(c.Records()))
	}
	text := fmt.Sprintf("%s on %s at %s: %s", count(len(designs), "design"), count(len(j.scenarios), "scenario"), count(len(j.loads), "load"), count(len(j.in.Records), "run"))
	if trials > 1 {
		text += fmt.Sprintf(", up to %d trials of each", trials)
	}
	switch {
	case samples == 0:
		text += ", all exact"
	case exact == 0:
		text += ", all samples"
	default:
		text += fmt.Sprintf(", of which %d exact and %d samples", exact, samples)
	}
	text += "."
	if given := givenUpText(j.cells); given != "" {
		text += " " + given
	}
	return text
}
