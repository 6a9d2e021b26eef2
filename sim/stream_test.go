package sim

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
)

// TestXoshiroVector checks the generator against the published test vector of the reference
// implementation for the state 1, 2, 3, 4.
func TestXoshiroVector(t *testing.T) {
	s := &Stream{1, 2, 3, 4}
	for i, want := range []uint64{
		11520, 0, 1509978240, 1215971899390074240, 1216172134540287360,
		607988272756665600, 16172922978634559625, 8476171486693032832,
		10595114339597558777, 2904607092377533576,
	} {
		if got := s.Uint64(); got != want {
			t.Fatalf("draw %d is %d, want %d", i, got, want)
		}
	}
}

func TestStreamsAreNamed(t *testing.T) {
	first := func(seed uint64, name string) uint64 { return NewStream(seed, name).Uint64() }
	if first(1, "net/3-7") != first(1, "net/3-7") {
		t.Error("one name gives two streams")
	}
	seen := make(map[uint64]string)
	for seed := range uint64(20) {
		for i := range 50 {
			name := fmt.Sprintf("client/%d", i)
			v := first(seed, name)
			if other, ok := seen[v]; ok {
				t.Errorf("streams %s and %d %s begin alike", other, seed, name)
			}
			seen[v] = name
		}
	}
}

// TestStreamsAreIndependent looks for correlation between neighbouring streams: the bits in which two
// of them differ must be half of all.
func TestStreamsAreIndependent(t *testing.T) {
	for i := range 20 {
		a, b := NewStream(7, fmt.Sprintf("x/%d", i)), NewStream(7, fmt.Sprintf("x/%d", i+1))
		differ := 0
		const draws = 10_000
		for range draws {
			differ += bits.OnesCount64(a.Uint64() ^ b.Uint64())
		}
		mean, dev := 32.0*draws, math.Sqrt(16*draws)
		if math.Abs(float64(differ)-mean) > 5*dev {
			t.Errorf("streams %d and %d differ in %d of %d bits", i, i+1, differ, 64*draws)
		}
	}
}

// chiSquare fails when counts do not fit the probabilities at the 0.1 % level.
func chiSquare(t *testing.T, name string, counts []int, probability []float64) {
	t.Helper()
	n := 0
	for _, c := range counts {
		n += c
	}
	x := 0.0
	for i, c := range counts {
		want := probability[i] * float64(n)
		x += (float64(c) - want) * (float64(c) - want) / want
	}
	limit := distuv.ChiSquared{K: float64(len(counts) - 1)}.Quantile(0.999)
	if x > limit {
		t.Errorf("%s: chi-square %.1f exceeds %.1f", name, x, limit)
	}
}

func TestBelowIsUniform(t *testing.T) {
	for _, n := range []uint64{1, 2, 3, 7, 10, 64, 1000} {
		s := NewStream(1, "below")
		counts, p := make([]int, n), make([]float64, n)
		for range 200_000 {
			counts[s.Below(n)]++
		}
		for i := range p {
			p[i] = 1 / float64(n)
		}
		if n > 1 {
			chiSquare(t, fmt.Sprintf("Below(%d)", n), counts, p)
		}
	}
}

// TestBelowIsUnbiased uses a bound that makes the naive remainder favour the lower half 2 to 1.
func TestBelowIsUnbiased(t *testing.T) {
	const n = 3 << 62
	s := NewStream(1, "bias")
	counts := make([]int, 3)
	for range 300_000 {
		counts[s.Below(n)>>62]++
	}
	chiSquare(t, "Below(3*2^62)", counts, []float64{1. / 3, 1. / 3, 1. / 3})
}

func TestChance(t *testing.T) {
	s := NewStream(1, "chance")
	counts := make([]int, 2)
	for range 400_000 {
		if s.Chance(3, 1000) {
			counts[0]++
		} else {
			counts[1]++
		}
		if s.Chance(0, 5) || !s.Chance(5, 5) {
			t.Fatal("an impossible event happened or a certain one did not")
		}
	}
	chiSquare(t, "Chance(3, 1000)", counts, []float64{0.003, 0.997})
}

// samplers are the continuous distributions and what gonum says of them, in seconds.
var samplers = []struct {
	name string
	draw func(*Stream) time.Duration
	dist interface {
		CDF(float64) float64
		Mean() float64
		StdDev() float64
	}
}{
	{"uniform", func(s *Stream) time.Duration { return s.Uniform(time.Second, 3*time.Second) }, distuv.Uniform{Min: 1, Max: 3}},
	{"exponential", func(s *Stream) time.Duration { return s.Exp(2 * time.Second) }, distuv.Exponential{Rate: 0.5}},
	{"normal", func(s *Stream) time.Duration { return s.Normal(10*time.Second, 3*time.Second) }, distuv.Normal{Mu: 10, Sigma: 3}},
	{"lognormal 0.3", func(s *Stream) time.Duration { return s.LogNormal(time.Second, 300) }, distuv.LogNormal{Mu: 0, Sigma: 0.3}},
	{"lognormal 1.2", func(s *Stream) time.Duration { return s.LogNormal(5*time.Second, 1200) }, distuv.LogNormal{Mu: math.Log(5), Sigma: 1.2}},
}

