package stats

import (
	"fmt"
	"math"
	"time"

	"github.com/govbench/govbench/reports/result"
)

const (
	// mserTail is the number of last values that MSER does not begin at: a few values that happen to be alike have no
	// variance (Hoad, Robinson and Davies, Winter Simulation Conference 2008, leave out as many).
	mserTail = 5
	// steadyMin is the least number of intervals that say anything of a steady state.
	//
	// assumed: with fewer than twenty the means of their halves vary too much.
	steadyMin = 20
	// biasMax is by what share of the mean a warm-up that is too short may move it without being told.
	//
	// assumed: 2 %, the change that counts in a comparison.
	biasMax = 0.02
	// rankMin is how many standard deviations of the rank sum apart what is before and after a cut has to be, and farMin how
	// many of the values after it, so that a short beginning of another order of magnitude is told too.
	//
	// assumed: four, because the cut was chosen where they differ most; ten, which noise does not reach.
	rankMin, farMin = 4, 10
	// trendMin is Kendall's tau from which what is measured goes one way.
	//
	// assumed: 0.6; a noise of which neighbours are alike stays below it.
	trendMin = 0.6
)

// MSER is the marginal standard error rule of White (Simulation 69, 1997): the transient ends where cutting it leaves the
// narrowest confidence interval for the mean of the rest, that is the d least in sum((x[i]-mean)^2, i >= d) / (n-d)^2. White,
// Cobb and Spratt (Winter Simulation Conference 2000) apply it to means of batches of five, MSER-5; the intervals of a run's
// time series are such batches, of many answers each. steady is false when the least lies in the second half, so that the
// values tell of no steady state; the cut is then the best in the first half.
//
// Sums are rounded after every step on every machine, so that equal values give equal cuts.
func MSER(values []float64) (cut int, steady bool) {
	n := len(values)
	least, leastHalf, at := math.Inf(1), math.Inf(1), 0
	sum, squares := 0.0, 0.0
	// Values are taken from their mean, since the squares of large ones would swallow their differences.
	origin := mean(values)
	for d := n - 1; d >= 0; d-- {
		x := values[d] - origin
		sum += x
		squares += float64(x * x)
		left := float64(n - d)
		around := squares - float64(sum*sum)/left
		if around < 1e-12*squares { // rounding only
			around = 0
		}
		mser := around / float64(left*left)
		if d <= n-mserTail && mser <= least { // of equal ones the earliest, which keeps most
			least, at = mser, d
		}
		if d <= n/2 && mser <= leastHalf {
			leastHalf, cut = mser, d
		}
	}
	return cut, at <= n/2
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(max(len(values), 1))
}

// Transient is the beginning of a run that is unlike the rest of it.
type Transient struct {
	Metric string  // in which it lasts longest: throughput or latency-p50
	EndSec float64 // MSER's cut, since the start of the run
	Steady bool    // false: the run tells of no steady state, and what is measured goes one way
	Bias   float64 // share of the mean by which measuring from the warm-up on, instead of from EndSec on, moves it; 0 where that is chance

	cut int // EndSec as an index
}

// timeSeries are the series of a run that have to be steady, by the metric they are of. A series with a gap is left out.
func timeSeries(points []result.Point) map[string][]float64 {
	throughput, latency := make([]float64, len(points)), make([]float64, len(points))
	gap := false
	for i, p := range points {
		throughput[i], latency[i] = p.Throughput, p.LatencyP50
		gap = gap || p.Throughput == 0
	}
	out := map[string][]float64{"throughput": throughput}
	if !gap {
		out["latency-p50"] = latency
	}
	return out
}

// TransientOf finds how long a run with a steady load takes to become steady. The last interval is left out, as it may be
// short. It is false where there are too few intervals to tell.
func TransientOf(points []result.Point, warmupSec float64) (Transient, bool) {
	if len(points) <= steadyMin {
		return Transient{}, false
	}
	points = points[:len(points)-1]
	warm := 0
	for warm < len(points) && points[warm].AtSec < warmupSec {
		warm++
	}
	var worst Transient
	series := timeSeries(points)
	for _, metric := range []string{"throughput", "latency-p50"} {
		if values := series[metric]; values != nil {
			t := transient(values, warm)
			t.Metric, t.EndSec = metric, points[t.cut].AtSec
			if worst.Metric == "" || t.beyond(worst) {
				worst = t
			}
		}
	}
	return worst, true
}

