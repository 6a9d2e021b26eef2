package render

import (
	"fmt"
	"slices"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// PriceTable is what a report says of the prices.
type PriceTable struct {
	Name, Currency, Date, Source string
	Lines                        []string // a sentence for every price, with its source
}

// costNote is the arithmetic of the cost.
const costNote = "Cost of a year: replicas x cores x 8,760 h x the price of a core's hour; replicas x 12 x the month of a link; and the GB that a year adds x 12 x the GB's month, since a disk has that room from the start. " +
	"Growth of a year: replicas x transactions of a year x (bytes of blocks + bytes of state a transaction). " +
	"Transactions of a year follow the load's mean: 250 days of services with office hours and 365 of others; of a plain rate, every second of the year."

// classNote says which classes a run's parts are priced as.
const classNote = "A run's disks and links are priced as the cheapest classes that are at least as good as those of its model."

// amount is money in words.
func amount(v float64, currency string) string { return fmt.Sprintf("%s %s", figure(v), currency) }

// priced says which table the prices are of.
func (in Input) priced() string {
	return fmt.Sprintf("Prices: %s, %s (%s).", in.Prices.Name, in.Prices.Date, in.Prices.Source)
}

// prices are the table among what a report's figures rest on, where its cells have costs.
func (in Input) prices() []bullets {
	if in.Costs == nil {
		return nil
	}
	items := append(slices.Clone(in.Prices.Lines), costNote, classNote)
	return []bullets{{fmt.Sprintf("Prices: table %s, %s (%s)", in.Prices.Name, in.Prices.Date, in.Prices.Source), append(items, in.unpriced()...)}}
}

// unpriced has a sentence for every reason why cells have no price.
func (in Input) unpriced() (out []string) {
	seen := map[string]bool{}
	var whys []string
	cells := map[string]int{}
	for _, r := range in.Records {
		if c, ok := in.Costs[r.Cell]; ok && !seen[r.Cell] {
			seen[r.Cell] = true
			if c.Unpriced == "" {
				continue
			}
			if cells[c.Unpriced]++; cells[c.Unpriced] == 1 {
				whys = append(whys, c.Unpriced)
			}
		}
	}
	for _, why := range whys {
		out = append(out, fmt.Sprintf("Without a price, so that its cost is replicas x cores: %s of %d (%s).", count(cells[why], "cell"), len(seen), why))
	}
	return out
}

// years are the costs of a year of the cells that have one, by the cell's hash.
func (in Input) years() map[string]float64 {
	out := make(map[string]float64, len(in.Costs))
	for cell, c := range in.Costs {
		if c.Unpriced == "" {
			out[cell] = c.Year()
		}
	}
	return out
}

// costOf is what a cell costs a year; false where it has no price.
func (in Input) costOf(c stats.Cell) (result.Cost, bool) {
	for _, r := range c.Trials {
		if k, ok := in.Costs[r.Cell]; ok && k.Unpriced == "" {
			return k, true
		}
	}
	return result.Cost{}, false
}
