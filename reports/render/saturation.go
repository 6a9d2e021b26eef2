package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/govbench/govbench/reports/result"
)

// Saturations is all that the report of a search is made of.
type Saturations struct {
	Input // its records are the runs of the searches; its command makes the results again
	Found []result.Saturation
}

const (
	kneeNote = "The highest load counts requests, queries included, and is the highest at which a run met the objective. It was found by doubling or halving from the city load and by halving the bracket; " +
		"confirmed means that with another seed 95 % of it held and 105 % did not. Of several trials the lowest load stands here."
	beyondNote = "What holds back is what was busiest in the run just above the highest load that still has figures; a run far above it is given up early and has none."
)

// kneeRow is what a search found; of several trials, the one that found least.
type kneeRow struct {
	result.Saturation
	Model    string  // fault model
	Trials   int     // of which this is the lowest
	Most     float64 // the load of the trial that found most
	Affirmed int     // trials that are confirmed
}

// Name is the series, marked when its figures are samples.
func (r kneeRow) Name() string {
	if r.Runtime != result.Virtual {
		return r.Series() + " ~"
	}
	return r.Series()
}

// Rate is the highest load.
func (r kneeRow) Rate() string {
	switch {
	case !r.Found:
		return "none"
	case r.Trials > 1 && r.Most > r.Sustained:
		return figure(r.Sustained) + " to " + figure(r.Most)
	}
	return figure(r.Sustained)
}

// City is the highest load in multiples of the city load.
func (r kneeRow) City() string {
	if !r.Found || r.Saturation.City == 0 {
		return "–"
	}
	return figure(r.Sustained/r.Saturation.City) + " x"
}

// Tx is what was answered at the highest load.
func (r kneeRow) Tx() string { return r.orDash(figure(r.Throughput)) }

// P50 is the median latency at the highest load.
func (r kneeRow) P50() string { return r.orDash(timeText(r.LatencyP50)) }

// P99 is the 99th percentile of the latency at the highest load.
func (r kneeRow) P99() string { return r.orDash(timeText(r.LatencyP99)) }

func (r kneeRow) orDash(s string) string {
	if !r.Found {
		return "–"
	}
	return s
}

// Back is what holds more load back.
func (r kneeRow) Back() string {
	switch r.Limit {
	case "":
		if !r.Found {
			return "–"
		}
		return "not known"
	case result.LimitRounds:
		return "round trips"
	}
	return limitText(r.Limit)
}

// Sure says whether the load is confirmed.
func (r kneeRow) Sure() string {
	switch {
	case !r.Found:
		return "–"
	case r.Trials > 1:
		return fmt.Sprintf("%d of %d", r.Affirmed, r.Trials)
	case r.Confirmed:
		return "yes"
	}
	return "no"
}

// kneeRows joins the trials of each search, in order of first appearance.
func (in *Saturations) kneeRows() []kneeRow {
	var out []kneeRow
	for _, s := range in.Found {
		i := slices.IndexFunc(out, func(r kneeRow) bool { return r.Scenario == s.Scenario && r.Series() == s.Series() })
		if i < 0 {
			j := judged{in: in.Input}
			out = append(out, kneeRow{Saturation: s, Model: j.faultModel(s.Design)})
			i = len(out) - 1
		}
		r := &out[i]
		r.Trials++
		r.Most = max(r.Most, s.Sustained)
		if s.Confirmed {
			r.Affirmed++
		}
		if s.Sustained < r.Sustained {
			r.Saturation = s
		}
	}
	return out
}

// verdicts says, for each scenario, which design of each fault model carries most, and what of the others.
func (in *Saturations) verdicts(rows []kneeRow) []string {
	var out, scenarios []string
	for _, r := range rows {
		scenarios = append(scenarios, r.Scenario)
	}
	for _, id := range unique(scenarios) {
		for _, t := range trusts {
			var rivals []kneeRow
			for _, r := range rows {
				if r.Scenario == id && r.Model == t.model {
					rivals = append(rivals, r)
				}
			}
			if len(rivals) > 0 {
				out = append(out, fmt.Sprintf("%s. %s: %s", in.scenarioName(id), t.heading, kneeVerdict(rivals)))
			}
		}
	}
	return out
}

