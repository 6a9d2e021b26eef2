package network

import (
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/sim"
)

func TestTopologies(t *testing.T) {
	seen := make(map[string]bool)
	for _, top := range Topologies() {
		if err := top.Validate(); err != nil {
			t.Errorf("%s: %v", top.Name, err)
		}
		if seen[top.Name] || top.Title == "" || top.Source == "" || len(top.Modelled) == 0 {
			t.Errorf("%s is not described, or twice", top.Name)
		}
		seen[top.Name] = true
		for i, row := range top.OneWay {
			for j, d := range row {
				if d <= 0 {
					t.Errorf("%s: %d to %d takes %v", top.Name, i, j, d)
				}
				if back := top.OneWay[j][i]; d-back > 50*time.Microsecond {
					t.Errorf("%s: %s to %s takes %v and back %v", top.Name, top.Sites[i].Name, top.Sites[j].Name, d, back)
				}
				if i != j && d < row[i] {
					t.Errorf("%s: %s is nearer to %s than to itself", top.Name, top.Sites[i].Name, top.Sites[j].Name)
				}
			}
		}
		found, err := Lookup(top.Name)
		if err != nil || found.Name != top.Name {
			t.Errorf("Lookup(%s) is %s, %v", top.Name, found.Name, err)
		}
	}
	if _, err := Lookup("metropolis"); err == nil || !strings.Contains(err.Error(), "metro,") {
		t.Errorf("an unknown network: %v", err)
	}
}

// TestPublishedRoundTrips checks a few figures against their sources.
func TestPublishedRoundTrips(t *testing.T) {
	for _, c := range []struct {
		network, a, b string
		want          time.Duration // round trip without jitter
	}{
		{"cloud-regions", "eu-west-1", "us-west-1", 135_456_500 * time.Nanosecond},
		{"cloud-regions", "ap-southeast-1", "sa-east-1", 321_028_500 * time.Nanosecond},
		{"three-city", "beijing", "shanghai", 26_600 * time.Microsecond}, // and 2 ms of jitter
		{"three-city", "beijing", "shenzhen", 38 * time.Millisecond},
		{"metro", "municipal", "yanqing", 1454 * time.Microsecond},
	} {
		top, err := Lookup(c.network)
		if err != nil {
			t.Fatal(err)
		}
		a, okA := top.Site(c.a)
		b, okB := top.Site(c.b)
		if !okA || !okB {
			t.Fatalf("%s lacks %s or %s", c.network, c.a, c.b)
		}
		if got := top.Delay(a, b) + top.Delay(b, a); got != c.want {
			t.Errorf("%s: %s to %s and back takes %v, want %v", c.network, c.a, c.b, got, c.want)
		}
	}
}

func TestConstant(t *testing.T) {
	top := Constant(10*time.Millisecond, 4)
	if err := top.Validate(); err != nil {
		t.Fatal(err)
	}
	if top.Name != "constant:10ms" || top.BandwidthBitPerSec != 0 || !top.Jitter.IsNone() {
		t.Errorf("%+v", top)
	}
	for a := range consensus.SiteID(4) {
		for b := range consensus.SiteID(4) {
			want := 10 * time.Millisecond
			if a == b {
				want = 0
			}
			if got := top.Delay(a, b); got != want {
				t.Errorf("%d to %d takes %v", a, b, got)
			}
		}
	}
}

func TestValidateFindsEverything(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*Topology)
		want  string
	}{
		{"name", func(t *Topology) { t.Name = "" }, "needs a name"},
		{"no sites", func(t *Topology) { t.Sites, t.OneWay = nil, nil }, "0 sites"},
		{"unnamed site", func(t *Topology) { t.Sites[1].Name = "" }, "site 1 has no name"},
		{"twice", func(t *Topology) { t.Sites[1].Name = "site-0" }, `named "site-0"`},
		{"rows", func(t *Topology) { t.OneWay = t.OneWay[:2] }, "2 rows for 3 sites"},
		{"columns", func(t *Topology) { t.OneWay[2] = nil }, "row 2 (site-2)"},
		{"negative", func(t *Topology) { t.OneWay[0][1] = -1 }, "from site-0 to site-1 is -1ns"},
		{"endless", func(t *Topology) { t.OneWay[0][1] = 1 << 62 }, "want 0s to 1h0m0s"},
		{"jitter", func(t *Topology) { t.Jitter.Kind = "gaussian" }, `unknown jitter "gaussian"`},
		{"uniform", func(t *Topology) { t.Jitter = Jitter{Kind: JitterUniform, Min: 2, Max: 1} }, "min <= max"},
		{"normal", func(t *Topology) { t.Jitter = Jitter{Kind: JitterNormal, Dev: -1} }, "normal jitter"},
		{"lognormal", func(t *Topology) { t.Jitter = Jitter{Kind: JitterLogNormal, SigmaPermille: 1 << 20} }, "lognormal jitter"},
		{"exponential", func(t *Topology) { t.Jitter = Jitter{Kind: JitterExponential, Mean: 2 * time.Hour} }, "exponential jitter"},
	} {
		top := Constant(time.Millisecond, 3)
		c.spoil(&top)
		if err := top.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want it to say %q", c.name, err, c.want)
		}
	}
}

// TestJitter checks the mean of every kind, and that none is negative.
func TestJitter(t *testing.T) {
	for _, c := range []struct {
		jitter Jitter
		mean   time.Duration
	}{
		{Jitter{}, 0},
		{Jitter{Kind: JitterNone}, 0},
		{Jitter{Kind: JitterUniform, Min: 100, Max: 300}, 200},
		{Jitter{Kind: JitterNormal, Mean: 10_000, Dev: 1000}, 10_000},
		{Jitter{Kind: JitterNormal, Mean: 0, Dev: 10_000}, 3989},                    // half normal: dev/sqrt(2 pi)
		{Jitter{Kind: JitterLogNormal, Median: 10_000, SigmaPermille: 500}, 11_331}, // e^(1/8)
		{Jitter{Kind: JitterExponential, Mean: 10_000}, 10_000},
	} {
		if err := c.jitter.Validate(); err != nil {
			t.Errorf("%+v: %v", c.jitter, err)
		}
		s, sum := sim.NewStream(1, string(c.jitter.Kind)), time.Duration(0)
		const n = 100_000
		for range n {
			d := c.jitter.Sample(s)
			if d < 0 {
				t.Fatalf("%+v: %v", c.jitter, d)
			}
			sum += d
		}
		if got := sum / n; got-c.mean > c.mean/50 || c.mean-got > c.mean/50 {
			t.Errorf("%+v: mean %d, want %d", c.jitter, got, c.mean)
		}
	}
}

func TestWireBytes(t *testing.T) {
	for _, c := range []struct{ message, want int }{
		{0, FrameBytes},
		{100, 100 + FrameBytes},
		{1426, 1426 + FrameBytes}, // fills the first segment
		{1427, 1427 + FrameBytes + 90},
		{1 << 14, 1<<14 + 22 + 12*90},
		{1<<14 + 1, 1<<14 + 1 + 2*22 + 12*90},
		{1 << 20, 1<<20 + 64*22 + 726*90},
	} {
		if got := WireBytes(c.message); got != c.want {
			t.Errorf("%d bytes occupy %d, want %d", c.message, got, c.want)
		}
	}
	if FrameBytes != 112 {
		t.Errorf("FrameBytes is %d", FrameBytes)
	}
	for n := 1; n < 100_000; n++ {
		if WireBytes(n) <= WireBytes(n-1) {
			t.Fatalf("%d bytes occupy no more than %d", n, n-1)
		}
	}
}
