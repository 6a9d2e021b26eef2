package result

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
)

// SizingSchema names the version of the format of a candidate that was sized.
const SizingSchema = "govbench.size/1"

// Verdicts of a candidate, as in Sizing.Verdict.
const (
	SizeSmallest = "smallest"  // it carries the load, and no candidate of the same design with less does
	SizeCarries  = "carries"   // it carries the load, and so does one with less
	SizeTooSmall = "too small" // it does not
)

// Sizing is one candidate: a design on replicas with so many cores and these classes of disk and link, and whether it
// carries a load.
type Sizing struct {
	Schema    string  `json:"schema"`
	Scenario  string  `json:"scenario"`
	Design    string  `json:"design"`
	Protocol  string  `json:"protocol"`
	Runtime   Runtime `json:"runtime"`
	Network   string  `json:"network"`
	Machine   string  `json:"machine"`
	Faults    string  `json:"faults"`
	Seed      uint64  `json:"seed"`
	Replicas  int     `json:"replicas"`
	Survives  int     `json:"survives"` // faulty replicas
	Cores     int     `json:"cores"`    // of a replica
	Disk      string  `json:"disk"`     // class
	Link      string  `json:"link"`     // class
	Load      string  `json:"load"`     // as the user wrote it
	Target    float64 `json:"target"`   // requests/s of the load, in its busiest moment
	Tried     float64 `json:"tried"`    // requests/s with the headroom on top, which it has to carry
	Objective string  `json:"objective"`

	Verdict string `json:"verdict"`
	Run     bool   `json:"run"`           // by a run of its own; else by that of a candidate with less that carries, or with more that does not
	Why     string `json:"why,omitempty"` // what it missed, when it is too small

	// Of the smallest ones, at the target.
	CPU         float64 `json:"cpu_utilisation,omitempty"`
	DiskBusy    float64 `json:"disk_utilisation,omitempty"`
	LinkBusy    float64 `json:"link_utilisation,omitempty"`
	Throughput  float64 `json:"throughput,omitempty"`
	LatencyP50  float64 `json:"latency_p50_sec,omitempty"`
	LatencyP99  float64 `json:"latency_p99_sec,omitempty"`
	BlockBytes  float64 `json:"block_bytes_per_tx,omitempty"`
	StateBytes  float64 `json:"state_bytes_per_tx,omitempty"`
	OrdersYear  uint64  `json:"tx_per_year,omitempty"`
	GrowthYear  float64 `json:"growth_bytes_per_year,omitempty"` // of all replicas together
	CoresCost   float64 `json:"cores_cost_per_year,omitempty"`
	DiskCost    float64 `json:"disk_cost_per_year,omitempty"`
	LinkCost    float64 `json:"link_cost_per_year,omitempty"`
	Cost        float64 `json:"cost_per_year,omitempty"`
	Currency    string  `json:"currency,omitempty"`
	Sustained   float64 `json:"sustained,omitempty"`    // requests/s, the highest load that meets the objective; of the largest candidate where none carries the load
	Limit       string  `json:"limit,omitempty"`        // what holds more back
	LimitDetail string  `json:"limit_detail,omitempty"` // why no highest load was found

	Broken   []string `json:"broken,omitempty"`
	Warnings []string `json:"warnings"`
}

// EncodeSizing writes s as one line of JSON without the line's end.
func EncodeSizing(s Sizing) ([]byte, error) {
	s.Schema, s.Warnings = SizingSchema, orEmpty(s.Warnings)
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err := enc.Encode(s)
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), err
}

// Cheapest puts the smallest candidates in order of their cost, and of equally dear ones that with the lower latency first.
func Cheapest(all []Sizing) []Sizing {
	var out []Sizing
	for _, s := range all {
		if s.Verdict == SizeSmallest {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b Sizing) int {
		return cmp.Or(cmp.Compare(a.Cost, b.Cost), cmp.Compare(a.LatencyP99, b.LatencyP99))
	})
	return out
}