// WarmupEnd is where MSER cuts a run that was measured from its start on, so that its series are steady from there on: the
// later cut of throughput and latency, half of the run at most. steady is false when a series went one way to the end.
func WarmupEnd(points []result.Point) (endSec float64, steady bool) {
	if len(points) <= steadyMin {
		return 0, false
	}
	points = points[:len(points)-1]
	steady = true
	for _, values := range timeSeries(points) {
		t := transient(values, 0)
		endSec, steady = max(endSec, points[t.cut].AtSec), steady && t.Steady
	}
	return endSec, steady
}

// beyond reports whether a transient is more to be told than another.
func (t Transient) beyond(o Transient) bool {
	if t.Steady != o.Steady {
		return !t.Steady
	}
	if (t.Bias > 0) != (o.Bias > 0) {
		return t.Bias > 0
	}
	return t.EndSec > o.EndSec
}

// transient judges one series that is measured from an index on.
func transient(values []float64, warm int) Transient {
	cut, steady := MSER(values)
	t := Transient{Steady: true, cut: cut}
	if warm >= len(values)-mserTail {
		return t
	}
	if tau, _ := trend(values[warm:]); !steady && math.Abs(tau) >= trendMin {
		half := values[warm+(len(values)-warm)/2:]
		t.Steady, t.Bias = false, share(mean(values[warm:]), mean(half))
		return t
	}
	if warm < cut && differ(values[warm:cut], values[cut:]) {
		t.Bias = share(mean(values[warm:]), mean(values[cut:]))
	}
	return t
}

// share is by what share of it a figure is missed.
func share(got, want float64) float64 {
	if want == 0 {
		return 0
	}
	return math.Abs(got-want) / math.Abs(want)
}

// differ reports whether what is before a cut is unlike what is after it beyond chance: by the rank sum, with its standard
// deviation made up for the alikeness of neighbours by the first autocorrelation, or by an order of magnitude.
func differ(before, after []float64) bool {
	center := mean(after)
	variance, lagged := 0.0, 0.0
	for i, v := range after {
		variance += float64((v - center) * (v - center))
		if i > 0 {
			lagged += float64((v - center) * (after[i-1] - center))
		}
	}
	alike := 0.0
	if variance > 0 {
		alike = min(max(lagged/variance, 0), 0.9)
	}
	if math.Abs(mean(before)-center) > farMin*math.Sqrt(variance/float64(len(after)-1)) {
		return true
	}
	above := 0.0
	for _, x := range before {
		for _, y := range after {
			if x > y {
				above++
			} else if x == y {
				above += 0.5
			}
		}
	}
	k, m := float64(len(before)), float64(len(after))
	deviation := math.Sqrt(k * m * (k + m + 1) / 12 * (1 + alike) / (1 - alike))
	return math.Abs(above-k*m/2) >= rankMin*deviation
}

// WarmupWarning says that a run with a steady load was not steady when its measurement began; empty where it was, or where
// that cannot be told or moves the result by less than counts.
func WarmupWarning(points []result.Point, warmup time.Duration) string {
	t, ok := TransientOf(points, warmup.Seconds())
	switch {
	case !ok || t.Bias <= biasMax:
		return ""
	case !t.Steady:
		return fmt.Sprintf("no steady state: %s still moves in the second half of the run, where the rule MSER cuts: use a longer --duration, or a load that the design carries", t.Metric)
	}
	end := time.Duration(math.Ceil(float64(t.EndSec*1000))) * time.Millisecond
	return fmt.Sprintf("not steady by the end of the warm-up: MSER cuts %s at %v, and what is measured before moves its mean by %.1f %%: use --warmup %v", t.Metric, end, 100*t.Bias, end)
}