// kneeVerdict judges designs of one fault model on one scenario.
func kneeVerdict(rivals []kneeRow) string {
	rivals = slices.Clone(rivals)
	slices.SortStableFunc(rivals, func(a, b kneeRow) int {
		switch {
		case a.Sustained > b.Sustained:
			return -1
		case a.Sustained < b.Sustained:
			return 1
		}
		return 0
	})
	best := rivals[0]
	if !best.Found {
		var words []string
		for _, r := range rivals {
			words = append(words, fmt.Sprintf("%s: %s", r.Name(), r.Problem))
		}
		return "no load was found that meets the objective. " + strings.Join(words, ". ") + "."
	}
	var equal, less []string
	for _, r := range rivals[1:] {
		switch {
		case !r.Found:
			less = append(less, fmt.Sprintf("for %s no load was found (%s)", r.Name(), r.Problem))
		case r.Sustained >= (1-best.Precision)*best.Sustained:
			equal = append(equal, r.Name())
		default:
			less = append(less, fmt.Sprintf("%s carries %s of that", r.Name(), quantity(r.Sustained/best.Sustained, "ratio")))
		}
	}
	text := fmt.Sprintf("%s carries up to %s requests/s", best.Name(), best.Rate())
	if best.Saturation.City > 0 {
		text += fmt.Sprintf(", %s times the city load of %s requests/s", figure(best.Sustained/best.Saturation.City), figure(best.Saturation.City))
	}
	text += fmt.Sprintf(", and answers %s, 99 %% of them within %s; %s", quantity(best.Throughput, "tx/sec"), timeText(best.LatencyP99), best.backText())
	if len(equal) > 0 {
		text += "; " + list(equal, "and") + plural(len(equal), " carries", " carry") + " the same, as far as the search is precise"
	}
	if len(less) > 0 {
		text += "; " + list(less, "and")
	}
	return text + "."
}

// backText says what holds more back and how sure the load is.
func (r kneeRow) backText() string {
	text := "what holds more back is not known"
	switch r.Limit {
	case result.LimitRounds:
		text = "protocol round trips hold more back"
	case result.LimitCPU, result.LimitDisk, result.LimitLink:
		text = "the " + limitText(r.Limit) + " holds more back"
	}
	switch {
	case r.Trials > 1:
		return fmt.Sprintf("%s; %d of %d trials confirmed", text, r.Affirmed, r.Trials)
	case r.Confirmed:
		return text + "; confirmed with another seed"
	}
	return text + "; NOT confirmed with another seed"
}

// scope says what was searched for.
func (in *Saturations) scope() string {
	s := in.Found[0]
	searches := "1 search"
	if n := len(in.Found); n > 1 {
		searches = fmt.Sprintf("%d searches", n)
	}
	return fmt.Sprintf("The highest load at which %s, found to within %s of it: %s, %s.", s.Objective, quantity(s.Precision, "ratio"), searches, count(len(in.Records), "run"))
}

// broken lists the checks that broke in any run.
func (in *Saturations) broken() []string {
	var out []string
	for _, s := range in.Found {
		for _, b := range s.Broken {
			out = append(out, fmt.Sprintf("%s on %s: %s", s.Series(), s.Scenario, b))
		}
	}
	return out
}

// doubts lists the warnings of the searches.
func (in *Saturations) doubts() []string {
	var out []string
	for _, s := range in.Found {
		for _, w := range s.Warnings {
			trial := ""
			if s.Trial > 0 {
				trial = fmt.Sprintf(", trial %d", s.Trial)
			}
			out = append(out, fmt.Sprintf("%s on %s%s: %s", s.Series(), s.Scenario, trial, w))
		}
	}
	return out
}
