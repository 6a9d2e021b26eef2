package stats

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/reports/result"
)

// The rule by its definition, quadratic and in two passes.
func naiveMSER(values []float64) (cut int, steady bool) {
	n := len(values)
	at := func(last int) int {
		best, d := math.Inf(1), 0
		for i := range last + 1 {
			m, sum := mean(values[i:]), 0.0
			for _, v := range values[i:] {
				sum += (v - m) * (v - m)
			}
			if mser := sum / float64((n-i)*(n-i)); mser < best*(1-1e-9) {
				best, d = mser, i
			}
		}
		return d
	}
	return at(n / 2), at(n-mserTail) <= n/2
}

func TestMSERAgainstDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	for round := range 300 {
		values := make([]float64, 10+rng.IntN(60))
		fades := math.Exp(3 * rng.NormFloat64())
		for i := range values {
			values[i] = 1000 + 50*math.Exp(-float64(i)/fades) + rng.NormFloat64()
			if round%3 == 0 {
				values[i] += float64(i)
			}
		}
		cut, steady := MSER(values)
		wantCut, wantSteady := naiveMSER(values)
		if cut != wantCut || steady != wantSteady {
			t.Fatalf("cut %d steady %v, want %d %v: %v", cut, steady, wantCut, wantSteady, values)
		}
	}
}

// points makes a time series of one-second intervals.
func points(n int, latency func(i int) float64) []result.Point {
	out := make([]result.Point, n)
	for i := range out {
		out[i] = result.Point{AtSec: float64(i), Throughput: 100, LatencyP50: latency(i)}
	}
	return out
}

// A step, a decay and a ramp are told with where they end; what never settles is told as such.
func TestWarmupWarning(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	noise := func() float64 { return 0.001 * rng.NormFloat64() }
	for _, tc := range []struct {
		name   string
		of     func(i int) float64
		n      int
		warmup time.Duration
		says   string
	}{
		{"steady", func(int) float64 { return 1 }, 60, 0, ""},
		{"steady with noise", func(int) float64 { return 1 + 10*noise() }, 60, 0, ""},
		{"a step, cut", step(15, noise), 60, 15 * time.Second, ""},
		{"a step, not cut", step(15, noise), 60, 10 * time.Second, "MSER cuts latency-p50 at 19s, and what is measured before moves its mean by 10.2 %: use --warmup 19s"},
		{"a step, without noise", step(15, func() float64 { return 0 }), 60, 10 * time.Second, "use --warmup 15s"},
		{"a decay", func(i int) float64 { return 1 + 2*math.Exp(-float64(i)/4) + noise() }, 60, 2 * time.Second, "not steady by the end of the warm-up: MSER cuts latency-p50 at 2"},
		{"a small decay", func(i int) float64 { return 1 + 0.02*math.Exp(-float64(i)/4) + noise() }, 60, 2 * time.Second, ""},
		{"two seconds of another order", func(i int) float64 { return map[bool]float64{true: 20, false: 1}[i < 4] + noise() }, 60, 2 * time.Second, "use --warmup 4s"},
		{"overload", func(i int) float64 { return 1 + float64(i) + noise() }, 60, 10 * time.Second, "no steady state: latency-p50"},
		{"too short to tell", step(5, noise), 20, 0, ""},
		{"nothing", nil, 0, 0, ""},
	} {
		got := WarmupWarning(points(tc.n, tc.of), tc.warmup)
		if (got == "") != (tc.says == "") || !strings.Contains(got, tc.says) {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.says)
		}
	}
	ramp := points(60, func(int) float64 { return 1 })
	for i := range ramp {
		ramp[i].Throughput = 100 * min(1, float64(i)/12)
	}
	if got := WarmupWarning(ramp, 5*time.Second); !strings.Contains(got, "MSER cuts throughput at 1") {
		t.Errorf("throughput that rises: %q", got)
	}
}

// step is twice as much for the first so many seconds.
func step(end int, noise func() float64) func(int) float64 {
	return func(i int) float64 {
		if i < end {
			return 2 + noise()
		}
		return 1 + noise()
	}
}

// What is steady but noisy, independent or not, and gaps of a thin load, raise next to no alarm.
func TestWarmupFalseAlarms(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 42))
	const rounds = 2000
	for _, alike := range []float64{0, 0.5, 0.8} {
		for _, spread := range []float64{0.02, 0.1, 0.5} {
			alarms := 0
			for range rounds {
				x := rng.NormFloat64()
				p := points(60, func(int) float64 {
					x = alike*x + math.Sqrt(1-alike*alike)*rng.NormFloat64()
					return math.Exp(spread * x)
				})
				if WarmupWarning(p, 10*time.Second) != "" {
					alarms++
				}
			}
			if most := 0.01 * rounds; alike < 0.8 && float64(alarms) > most || float64(alarms) > 4*most {
				t.Errorf("autocorrelation %v spread %v: %d alarms of %d", alike, spread, alarms, rounds)
			}
		}
	}
}
