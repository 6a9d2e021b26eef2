package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/govbench/govbench/reports/result"
)

// Sizings is all that the report of a sizing is made of.
type Sizings struct {
	Input   // its records are the runs of the sizing; its command makes the results again
	Sized   []result.Sizing
	Skipped []string // services that have no such load, a sentence each
	Asked   string   // headroom and load in words
}

// sizeNote says what the figures of a sizing mean.
const sizeNote = "A candidate is sized for the busiest moment of the load, offered evenly, with the headroom on top; it carries that when it meets the objective with two seeds. " +
	"More cores and better disks and links are taken to carry no less, so that not every candidate is run. " +
	"Utilisation, latency and storage are measured at the load itself, without the headroom, of the busiest replica."

// sizeHead is the head of the table of what carries.
var sizeHead = []string{"design", "replicas", "cores", "disk", "link", "cost a year", "CPU", "disk busy", "link busy", "p50", "p99", "growth a year", "highest load, requests/s", "held back by"}

func shareText(v float64) string { return quantity(v, "ratio") }

// storageText is an amount of bytes.
func storageText(v float64) string {
	switch {
	case v >= 1e12:
		return figure(v/1e12) + " TB"
	case v >= 1e9:
		return figure(v/1e9) + " GB"
	}
	return bytesText(v)
}

func sizeColumns(s result.Sizing) []string {
	back := "not known"
	if s.Limit != "" {
		back = kneeRow{Saturation: result.Saturation{Limit: s.Limit, Found: true}}.Back()
	}
	end := "–"
	if s.Sustained > 0 {
		end = figure(s.Sustained)
	}
	return []string{sizeName(s), fmt.Sprint(s.Replicas), fmt.Sprint(s.Cores), s.Disk, s.Link, amount(s.Cost, s.Currency),
		shareText(s.CPU), shareText(s.DiskBusy), shareText(s.LinkBusy), timeText(s.LatencyP50), timeText(s.LatencyP99), storageText(s.GrowthYear), end, back}
}

// sizeName is the design, marked when its figures are samples.
func sizeName(s result.Sizing) string {
	if s.Runtime != result.Virtual {
		return s.Design + " ~"
	}
	return s.Design
}

// made says of what a candidate is made.
func made(s result.Sizing) string {
	return fmt.Sprintf("%s on %d replicas of %s with disk %s and link %s", sizeName(s), s.Replicas, count(s.Cores, "core"), s.Disk, s.Link)
}

// sizeScenarios lists what was sized for, in order.
func (in *Sizings) sizeScenarios() []string {
	var out []string
	for _, s := range in.Sized {
		if !slices.Contains(out, s.Scenario) {
			out = append(out, s.Scenario)
		}
	}
	return out
}

// of is the candidates for one service or mix.
func (in *Sizings) of(scenario string) []result.Sizing {
	return slices.DeleteFunc(slices.Clone(in.Sized), func(s result.Sizing) bool { return s.Scenario != scenario })
}

// verdicts says for each service and fault model what is the cheapest that carries the load, or what comes nearest.
func (in *Sizings) verdicts() []string {
	var out []string
	j := judged{in: in.Input}
	for _, id := range in.sizeScenarios() {
		for _, t := range trusts {
			group := slices.DeleteFunc(in.of(id), func(s result.Sizing) bool { return j.faultModel(s.Design) != t.model })
			if len(group) > 0 {
				out = append(out, fmt.Sprintf("%s. %s: %s", in.scenarioName(id), t.heading, sizeVerdict(group)))
			}
		}
	}
	return out
}

