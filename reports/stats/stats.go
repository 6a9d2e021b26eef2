// Package stats sums up trials: it groups the records that differ in nothing but their seed, and
// gives medians with the confidence that their number supports; and it compares two sets of records cell
// by cell: exact figures by equality, samples by a test, with the warnings that belong to each.
//
// Figures of deterministic runs and samples of real or third-party clocks never share a group, so no
// median mixes the two.
package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Confidence is what an Interval aims for.
//
// assumed: 95 %, the usual level.
const Confidence = 0.95

// Interval is a median with a confidence interval.
type Interval struct {
	N      int
	Median float64
	Low    float64
	High   float64
	// Covers is the probability that the interval holds the true median, whatever the distribution.
	// It is below Confidence when there are too few trials for that, and 0 for a single one.
	Covers float64
}

// Median gives the median of values and the narrowest symmetric pair of order statistics that covers
// the true median with at least Confidence; with fewer than six values none does, and the interval is
// the whole range with the confidence it has (David and Nagaraja, Order Statistics, 3rd ed., 7.1).
// The zero Interval is returned for no values.
func Median(values []float64) Interval {
	n := len(values)
	if n == 0 {
		return Interval{}
	}
	v := slices.Sorted(slices.Values(values))
	out := Interval{N: n, Median: v[n/2], Low: v[0], High: v[n-1]}
	if n%2 == 0 {
		out.Median = v[n/2-1] + (v[n/2]-v[n/2-1])/2
		if math.IsInf(out.Median, 0) {
			out.Median = v[n/2-1]/2 + v[n/2]/2 // the difference of the two is more than a number can be
		}
	}
	coin := distuv.Binomial{N: float64(n), P: 0.5}
	// The interval from the k-th smallest to the k-th largest misses when fewer than k values fall on
	// one side of the median.
	for k := 1; k <= (n+1)/2; k++ {
		covers := 1 - 2*coin.CDF(float64(k-1))
		if k > 1 && covers < Confidence {
			break
		}
		out.Low, out.High, out.Covers = v[k-1], v[n-k], max(covers, 0)
	}
	return out
}
