package scenarios

import (
	"math/big"
	"time"

	"github.com/govbench/govbench/workloads/arrival"
)

// Days of a year on which people ask.
//
// assumed: 250, of 365 less weekends and public holidays, for what follows the office's hours; that filings follow
// working days is published (232 of them, see the shape office). Everything else comes every day.
const (
	officeDays = 250
	everyDay   = 365
	yearLength = everyDay * 24 * time.Hour
)

// days is on how many days of a year the workload's people ask.
func (w *Workload) days() int64 {
	if w.shape.Name == "office" {
		return officeDays
	}
	return everyDay
}

// Busiest is the rate of requests in the busiest moment of the shape of arrivals, when mean is that of all of it. Of a
// mix it is the sum of its members' busiest moments, as if they fell together.
func (w *Workload) Busiest(mean arrival.Rate) arrival.Rate {
	times := new(big.Rat)
	shares := w.Shares()
	for i, m := range w.Members() {
		num, den := m.shape.Peak()
		peak := new(big.Rat).SetFrac(new(big.Int).SetUint64(num), new(big.Int).SetUint64(den))
		times.Add(times, peak.Mul(peak, shares[i]))
	}
	return nearest(times.Mul(times, ratOf(mean)))
}

// YearlyOrders is how many transactions are ordered in a year when mean is the rate of requests over the days on which
// people ask: each member's part of it, of that what is no query, on the member's days.
func (w *Workload) YearlyOrders(mean arrival.Rate) uint64 {
	return w.yearly(mean, func(m *Workload) int64 { return m.days() })
}

// SteadyOrders is YearlyOrders of a rate that holds at every moment of the year.
func (w *Workload) SteadyOrders(rate arrival.Rate) uint64 {
	return w.yearly(rate, func(*Workload) int64 { return everyDay })
}

func (w *Workload) yearly(mean arrival.Rate, days func(*Workload) int64) uint64 {
	sum, shares := new(big.Rat), w.Shares()
	for i, m := range w.Members() {
		part := new(big.Rat).SetFrac(new(big.Int).SetUint64(m.Mix.Requests-m.Mix.Reads), new(big.Int).SetUint64(m.Mix.Requests))
		part.Mul(part, shares[i])
		sum.Add(sum, part.Mul(part, big.NewRat(days(m), everyDay)))
	}
	sum.Mul(sum, ratOf(mean)) // requests a nanosecond
	sum.Mul(sum, new(big.Rat).SetInt64(int64(yearLength)))
	return new(big.Int).Quo(sum.Num(), sum.Denom()).Uint64()
}
