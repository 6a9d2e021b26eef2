// Package result is the run record and its codecs: pure data, the source of every report.
package result

// Schema names the version of the record's format.
const Schema = "govbench.run/1"

// Runtime says what executed a run and on which clock.
type Runtime string

// The runtimes.
const (
	Virtual Runtime = "virtual" // pure machines, discrete events: exact
	Bubble  Runtime = "bubble"  // a third-party engine on a fake clock: a sample
	Wall    Runtime = "wall"    // real clocks: a sample
)

// Better says which direction of a metric is an improvement.
type Better string

// The directions.
const (
	Higher  Better = "higher"
	Lower   Better = "lower"
	Neither Better = "neither"
)

// GeneratorLate begins the warning of a record whose load generator did not keep its times.
const GeneratorLate = "the load generator sent a request"

// Record is one run: what was run, what was measured and whether the measurement may be believed.
type Record struct {
	Schema    string   `json:"schema"`
	Cell      string   `json:"cell"` // hash of the resolved cell
	Scenario  string   `json:"scenario"`
	Design    string   `json:"design"`
	Protocol  string   `json:"protocol"`
	Runtime   Runtime  `json:"runtime"`
	Network   string   `json:"network"`
	Machine   string   `json:"machine"`
	Faults    string   `json:"faults"`
	Replicas  int      `json:"replicas"`
	Load      string   `json:"load"` // preset name or transactions per second, as the user wrote it
	Factors   []Factor `json:"factors"`
	Seed      uint64   `json:"seed"`
	Trial     int      `json:"trial"`
	Digest    string   `json:"digest"`
	WindowSec float64  `json:"window_sec"` // the measured part: duration less warm-up
	Values    []Value  `json:"values"`
	Checks    []Check  `json:"checks"`
	Warnings  []string `json:"warnings"`

	// Beyond the scalar metrics, for plots. Empty where a runtime does not know them.
	Provenance  string      `json:"provenance,omitempty"` // documented, derived or modelled: of the scenario
	Category    string      `json:"category,omitempty"`   // of the scenario
	Limit       string      `json:"limit,omitempty"`      // what limits this run: cpu, disk, link, rounds or offered
	LatencyCDF  []Quantile  `json:"latency_cdf,omitempty"`
	Stages      []Stage     `json:"stages,omitempty"`
	Series      []Point     `json:"series,omitempty"`
	Assumptions []string    `json:"assumptions,omitempty"`  // what was modelled, in sentences
	Members     []Member    `json:"members,omitempty"`      // of a mixed workload: its services, in the order of the mix
	Amendments  []Amendment `json:"amendments,omitempty"`   // rules that were to change in mid-run
	Refusals    []Refusal   `json:"refusals,omitempty"`     // what the programs' rules refused in the window, the most frequent first
	StateRoot   string      `json:"state_root,omitempty"`   // root of the programs' state after the run, in hexadecimal digits
	Sustained   *Sustained  `json:"sustained,omitempty"`    // of a load that is relative to it
	Probe       *Probe      `json:"probe,omitempty"`        // of a run of a search
	Pilot       *Pilot      `json:"pilot,omitempty"`        // of a run whose warm-up was auto
	Storage     *Storage    `json:"storage,omitempty"`      // what replicas keep of the run
	Parts       *Parts      `json:"parts,omitempty"`        // of a replica; of a real machine it is not known
	GivenUpSec  float64     `json:"given_up_sec,omitempty"` // given up then by stop_early, its load beyond what the cell carries, so that the run has no figures and its digest is of what happened until then; 0: it ran to its end
}

// Factor is a setting that the experiment varies and its level in this cell.
type Factor struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Value is one measured figure.
type Value struct {
	Name   string  `json:"name"`
	Unit   string  `json:"unit"`
	Better Better  `json:"better"`
	Exact  bool    `json:"exact"` // equal on every machine for the same experiment and seed
	Value  float64 `json:"value"`
}

// Check is one invariant and whether it held.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail,omitempty"` // what broke and where; empty when OK
}

// Quantile is a point of a latency distribution: the share of answers (0..1) not later than Sec.
type Quantile struct {
	Share float64 `json:"q"`
	Sec   float64 `json:"sec"`
}

// Stage is the mean and 99th percentile of one part of a transaction's way, in seconds.
type Stage struct {
	Name    string  `json:"name"` // submit, queue, order, execute, answer
	MeanSec float64 `json:"mean_sec"`
	P99Sec  float64 `json:"p99_sec"`
}

// Pilot is what a pilot run said of the beginning of a cell's runs.
type Pilot struct {
	Rule      string  `json:"rule"`
	Seed      uint64  `json:"seed"`
	WarmupSec float64 `json:"warmup_sec"` // of this run
	Steady    bool    `json:"steady"`     // false: it never became steady, and half of it at most was cut
}

// Storage is what each replica has to keep of a run, its warm-up included.
type Storage struct {
	Transactions uint64 `json:"transactions"`          // that were ordered
	BlockBytes   uint64 `json:"block_bytes"`           // of the blocks that order them, headers included
	StateBytes   int64  `json:"state_bytes"`           // by which the state of the program grew: keys, values and versions
	OrdersYear   uint64 `json:"tx_per_year,omitempty"` // that a year of the load orders; absent where the load follows from the run
}

// Point is one interval of a run's time series. Utilisations are of the busiest node, 0..1.
type Point struct {
	AtSec      float64 `json:"at_sec"` // start of the interval since the start of the run
	Throughput float64 `json:"tx_per_sec"`
	LatencyP50 float64 `json:"p50_sec"`
	LatencyP99 float64 `json:"p99_sec"`
	CPU        float64 `json:"cpu"`
	Disk       float64 `json:"disk"`
	Link       float64 `json:"link"`
}
