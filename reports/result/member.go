package result

// Member is one service of a mixed workload: what was measured of its requests alone.
type Member struct {
	Scenario   string  `json:"scenario"`
	Category   string  `json:"category,omitempty"`
	Provenance string  `json:"provenance,omitempty"`
	Load       string  `json:"load,omitempty"`   // the preset that gave its rate, where it has none of the run's load
	Share      float64 `json:"share"`            // of all requests offered, queries included, as the load was planned, 0..1
	Broken     string  `json:"broken,omitempty"` // what law of its program broke, empty when all hold
	Values     []Value `json:"values"`           // named as those of the record
}

// Number is the member's figure of the given name, or 0 where it has none.
func (m Member) Number(name string) float64 {
	v, _ := m.Value(name)
	return v.Value
}

// Value finds one of the member's figures by name.
func (m Member) Value(name string) (Value, bool) {
	return Record{Values: m.Values}.Value(name)
}

// Refusal counts operations of the window that a program's rules refused for one reason.
type Refusal struct {
	Scenario string `json:"scenario,omitempty"` // empty: of several services
	Reason   string `json:"reason"`
	Count    uint64 `json:"count"` // transactions and queries
}

// RefusalsMax is how many refusals a record lists one by one; the rest stands in one more, under the reason
// OtherReasons.
const RefusalsMax = 20

// OtherReasons is the reason of the refusals that are not listed one by one.
const OtherReasons = "other reasons"

// Amendment is a change of a program's rule that the scenario brings in mid-run, and whether it took effect.
type Amendment struct {
	Scenario string  `json:"scenario"`
	Rule     string  `json:"rule"`
	Value    int64   `json:"value"`
	Height   uint64  `json:"height"`           // transactions of the program that the old value governed, or was to govern
	InForce  bool    `json:"in_force"`         // it took effect before the run ended
	AtSec    float64 `json:"at_sec,omitempty"` // the program's time when it did, since the start of the run
}
