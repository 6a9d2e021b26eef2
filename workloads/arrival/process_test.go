package arrival

import (
	"math"
	"slices"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/govbench/govbench/sim"
)

// draw collects a whole process.
func draw(t testing.TB, s Shape, mean Rate, d time.Duration, seed uint64) []time.Duration {
	t.Helper()
	p, err := New(s, mean, d, sim.NewStream(seed, "arrival/test"))
	if err != nil {
		t.Fatal(err)
	}
	var out []time.Duration
	for {
		at, ok := p.Next()
		if !ok {
			if _, again := p.Next(); again {
				t.Error("a process that had ended went on")
			}
			return out
		}
		if at < 0 || at >= d || len(out) > 0 && at < out[len(out)-1] {
			t.Fatalf("arrival at %v after %v in a run of %v", at, out[len(out)-1:], d)
		}
		out = append(out, at)
	}
}

func shape(t testing.TB, name string) Shape {
	t.Helper()
	s, err := Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestMeanCount: every shape delivers the requested mean rate, within four standard deviations of a
// Poisson count, and exactly when paced.
func TestMeanCount(t *testing.T) {
	const want = 200_000
	for _, s := range Shapes() {
		got := len(draw(t, s, PerSecond(2000), 100*time.Second, 7))
		if s.Paced && got != want {
			t.Errorf("%s: %d arrivals, want exactly %d", s.Name, got, want)
		}
		if d := math.Abs(float64(got - want)); d > 4*math.Sqrt(want) {
			t.Errorf("%s: %d arrivals, want %d within %.0f", s.Name, got, want, 4*math.Sqrt(want))
		}
	}
}

// TestCountVariance: over many seeds the counts of every random shape have the variance of a Poisson
// count, which is its mean.
func TestCountVariance(t *testing.T) {
	const trials, mean = 2000, 50
	for _, s := range Shapes() {
		if s.Paced {
			continue
		}
		sum, sum2 := 0.0, 0.0
		for seed := range uint64(trials) {
			n := float64(len(draw(t, s, PerSecond(5), 10*time.Second, seed)))
			sum, sum2 = sum+n, sum2+n*n
		}
		m := sum / trials
		dispersion := (sum2/trials - m*m) / m
		// The index of dispersion has standard deviation sqrt(2/trials) = 0.032.
		if math.Abs(m-mean) > 4*math.Sqrt(mean/float64(trials)) || math.Abs(dispersion-1) > 4*math.Sqrt(2.0/trials) {
			t.Errorf("%s: mean %.2f, variance over mean %.3f; want 50 and 1", s.Name, m, dispersion)
		}
	}
}

// ks is the Kolmogorov-Smirnov distance between a sample and a distribution.
func ks(sample []float64, cdf func(float64) float64) float64 {
	slices.Sort(sample)
	n, worst := float64(len(sample)), 0.0
	for i, x := range sample {
		f := cdf(x)
		worst = max(worst, f-float64(i)/n, float64(i+1)/n-f)
	}
	return worst
}

// ksCritical is the distance that a true sample of n exceeds once in a thousand (Smirnov 1948,
// asymptotic: sqrt(-ln(0.0005)/2)/sqrt(n)).
func ksCritical(n int) float64 { return math.Sqrt(-math.Log(0.0005)/2) / math.Sqrt(float64(n)) }

// TestGapsAreExponential compares the gaps of the constant process with gonum's exponential.
func TestGapsAreExponential(t *testing.T) {
	for _, rate := range []Rate{PerSecond(5), PerSecond(3000), PerSecond(1_000_000), {Count: 3, Per: 10 * time.Second}} {
		n := 100_000
		d := time.Duration(float64(n) / rate.TxPerSec() * float64(time.Second))
		times := draw(t, shape(t, "poisson"), rate, d, 11)
		gaps := make([]float64, 0, len(times))
		for i := 1; i < len(times); i++ {
			gaps = append(gaps, (times[i] - times[i-1]).Seconds())
		}
		dist := distuv.Exponential{Rate: rate.TxPerSec()}
		if got := ks(gaps, dist.CDF); got > ksCritical(len(gaps)) {
			t.Errorf("%v: KS distance %.5f, critical %.5f", rate, got, ksCritical(len(gaps)))
		}
	}
}

// cumulative is the share of a shape's area before x in 0 ... 1, in floating point.
func cumulative(s Shape, x float64) float64 {
	total := float64(s.Points[len(s.Points)-1].At)
	at, area, whole := x*total, 0.0, 0.0
	for i := 1; i < len(s.Points); i++ {
		a, b := s.Points[i-1], s.Points[i]
		w := float64(b.At - a.At)
		piece := w * float64(a.Level+b.Level) / 2
		whole += piece
		switch {
		case at >= float64(b.At):
			area += piece
		case at > float64(a.At):
			f := (at - float64(a.At)) / w
			y := float64(a.Level) + f*(float64(b.Level)-float64(a.Level))
			area += (at - float64(a.At)) * (float64(a.Level) + y) / 2
		}
	}
	return area / whole
}

// TestShapesFollowTheirCurves: given their number, the arrivals of a Poisson process are independent
// draws from the curve, so the Kolmogorov-Smirnov test applies to their times.
func TestShapesFollowTheirCurves(t *testing.T) {
	const d = 60 * time.Second
	for _, s := range Shapes() {
		if s.Paced {
			continue
		}
		times := draw(t, s, PerSecond(2000), d, 3)
		sample := make([]float64, len(times))
		for i, at := range times {
			sample[i] = float64(at) / float64(d)
		}
		if got := ks(sample, func(x float64) float64 { return cumulative(s, x) }); got > ksCritical(len(sample)) {
			t.Errorf("%s: KS distance %.5f, critical %.5f", s.Name, got, ksCritical(len(sample)))
		}
	}
}

// TestTheTestFindsAWrongCurve plants one shape's arrivals against another's curve.
func TestTheTestFindsAWrongCurve(t *testing.T) {
	times := draw(t, shape(t, "office"), PerSecond(200), 60*time.Second, 3)
	sample := make([]float64, len(times))
	for i, at := range times {
		sample[i] = float64(at) / float64(60*time.Second)
	}
	if got := ks(sample, func(x float64) float64 { return cumulative(shape(t, "day"), x) }); got < 3*ksCritical(len(sample)) {
		t.Errorf("KS distance %.5f does not tell office from day", got)
	}
}

func TestPaced(t *testing.T) {
	times := draw(t, shape(t, "paced"), PerSecond(4), 2*time.Second, 1)
	want := []time.Duration{125, 375, 625, 875, 1125, 1375, 1625, 1875}
	if len(times) != len(want) {
		t.Fatalf("%v", times)
	}
	for i, at := range times {
		if at != want[i]*time.Millisecond {
			t.Errorf("arrival %d at %v, want %vms", i, at, want[i])
		}
	}
	// Three in a second do not drift, though a third of a second is no whole number of nanoseconds.
	times = draw(t, shape(t, "paced"), PerSecond(3), time.Hour, 1)
	if last := times[len(times)-1]; len(times) != 10800 || last != time.Hour-166666667 {
		t.Errorf("%d arrivals, the last at %v", len(times), last)
	}
}

// TestWithPeak: the peak is exact, the mean does not move, and what cannot be is refused.
func TestWithPeak(t *testing.T) {
	for _, s := range Shapes() {
		most, den := s.sharper().sharper().sharper().Peak()
		for _, want := range [][2]uint64{{2, 1}, {3, 2}, {4, 1}, {10, 1}, {20, 1}, {200, 1}} {
			p, err := s.WithPeak(want[0], want[1])
			if want[0]*den > most*want[1] {
				if err == nil {
					t.Errorf("%s: a peak of %d/%d above %d/%d was accepted", s.Name, want[0], want[1], most, den)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", s.Name, err)
				continue
			}
			if n, d := p.Peak(); n != want[0] || d != want[1] {
				t.Errorf("%s: peak %d/%d, want %d/%d", s.Name, n, d, want[0], want[1])
			}
			if got := len(draw(t, p, PerSecond(1000), 20*time.Second, 5)); math.Abs(float64(got-20_000)) > 4*math.Sqrt(20_000) {
				t.Errorf("%s with peak %v: %d arrivals, want 20,000", s.Name, want, got)
			}
		}
	}
	for _, bad := range [][2]uint64{{1, 1}, {0, 1}, {1, 2}, {2, 0}, {5000, 1}} {
		if _, err := shape(t, "office").WithPeak(bad[0], bad[1]); err == nil {
			t.Errorf("a peak of %d/%d was accepted", bad[0], bad[1])
		}
	}
}

// TestSlowRates: a service with four requests a day works as well as one with a million a second.
func TestSlowRates(t *testing.T) {
	rate, err := ParseRate("4 tx/day")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for seed := range uint64(1000) {
		n += len(draw(t, shape(t, "office"), rate, 24*time.Hour, seed))
	}
	if math.Abs(float64(n-4000)) > 4*math.Sqrt(4000) {
		t.Errorf("%d arrivals in 1,000 days, want 4,000", n)
	}
	century := reduced(1, 100*365*24*time.Hour)
	if got := draw(t, shape(t, "stream"), century, time.Minute, 1); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func TestNewRefuses(t *testing.T) {
	s, stream := shape(t, "poisson"), sim.NewStream(1, "x")
	bad := Shape{Name: "bad", Points: []Point{{0, 0}, {10, 0}}}
	for _, c := range []struct {
		shape Shape
		rate  Rate
		d     time.Duration
	}{
		{s, Rate{}, time.Second}, {s, PerSecond(1), 0}, {s, PerSecond(1), -1}, {s, PerSecond(1), DurationMax + 1}, {bad, PerSecond(1), time.Second},
		{Shape{Points: []Point{{0, 1}}}, PerSecond(1), 1}, {Shape{Points: []Point{{5, 1}, {6, 1}}}, PerSecond(1), 1},
		{Shape{Points: []Point{{0, 1}, {6, 1}, {5, 1}}}, PerSecond(1), 1}, {Shape{Points: []Point{{0, 1}, {6, levelMax + 1}}}, PerSecond(1), 1},
	} {
		if _, err := New(c.shape, c.rate, c.d, stream); err == nil {
			t.Errorf("%v %v %v was accepted", c.shape.Name, c.rate, c.d)
		}
	}
	if _, err := Find("offise"); err == nil {
		t.Error("an unknown shape was found")
	}
}

// TestGolden pins the first arrivals, so that a change of the draws is noticed on every architecture.
func TestGolden(t *testing.T) {
	got := draw(t, shape(t, "office"), PerSecond(10), 10*time.Second, 42)
	want := []time.Duration{3548835676, 3646986958, 3689638725, 3753241956, 3793669700, 3795689300}
	if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
		t.Errorf("%d", got[:6])
	}
}

// TestDeadlineShare: nine filings in ten come on the last of the fourteen days, as published.
func TestDeadlineShare(t *testing.T) {
	if share := 1 - cumulative(shape(t, "deadline"), 13.0/14); math.Abs(share-0.90) > 0.01 {
		t.Errorf("%.3f of the filings come on the last day, want 0.90", share)
	}
}

func TestShapesAreDocumented(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Shapes() {
		if seen[s.Name] || s.Title == "" || s.Span <= 0 || len(s.Source) < 10 {
			t.Errorf("shape %q is not documented", s.Name)
		}
		seen[s.Name] = true
	}
}

// BenchmarkNext counts the cost of an arrival, over whole runs of ten thousand.
func BenchmarkNext(b *testing.B) {
	for _, name := range []string{"poisson", "office", "paced"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			s, stream := shape(b, name), sim.NewStream(1, "b")
			for n := 0; n < b.N; {
				p, err := New(s, PerSecond(1000), 10*time.Second, stream)
				if err != nil {
					b.Fatal(err)
				}
				for more := true; more; n++ {
					_, more = p.Next()
				}
			}
		})
	}
}
