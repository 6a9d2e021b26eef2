package key

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// stream is a workloads.Rand.
type stream struct{ *rand.Rand }

func (s stream) Below(n uint64) uint64 { return s.Uint64N(n) }

func newStream(seed uint64) stream { return stream{rand.New(rand.NewPCG(seed, 1))} }

func counts(t *testing.T, name string, n uint64, draws int) []int {
	t.Helper()
	chooser, err := New(name, n, newStream(5))
	if err != nil {
		t.Fatal(err)
	}
	seen := make([]int, n)
	for range draws {
		seen[chooser.Next()]++ // out of range panics
	}
	return seen
}

// chiSquare is Pearson's statistic of the counts against the expected ones.
func chiSquare(seen []int, expected func(i int) float64) float64 {
	sum := 0.0
	for i, n := range seen {
		want := expected(i)
		sum += (float64(n) - want) * (float64(n) - want) / want
	}
	return sum
}

// limit is about five standard deviations above the mean of the chi-square distribution.
func limit(degrees int) float64 { return float64(degrees) + 5*math.Sqrt(2*float64(degrees)) }

func TestUniform(t *testing.T) {
	const n, draws = 100, 100_000
	seen := counts(t, None, n, draws)
	if got := chiSquare(seen, func(int) float64 { return draws / n }); got > limit(n-1) {
		t.Errorf("chi-square %.1f above %.1f", got, limit(n-1))
	}
}

// The sampler against 1/(r*H(n)), for sizes whose last octave is full, almost empty and in between.
func TestZipfIsExact(t *testing.T) {
	const draws = 300_000
	for _, n := range []uint64{1, 2, 3, 7, 8, 9, 100, 127, 128} {
		harmonic := 0.0
		for r := uint64(1); r <= n; r++ {
			harmonic += 1 / float64(r)
		}
		seen := counts(t, Zipf, n, draws)
		stride := coprime(n)
		byRank := make([]int, n)
		for rank := range n {
			byRank[rank] = seen[spread(rank, stride, n)]
		}
		got := chiSquare(byRank, func(i int) float64 { return draws / (float64(i+1) * harmonic) })
		if got > limit(int(n)) {
			t.Errorf("n = %d: chi-square %.1f above %.1f", n, got, limit(int(n)))
		}
	}
}

func TestSpreadIsOneToOne(t *testing.T) {
	for n := uint64(1); n < 300; n++ {
		stride, seen := coprime(n), make(map[uint64]bool)
		for rank := range n {
			seen[spread(rank, stride, n)] = true
		}
		if uint64(len(seen)) != n {
			t.Fatalf("n = %d: %d entities reached", n, len(seen))
		}
	}
	if big := uint64(1) << 40; spread(big-1, coprime(big), big) >= big {
		t.Error("a large rank leaves the range")
	}
}

func TestShapes(t *testing.T) {
	seen := counts(t, Catalog, 10_000, 100_000)
	hot := 0
	for _, n := range seen[:catalogRows] {
		hot += n
	}
	if hot < 89_500 || hot > 91_500 {
		t.Errorf("catalog: %d of 100000 on the hot rows, want 90000 and a few of the rest", hot)
	}
	seen = counts(t, Quota, 10_000, 16_000)
	for i, n := range seen {
		if (n > 0) != (i < quotaPools) {
			t.Fatalf("quota: entity %d chosen %d times", i, n)
		}
	}
	for i, n := range counts(t, Seq, 10, 25) {
		if want := 2 + (14-i)/10; n != want {
			t.Fatalf("seq: entity %d chosen %d times, want %d", i, n, want)
		}
	}
	fresh := 0
	for _, n := range counts(t, Entity, 1<<20, 100_000) {
		if n > 0 {
			fresh++
		}
	}
	if fresh < 46_000 || fresh > 51_000 {
		t.Errorf("entity: %d different of 100000, want about half", fresh)
	}
}

func TestNewRefuses(t *testing.T) {
	if _, err := New("zip", 5, newStream(1)); err == nil || Known("zip") {
		t.Error("an unknown way is accepted")
	}
	if _, err := New(Zipf, 0, newStream(1)); err == nil {
		t.Error("no entities are accepted")
	}
	for _, name := range append(Names(), "") {
		if _, err := New(name, 1, newStream(1)); err != nil || !Known(name) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestLog2(t *testing.T) {
	for _, x := range []uint64{1, 2, 3, 10, 1 << 31, 1<<32 + 7, 1<<63 - 1, 1 << 63, 1<<64 - 1} {
		want := math.Log2(float64(x)) * (1 << 32)
		if got := float64(log2(x)); math.Abs(got-want) > 16 {
			t.Errorf("log2(%d) is %.0f, want %.0f", x, got, want)
		}
	}
}

// Mean, variance and tail of the exponential distribution.
func TestExponential(t *testing.T) {
	const draws, mean = 200_000, time.Hour
	draw := newStream(9)
	sum, squares, tail := 0.0, 0.0, 0
	for range draws {
		x := Exponential(draw, mean)
		if x < 0 {
			t.Fatal("a negative time")
		}
		sum += float64(x) / float64(mean)
		squares += float64(x) / float64(mean) * float64(x) / float64(mean)
		if x > 3*mean {
			tail++
		}
	}
	average := sum / draws
	if math.Abs(average-1) > 0.012 || math.Abs(squares/draws-2) > 0.08 || math.Abs(float64(tail)/draws-math.Exp(-3)) > 0.003 {
		t.Errorf("mean %.4f, second moment %.4f, tail %.4f; want 1, 2, %.4f", average, squares/draws, float64(tail)/draws, math.Exp(-3))
	}
	if Exponential(draw, 0) != 0 || Exponential(draw, -1) != 0 {
		t.Error("no mean, yet a time")
	}
}
