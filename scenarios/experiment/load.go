package experiment

import (
	"fmt"
	"slices"

	"github.com/govbench/govbench/scenarios/strict"
	"github.com/govbench/govbench/workloads/arrival"
)

// Load is how much is offered: a preset that each scenario defines for itself, or a rate.
type Load struct {
	Preset string       // empty: Rate counts
	Rate   arrival.Rate // transactions per second
	text   string       // as the user wrote it
}

// presets are the names a load may have.
var presets = []string{"documented", "city", "surge", "spike", "stability"}

// Presets lists the names that a load may have besides a rate.
func Presets() []string { return slices.Clone(presets) }

// ParseLoad reads a preset's name or a positive rate.
func ParseLoad(text string) (Load, error) {
	if slices.Contains(presets, text) {
		return Load{Preset: text, text: text}, nil
	}
	if text != "" && (text[0] < '0' || text[0] > '9') && text[0] != '-' && text[0] != '.' {
		hint := ""
		if near := strict.Nearest(text, presets); near != "" {
			hint = fmt.Sprintf("; did you mean %s?", near)
		}
		return Load{}, fmt.Errorf("unknown load %q: allowed are %v or a rate such as 2000 or \"2000 tx/s\"%s", text, presets, hint)
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