func sizeVerdict(group []result.Sizing) string {
	cheapest := result.Cheapest(group)
	if len(cheapest) == 0 {
		return nothingCarries(group)
	}
	best := cheapest[0]
	text := fmt.Sprintf("%s carries it for %s a year (%s for cores, %s for links, %s for disks), survives %s, answers 99 %% within %s and adds %s a year", made(best),
		amount(best.Cost, best.Currency), figure(best.CoresCost), figure(best.LinkCost), figure(best.DiskCost), count(best.Survives, "faulty replica"), timeText(best.LatencyP99), storageText(best.GrowthYear))
	if best.Sustained > 0 {
		text += fmt.Sprintf("; it carries up to %s requests/s, %s times the load", figure(best.Sustained), figure(best.Sustained/best.Target))
		if best.Limit != "" {
			text += ", and then " + map[string]string{result.LimitRounds: "only another protocol goes further: its round trips hold more back", result.LimitCPU: "more cores are next", result.LimitDisk: "a better disk is next", result.LimitLink: "a better link is next"}[best.Limit]
		}
	}
	var rest []string
	for _, s := range cheapest[1:] {
		if !slices.ContainsFunc(rest, func(r string) bool { return strings.HasPrefix(r, s.Design+" ") }) && s.Design != best.Design {
			rest = append(rest, fmt.Sprintf("%s costs %s times as much", made(s), figure(s.Cost/best.Cost)))
		}
	}
	if len(rest) > 0 {
		text += "; " + list(rest, "and")
	}
	return text + "."
}

// nothingCarries says that no candidate is large enough, and which comes nearest.
func nothingCarries(group []result.Sizing) string {
	near := group[0]
	for _, s := range group {
		if s.Sustained > near.Sustained {
			near = s
		}
	}
	if near.Sustained == 0 {
		return fmt.Sprintf("no candidate carries it, and for none a highest load was found (%s).", near.Why)
	}
	text := fmt.Sprintf("no candidate carries it. The nearest is %s, which carries up to %s of %s requests/s", made(near), figure(near.Sustained), figure(near.Tried))
	switch near.Limit {
	case "":
	case result.LimitRounds:
		text += "; protocol round trips hold more back"
	default:
		text += "; the " + limitText(near.Limit) + " holds more back"
	}
	return text + "."
}

// sizeScope says what was asked.
func (in *Sizings) sizeScope() string {
	ran := 0
	for _, s := range in.Sized {
		if s.Run {
			ran++
		}
	}
	return fmt.Sprintf("What carries %s so that %s: %s, %d of them run, %s.", in.Asked, in.Sized[0].Objective, count(len(in.Sized), "candidate"), ran, count(len(in.Records), "run"))
}

// loads says what each service or mix brings.
func (in *Sizings) loads() []string {
	var out []string
	for _, id := range in.sizeScenarios() {
		s := in.of(id)[0]
		text := fmt.Sprintf("%s: %s requests/s in the busiest moment, tried at %s", in.scenarioName(id), figure(s.Target), figure(s.Tried))
		if list := result.Cheapest(in.of(id)); len(list) > 0 {
			text += fmt.Sprintf("; %s transactions a year", figure(float64(list[0].OrdersYear)))
		}
		out = append(out, text+".")
	}
	return out
}

func (in *Sizings) sizeBroken() []string {
	var out []string
	for _, s := range in.Sized {
		for _, b := range s.Broken {
			out = append(out, fmt.Sprintf("%s, %s: %s", made(s), s.Scenario, b))
		}
	}
	return out
}

func (in *Sizings) sizeDoubts() []string {
	var out []string
	for _, s := range in.Skipped {
		out = append(out, "left out: "+s)
	}
	for _, s := range in.Sized {
		for _, w := range s.Warnings {
			if s.Verdict == result.SizeSmallest {
				out = append(out, fmt.Sprintf("%s, %s: %s", made(s), s.Scenario, w))
			}
		}
	}
	return out
}

// verdictText says how a candidate did.
func verdictText(s result.Sizing) string {
	switch {
	case s.Verdict == result.SizeTooSmall && s.Run:
		return "too small: " + s.Why
	case s.Verdict == result.SizeTooSmall:
		return "too small, since one with more is"
	case s.Verdict == result.SizeCarries && !s.Run:
		return "carries it, since one with less does"
	case s.Verdict == result.SizeCarries:
		return "carries it, and so does one with less"
	}
	return "carries it, and nothing smaller does"
}
