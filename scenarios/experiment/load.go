package experiment

import (
	"fmt"
	"slices"

	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/scenarios/strict"
	"github.com/govbench/govbench/workloads/arrival"
)

// Load is how much is offered: a preset that each scenario defines for itself, or a rate.
type Load struct {
	Preset string       // empty: Rate counts
	Rate   arrival.Rate // transactions per second
	text   string       // as the user wrote it
}

// ParseLoad reads a preset's name or a positive rate.
func ParseLoad(text string) (Load, error) {
	if slices.Contains(scenarios.Presets(), text) {
		return Load{Preset: text, text: text}, nil
	}
	if text != "" && (text[0] < '0' || text[0] > '9') && text[0] != '-' && text[0] != '.' {
		return Load{}, strict.UnknownName("load", text, append(scenarios.Presets(), "a rate such as 2000"))
	}
	rate, err := arrival.ParseRate(text)
	if err != nil {
		return Load{}, fmt.Errorf("load %w", err)
	}
	if rate.IsZero() {
		return Load{}, fmt.Errorf("load %q is zero: allowed is a rate above zero", text)
	}
	return Load{Rate: rate, text: text}, nil
}

// String is the load as the user wrote it.
func (l Load) String() string { return l.text }

// UnmarshalText reads what ParseLoad reads.
func (l *Load) UnmarshalText(text []byte) (err error) {
	*l, err = ParseLoad(string(text))
	return err
}

// MarshalText writes the load as the user wrote it.
func (l Load) MarshalText() ([]byte, error) { return []byte(l.text), nil }