// TestSamplersFitTheirDistributions is a Kolmogorov-Smirnov test at the 0.1 % level, and one of the
// mean at four standard errors, with 200,000 draws each.
func TestSamplersFitTheirDistributions(t *testing.T) {
	const n = 200_000
	for _, d := range samplers {
		s := NewStream(3, "ks/"+d.name)
		draws := make([]float64, n)
		sum := 0.0
		for i := range draws {
			draws[i] = d.draw(s).Seconds()
			sum += draws[i]
		}
		slices.Sort(draws)
		worst := 0.0
		for i, x := range draws {
			f := d.dist.CDF(x)
			worst = max(worst, f-float64(i)/n, float64(i+1)/n-f)
		}
		if limit := 1.95 / math.Sqrt(n); worst > limit {
			t.Errorf("%s: Kolmogorov-Smirnov distance %.5f exceeds %.5f", d.name, worst, limit)
		}
		if err := math.Abs(sum/n - d.dist.Mean()); err > 4*d.dist.StdDev()/math.Sqrt(n) {
			t.Errorf("%s: mean %.5f, want %.5f", d.name, sum/n, d.dist.Mean())
		}
	}
}

// TestFixedPointErrors holds the functions behind the samplers to the errors that fixed.go states,
// from the middle of the distribution to the last bit of the tail.
func TestFixedPointErrors(t *testing.T) {
	s := NewStream(5, "fixed")
	worst := map[string]float64{}
	note := func(name string, err float64) { worst[name] = max(worst[name], math.Abs(err)) }
	for i := range 400_000 {
		x := s.Uint64()>>(i%64) | 1
		note("log2", float64(log2(x))/(1<<logBits)-math.Log2(float64(x)))
		note("negLog", float64(negLog(x))/(1<<logBits)-(64*math.Ln2-math.Log(float64(x))))
		z, _ := normal(x)
		note("normal", float64(z)/(1<<normalBits)+distuv.UnitNormal.Quantile(math.Ldexp(float64(x), -65)))
		y := int64(s.Uint64()) >> 10
		fraction, exponent := exp2(y)
		want := math.Exp2(float64(y)/(1<<logBits) - float64(exponent))
		note("exp2", float64(fraction)/(1<<logBits)/want-1)
	}
	for name, limit := range map[string]float64{"log2": 1.8e-7, "negLog": 1.3e-7, "exp2": 5.9e-8, "normal": 1.4e-5} {
		if worst[name] > limit {
			t.Errorf("%s is off by %.2g, more than %.2g", name, worst[name], limit)
		}
		t.Logf("%s: worst error %.2g", name, worst[name])
	}
}

func TestSamplersAtTheEdges(t *testing.T) {
	s := NewStream(1, "edges")
	for range 10_000 {
		if d := s.Exp(math.MaxInt64); d < 0 {
			t.Fatal("Exp overflows")
		}
		if d := s.LogNormal(math.MaxInt64, MaxSigmaPermille); d < 0 {
			t.Fatal("LogNormal overflows")
		}
		if d := s.Normal(math.MaxInt64, time.Second); d < math.MaxInt64-10*time.Second {
			t.Fatal("Normal overflows")
		}
		if s.Exp(0) != 0 || s.Exp(-5) != 0 || s.LogNormal(0, 10) != 0 || s.Normal(7, 0) != 7 || s.Uniform(4, 4) != 4 {
			t.Fatal("a distribution without width has one value")
		}
		if d := s.LogNormal(time.Second, 0); d != time.Second {
			t.Fatalf("LogNormal without spread is %v", d)
		}
	}
	if q := negLog(0); q>>logBits != 44 {
		t.Errorf("the longest exponential is %d means", q>>logBits)
	}
}

func TestScale(t *testing.T) {
	for _, c := range []struct {
		x, q  uint64
		shift uint
		want  time.Duration
	}{
		{3, 1, 1, 2}, {5, 1, 2, 1}, {7, 3, 0, 21}, {1 << 62, 2, 0, math.MaxInt64},
		{1 << 62, 1 << 62, 64, 1 << 60}, {1 << 62, 1 << 62, 100, 1 << 24}, {1 << 62, 1 << 62, 61, math.MaxInt64},
		{1 << 62, 1 << 62, 127, 0}, {1<<63 + 1<<62, 1 << 63, 127, 1}, {math.MaxUint64, math.MaxUint64, 127, 2},
		{1, 1, 127, 0}, {1 << 40, 1 << 30, 63, 128},
	} {
		if got := scale(c.x, c.q, c.shift); got != c.want {
			t.Errorf("scale(%d, %d, %d) = %d, want %d", c.x, c.q, c.shift, got, c.want)
		}
	}
}

func TestSamplersDoNotAllocate(t *testing.T) {
	s := NewStream(1, "alloc")
	var sum time.Duration
	if n := testing.AllocsPerRun(1000, func() {
		sum += s.Exp(5) + s.Normal(5, 1) + s.LogNormal(5, 100) + s.Uniform(1, 9)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkStream(b *testing.B) {
	for _, c := range []struct {
		name string
		draw func(*Stream) uint64
	}{
		{"uint64", (*Stream).Uint64},
		{"below", func(s *Stream) uint64 { return s.Below(1000) }},
		{"exp", func(s *Stream) uint64 { return uint64(s.Exp(1e6)) }},
		{"normal", func(s *Stream) uint64 { return uint64(s.Normal(1e6, 1e5)) }},
		{"lognormal", func(s *Stream) uint64 { return uint64(s.LogNormal(1e6, 300)) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			s, sum := NewStream(1, "bench"), uint64(0)
			for b.Loop() {
				sum += c.draw(s)
			}
			_ = sum
		})
	}
}
