package history

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// Schema names the version of the file's format.
const Schema = "govbench.history/1"

// Entry is a line: one cell of one version.
type Entry struct {
	Schema   string          `json:"schema"`
	Version  string          `json:"version"`
	At       time.Time       `json:"at"` // when it was measured or added
	Scenario string          `json:"scenario"`
	Design   string          `json:"design"`
	Protocol string          `json:"protocol"`
	Runtime  result.Runtime  `json:"runtime"`
	Network  string          `json:"network"`
	Machine  string          `json:"machine"`
	Faults   string          `json:"faults"`
	Replicas int             `json:"replicas"`
	Load     string          `json:"load"`
	Factors  []result.Factor `json:"factors"`
	Values   []Value         `json:"values"`
}

// Value is a metric over the trials of a cell.
type Value struct {
	Name   string        `json:"name"`
	Unit   string        `json:"unit"`
	Better result.Better `json:"better"`
	Exact  bool          `json:"exact"`
	Trials int           `json:"trials"`
	Median float64       `json:"median"`
	Low    float64       `json:"low"` // of the interval of the median
	High   float64       `json:"high"`
}

// ErrBroken is the cause of an error for results of which a check failed.
var ErrBroken = errors.New("a check failed, so the run has no figures")

// ErrGivenUp is the cause of an error for results of which a run was given up.
var ErrGivenUp = errors.New("a run was given up, so its cell has no figures: run it without stop_early")

// Entries makes the lines of one version's results, in order of their first appearance.
func Entries(version string, at time.Time, records []result.Record) ([]Entry, error) {
	if version == "" {
		return nil, errors.New("the version is empty: allowed is any name, such as a tag or a commit")
	}
	if len(records) == 0 {
		return nil, errors.New("there are no results to add")
	}
	var out []Entry
	for _, p := range stats.Pairs(nil, records) {
		c := p.New
		for _, r := range c.Broken {
			return nil, fmt.Errorf("%w: %s on %s at %s, trial %d: %s", ErrBroken, r.Design, r.Scenario, r.Load, r.Trial, r.Failed()[0].Name)
		}
		for _, r := range c.GivenUp {
			return nil, fmt.Errorf("%w: %s on %s at %s", ErrGivenUp, r.Design, r.Scenario, r.Load)
		}
		r := c.Trials[0]
		e := Entry{
			Schema: Schema, Version: version, At: at.UTC(), Scenario: r.Scenario, Design: r.Design, Protocol: r.Protocol,
			Runtime: r.Runtime, Network: r.Network, Machine: r.Machine, Faults: r.Faults, Replicas: r.Replicas, Load: r.Load,
			Factors: append([]result.Factor{}, r.Factors...),
		}
		for _, v := range r.Values {
			m, _ := c.Median(v.Name)
			e.Values = append(e.Values, Value{v.Name, v.Unit, v.Better, v.Exact && r.Exact(), m.N, m.Median, m.Low, m.High})
		}
		out = append(out, e)
	}
	return out, nil
}

// record is the entry as a run with the medians for figures, for grouping.
func (e Entry) record() result.Record {
	r := result.Record{
		Scenario: e.Scenario, Design: e.Design, Protocol: e.Protocol, Runtime: e.Runtime, Network: e.Network,
		Machine: e.Machine, Faults: e.Faults, Replicas: e.Replicas, Load: e.Load, Factors: e.Factors,
	}
	for _, v := range e.Values {
		r.Values = append(r.Values, result.Value{Name: v.Name, Unit: v.Unit, Better: v.Better, Exact: v.Exact, Value: v.Median})
	}
	return r
}

// decode reads a line. The error says what is wrong with it.
func decode(line []byte) (Entry, error) {
	var e Entry
	if err := json.Unmarshal(line, &e); err != nil {
		return e, fmt.Errorf("not a line of a history: %w", err)
	}
	switch {
	case e.Schema == result.Schema:
		return e, fmt.Errorf("this is a run record: allowed is %q; govbench history add makes such lines of runs", Schema)
	case e.Schema != Schema:
		return e, fmt.Errorf("unknown schema version %q: allowed is %q", e.Schema, Schema)
	case e.Version == "" || len(e.Values) == 0:
		return e, errors.New("a line has a version and at least one value")
	}
	return e, nil
}

// encode writes a line with its end.
func encode(e Entry) ([]byte, error) {
	for _, v := range e.Values {
		for _, f := range []float64{v.Median, v.Low, v.High} {
			if math.IsNaN(f) || math.IsInf(f, 0) {
				return nil, fmt.Errorf("%s of %s is not finite", v.Name, e.Scenario)
			}
		}
	}
	line, err := json.Marshal(e)
	return append(line, '\n'), err
}
