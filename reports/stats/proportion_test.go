package stats_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/govbench/govbench/reports/stats"
)

// The limits are the shares at which k or more, or k or fewer, cases have a chance of 2.5 %. With none or all
// of them the other limit has the closed form 1-0.025^(1/n).
func TestProportion(t *testing.T) {
	for _, c := range []struct{ k, n int }{{1, 10}, {5, 200}, {190, 200}, {37, 74}} {
		low, high := stats.Proportion(c.k, c.n)
		atLeast := 1 - distuv.Binomial{N: float64(c.n), P: low}.CDF(float64(c.k-1))
		atMost := distuv.Binomial{N: float64(c.n), P: high}.CDF(float64(c.k))
		if math.Abs(atLeast-0.025) > 1e-9 || math.Abs(atMost-0.025) > 1e-9 {
			t.Errorf("%d of %d: [%v, %v] leaves %v and %v outside: want 0.025 each", c.k, c.n, low, high, atLeast, atMost)
		}
	}
	none := 1 - math.Pow(0.025, 1.0/200)
	if low, high := stats.Proportion(0, 200); low != 0 || math.Abs(high-none) > 1e-9 {
		t.Errorf("0 of 200 is [%v, %v]: want [0, %v]", low, high, none)
	}
	if low, high := stats.Proportion(200, 200); high != 1 || math.Abs(low-(1-none)) > 1e-9 {
		t.Errorf("200 of 200 is [%v, %v]: want [%v, 1]", low, high, 1-none)
	}
	if low, high := stats.Proportion(0, 0); low != 0 || high != 1 {
		t.Errorf("nothing seen is [%v, %v]: want [0, 1]", low, high)
	}
}
