package experiment

import "github.com/govbench/govbench/reports/result"

// Threshold is a term that a gate holds every run of an experiment to.
type Threshold result.Term

// String writes the threshold as it is read.
func (t Threshold) String() string { return result.Term(t).String() }

// MarshalText writes the threshold as UnmarshalText reads it.
func (t Threshold) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads a threshold such as "throughput >= 0.97 * baseline".
func (t *Threshold) UnmarshalText(text []byte) error {
	term, err := result.ParseThreshold(string(text))
	*t = Threshold(term)
	return err
}
