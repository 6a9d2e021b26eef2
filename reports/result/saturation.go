package result

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// SaturationSchema names the version of the format of a search's summary.
const SaturationSchema = "govbench.saturation/1"

// What a run was made for, as in Probe.Role.
const (
	RoleSearch  = "search"  // to find the highest load
	RoleConfirm = "confirm" // to confirm it with another seed
	RoleCurve   = "curve"   // to draw the curve below it
	RoleTarget  = "target"  // at the load that a group is sized for
)

// Probe is what a run was to a search for the highest load that meets an objective.
type Probe struct {
	Objective string  `json:"objective"`
	Precision float64 `json:"precision"` // of the search, as a share of the load
	Role      string  `json:"role"`
	Held      bool    `json:"held"`
	Why       string  `json:"why,omitempty"`     // what did not hold
	CutSec    float64 `json:"cut_sec,omitempty"` // given up then, so that the run has no figures; 0: it ran to its end
}

// Saturation is the outcome of a search: the highest load that a cell carries under an objective, and how
// throughput and latency go up to it.
type Saturation struct {
	Schema    string   `json:"schema"`
	Scenario  string   `json:"scenario"`
	Design    string   `json:"design"`
	Protocol  string   `json:"protocol"`
	Runtime   Runtime  `json:"runtime"`
	Network   string   `json:"network"`
	Machine   string   `json:"machine"`
	Faults    string   `json:"faults"`
	Replicas  int      `json:"replicas"`
	Factors   []Factor `json:"factors"`
	Seed      uint64   `json:"seed"`
	Trial     int      `json:"trial"`
	Objective string   `json:"objective"`
	Precision float64  `json:"precision"` // the bracket that the load was found in, as a share of it

	Found      bool     `json:"found"`
	Problem    string   `json:"problem,omitempty"`   // why no load was found
	Sustained  float64  `json:"sustained"`           // highest load that held, requests/s, queries included; 0: none
	Above      float64  `json:"above"`               // lowest load above it that did not hold, requests/s; 0: none
	AboveWhy   string   `json:"above_why,omitempty"` // what did not hold there
	Confirmed  bool     `json:"confirmed"`           // with another seed, 95 % of it holds and 105 % does not
	Limit      string   `json:"limit,omitempty"`     // what holds more back, as in Record.Limit
	City       float64  `json:"city,omitempty"`      // the scenario's city load, requests/s; 0: it has none
	Throughput float64  `json:"throughput"`          // transactions answered per second at Sustained
	LatencyP50 float64  `json:"latency_p50_sec"`     // at Sustained
	LatencyP99 float64  `json:"latency_p99_sec"`     // at Sustained
	Curve      []Loaded `json:"curve"`               // every run of the search, by load
	Broken     []string `json:"broken,omitempty"`    // checks that broke in its runs
	Warnings   []string `json:"warnings"`            // why the load is less sure than it looks
}

// Loaded is one run of a search. A run that was given up has a load and a reason only.
type Loaded struct {
	Cell       string  `json:"cell"` // of the run in runs.jsonl
	Seed       uint64  `json:"seed"`
	Offered    float64 `json:"offered"` // requests/s
	Role       string  `json:"role"`
	Held       bool    `json:"held"`
	Why        string  `json:"why,omitempty"`
	Throughput float64 `json:"throughput,omitempty"`
	LatencyP50 float64 `json:"latency_p50_sec,omitempty"`
	LatencyP99 float64 `json:"latency_p99_sec,omitempty"`
}

// Series names what was searched apart from its scenario and trial: the design and the levels of its factors.
func (s *Saturation) Series() string {
	name := s.Design
	for _, f := range s.Factors {
		name += " " + f.Name + "=" + f.Value
	}
	return name
}

// SustainedMetric is the name of the highest load in a Record of a search.
const SustainedMetric = "sustained-load"

// Record is the outcome of the search as a run record, so that two searches are compared as runs are: the highest load, and
// throughput and latency at it. A load that was not found is 0; a search in which a check broke has no figures.
func (s *Saturation) Record() Record {
	r := Record{Schema: Schema, Scenario: s.Scenario, Design: s.Design, Protocol: s.Protocol, Runtime: s.Runtime, Network: s.Network, Machine: s.Machine,
		Faults: s.Faults, Replicas: s.Replicas, Load: "highest", Seed: s.Seed, Trial: s.Trial, Limit: s.Limit, Warnings: s.Warnings,
		Factors: append(slices.Clone(s.Factors), Factor{"objective", s.Objective}, Factor{"precision", strconv.FormatFloat(s.Precision, 'g', -1, 64)})}
	for _, name := range s.Broken {
		r.Checks = append(r.Checks, Check{Name: name})
	}
	exact := s.Runtime == Virtual
	r.Values = []Value{{SustainedMetric, "req/sec", Higher, exact, s.Sustained}}
	if s.Found {
		r.Values = append(r.Values, Value{"throughput", "tx/sec", Higher, exact, s.Throughput},
			Value{"latency-p50", "sec", Lower, exact, s.LatencyP50}, Value{"latency-p99", "sec", Lower, exact, s.LatencyP99})
	}
	return r.Withheld()
}

// EncodeSaturation writes s as one line of JSON without the line's end.
func EncodeSaturation(s Saturation) ([]byte, error) {
	s.Schema = SaturationSchema
	s.Factors, s.Curve, s.Warnings = orEmpty(s.Factors), orEmpty(s.Curve), orEmpty(s.Warnings)
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err := enc.Encode(s)
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), err
}

// DecodeSaturation reads one line. The error says what is wrong with it, not where it stands.
func DecodeSaturation(line []byte) (Saturation, error) {
	var s Saturation
	if err := json.Unmarshal(line, &s); err != nil {
		return Saturation{}, fmt.Errorf("not a search: %w", err)
	}
	if s.Schema != SaturationSchema {
		return Saturation{}, fmt.Errorf("unknown schema version %q: allowed is %q", s.Schema, SaturationSchema)
	}
	return s, nil
}
