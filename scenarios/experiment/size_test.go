package experiment

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/workloads/arrival"
)

// TestSettleAll: on random grids whatever is asked first, the verdicts are those of asking about everything, in no more
// questions, and the smallest are those with nothing below them.
func TestSettleAll(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	asked, all := 0, 0
	for range 300 {
		var points [][3]int
		for x := range 1 + rng.IntN(4) {
			for y := range 1 + rng.IntN(3) {
				for z := range 1 + rng.IntN(3) {
					points = append(points, [3]int{x, y, z})
				}
			}
		}
		a, b := [3]int{rng.IntN(5), rng.IntN(4), rng.IntN(4)}, [3]int{rng.IntN(5), rng.IntN(4), rng.IntN(4)}
		below := func(p, q [3]int) bool { return p[0] <= q[0] && p[1] <= q[1] && p[2] <= q[2] }
		truth := func(i int) bool { return below(a, points[i]) || below(b, points[i]) }
		atMost := func(i, j int) bool { return below(points[i], points[j]) }
		got, err := settleAll(len(points), atMost, func(i int) (bool, error) { asked++; return truth(i), nil })
		if err != nil {
			t.Fatal(err)
		}
		all += len(points)
		for i := range points {
			smallest := truth(i)
			for j := range points {
				smallest = smallest && (j == i || !truth(j) || !atMost(j, i))
			}
			if got[i].holds != truth(i) || got[i].smallest != smallest || smallest && !got[i].run {
				t.Fatalf("%v of %v: %+v, want holds %v, smallest %v", points[i], points, got[i], truth(i), smallest)
			}
		}
	}
	t.Logf("%d questions for %d things", asked, all)
	if asked*5 > all*3 {
		t.Errorf("%d questions for %d things are too many", asked, all)
	}
	lopsided := func(i int) (bool, error) { return i != 2, nil } // more is worse: nobody may rely on what was not asked
	got, err := settleAll(4, func(a, b int) bool { return a <= b }, lopsided)
	if err != nil || got[2].run && got[2].holds {
		t.Errorf("%+v, %v", got, err)
	}
	broken := errors.New("broken")
	if _, err := settleAll(3, func(a, b int) bool { return a <= b }, func(int) (bool, error) { return false, broken }); !errors.Is(err, broken) {
		t.Error(err)
	}
}

// cheap is a price table with figures that make every part of a group matter.
const cheap = `name: cheap
currency: CNY
date: 2026-01
source: a test
core_hour: {price: 0.5, source: a test}
disks: [{name: slow, fsync: 1ms, bytes_per_sec: 50MB, gb_month: 0.25, source: a test}, {name: fast, fsync: 100us, bytes_per_sec: 500MB, gb_month: 2, source: a test}]
links: [{name: thin, bandwidth: 20Mbit, month: 10.5, source: a test}, {name: thick, bandwidth: 1Gbit, month: 100, source: a test}]
`

func prices(t *testing.T) Prices {
	t.Helper()
	p, err := ParsePrices("cheap.yaml", []byte(cheap))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// sized is a plan on a machine where a core checks 500 signatures of clients a second.
func sized(t *testing.T, load string) *SizePlan {
	t.Helper()
	f, err := Parse("sized.yaml", []byte(`name: sized
designs: [raft]
scenarios: [court-evidence-deposit]
network: constant:100us
machine: {name: slow, base: ideal, verify: 2ms, source: a test}
`))
	if err != nil {
		t.Fatal(err)
	}
	spec, err := NewSizeSpec()
	if err != nil {
		t.Fatal(err)
	}
	spec.Prices, spec.Cores = prices(t), []int{1, 2, 4}
	if spec.Load, err = ParseLoad(load); err != nil {
		t.Fatal(err)
	}
	p, err := f.SizePlan(spec)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestSizeIsTheNaiveGrid: the candidates that a sizing judges without a run of their own are judged as their runs do,
// and the records do not depend on the number of jobs.
func TestSizeIsTheNaiveGrid(t *testing.T) {
	p := sized(t, "500")
	keep := func(result.Record) error { return nil }
	got, runs, err := Size(t.Context(), p, SizeOptions{Jobs: 1, Keep: keep})
	if err != nil {
		t.Fatal(err)
	}
	ran, verdicts := 0, map[string]int{}
	for i, c := range p.Groups[0].Candidates {
		z := sizer{plan: p, group: p.Groups[0], made: map[Key]result.Record{}, known: map[Key]result.Record{}, keep: keep, whys: make([]string, 12), trying: func(*Cell, string, arrival.Rate, int) {}}
		holds, err := z.carries(t.Context(), i)
		if err != nil {
			t.Fatal(err)
		}
		if want := got[i].Verdict != result.SizeTooSmall; holds != want {
			t.Errorf("%d cores, %s, %s: its own run says %v (%s), the sizing %s", c.Cores, c.Disk.Name, c.Link.Name, holds, z.whys[i], got[i].Verdict)
		}
		if got[i].Run {
			ran++
		}
		verdicts[got[i].Verdict]++
	}
	t.Logf("%d of %d candidates run, %d runs in all, verdicts %v", ran, len(got), len(runs), verdicts)
	if ran*2 > len(got) || verdicts[result.SizeTooSmall] == 0 || verdicts[result.SizeSmallest] == 0 || verdicts[result.SizeCarries] == 0 {
		t.Errorf("%d of %d run, %v", ran, len(got), verdicts)
	}
	again, records, err := Size(t.Context(), p, SizeOptions{Jobs: 3, Have: runs, Keep: func(r result.Record) error { return fmt.Errorf("made again: %v", KeyOf(r)) }})
	if err != nil || fmt.Sprint(again) != fmt.Sprint(got) || len(records) != len(runs) {
		t.Errorf("taken from what is there: %v, %d records instead of %d", err, len(records), len(runs))
	}
}

// blockSum is a naive twin of the scales: it keeps every block by its height.
type blockSum map[uint64]int

func (b blockSum) Observe(e consensus.Event) {
	if e.Kind == consensus.EventCommitted {
		b[e.Block.Height] = e.Block.WireSize()
	}
}

// TestScales: the bytes of blocks are those of the blocks, the state grew by what the operations left in it, and a run
// that is not weighed says nothing.
func TestScales(t *testing.T) {
	p := sized(t, "100")
	c := *p.Groups[0].Candidates[0].cell
	c.Rate, c.Warmup, c.Duration = perThousand(100_000), 0, 2e9
	r, err := c.run(t.Context())
	if err != nil || r.Storage == nil {
		t.Fatalf("%v, %v", err, r.Failed())
	}
	ops, root := committed(t, &c)
	app := c.Workload.Program.App()
	before := app.(interface{ StateBytes() uint64 }).StateBytes()
	size := 0
	for _, op := range ops {
		size += consensus.CommandEnvelopeBytes + len(op)
	}
	if got := rootAfter(app, ops, 1); got != root {
		t.Errorf("another state: %s, want %s", got, root)
	}
	grown := int64(app.(interface{ StateBytes() uint64 }).StateBytes() - before)
	headers := int(r.Storage.BlockBytes) - size
	if r.Storage.Transactions != uint64(len(ops)) || headers <= 0 || headers%consensus.BlockHeaderBytes != 0 || r.Storage.StateBytes != grown || grown <= 0 {
		t.Errorf("%+v, want %d transactions of %d bytes with whole headers, and %d of state", r.Storage, len(ops), size, grown)
	}
	c.weigh = false
	if r, err := c.run(t.Context()); err != nil || r.Storage != nil {
		t.Errorf("%v, %v", err, r.Storage)
	}
	sum, s := blockSum{}, scales{}
	for h := uint64(1); h < 4; h++ {
		b := consensus.NewBlock(h, 1, 0, consensus.Digest{}, consensus.NewPayload([]*consensus.Command{{Op: make([]byte, 10*h)}}))
		for range 3 { // every replica commits it
			e := consensus.Event{Kind: consensus.EventCommitted, Block: b}
			sum.Observe(e)
			s.Observe(e)
		}
	}
	if want := sum[1] + sum[2] + sum[3]; s.kept.BlockBytes != uint64(want) || s.kept.Transactions != 3 {
		t.Errorf("%+v, want %d bytes", s.kept, want)
	}
}

// TestPrice: the cost of a year by hand. Four replicas of two cores: 4 x 2 x 8760 x 0.5 = 35,040; 4 x 12 x 10.5 = 504;
// 4 x 1e9 transactions x 250 bytes are 1,000 GB, x 12 x 0.25 = 3,000.
func TestPrice(t *testing.T) {
	p := prices(t)
	want := result.Cost{Cores: 35_040, Link: 504, GrowthYear: 1e12, Disk: 3000, DiskClass: p.Disks[0].Name, LinkClass: p.Links[0].Name}
	if got := p.bill(4, 2, &p.Disks[0], &p.Links[0], 1e9, 200+50); got != want || got.Year() != 38_544 {
		t.Errorf("%+v", got)
	}
	// A run on parts a little worse than the classes, in two trials of which one kept twice as much.
	parts := &result.Parts{Cores: 2, FsyncSec: p.Disks[0].Fsync.Seconds() * 1.1, DiskBytesPerSec: uint64(p.Disks[0].Rate) - 1, LinkBitPerSec: uint64(p.Links[0].Bandwidth) - 1}
	run := func(block uint64) result.Record {
		return result.Record{Cell: "c", Replicas: 4, Parts: parts, Storage: &result.Storage{Transactions: 10, BlockBytes: block, StateBytes: 500, OrdersYear: 1_000_000_000}}
	}
	if got := p.costs([]result.Record{run(1000), run(3000)})["c"]; got != want {
		t.Errorf("a run costs %+v, want %+v", got, want)
	}
	closed := run(2000)
	closed.Storage.OrdersYear, closed.Values = 0, []result.Value{{Name: "throughput", Value: 1e9 / float64(yearSeconds)}}
	if got := p.Cost([]result.Record{closed}); math.Abs(got.Disk-3000) > 1e-6 {
		t.Errorf("a closed loop costs %+v", got)
	}
	for why, spoil := range map[string]func(r *result.Record){
		"real machine": func(r *result.Record) { r.Runtime = result.Wall },
		"older":        func(r *result.Record) { r.Storage = nil },
		"of disks":     func(r *result.Record) { r.Parts = &result.Parts{Cores: 1, LinkBitPerSec: 1} },
		"of links":     func(r *result.Record) { r.Parts = &result.Parts{Cores: 1, FsyncSec: 1, DiskBytesPerSec: 1} },
	} {
		r := run(2000)
		spoil(&r)
		if got := p.Cost([]result.Record{r}); !strings.Contains(got.Unpriced, why) || got.Year() != 0 {
			t.Errorf("%s: %+v", why, got)
		}
	}
	s := result.Sizing{Cost: want.Year()}
	dear, slow := s, s
	dear.Cost, dear.Verdict, slow.LatencyP99, slow.Verdict, s.Verdict = 1e6, result.SizeSmallest, 1, result.SizeSmallest, result.SizeSmallest
	if list := result.Cheapest([]result.Sizing{dear, slow, s, {Verdict: result.SizeCarries}}); len(list) != 3 || list[0].LatencyP99 != 0 || list[1].LatencyP99 != 1 || list[2].Cost != 1e6 {
		t.Errorf("%+v", list)
	}
}

// TestPricesAreStrict: what a price table may not say, and where that stands.
func TestPricesAreStrict(t *testing.T) {
	if _, err := BuiltinPrices(); err != nil {
		t.Error(err)
	}
	for _, c := range []struct{ old, changed, want string }{
		{"core_hour: {price: 0.5", "core_hours: {price: 0.5", `cheap.yaml:5`},
		{"price: 0.5", "price: -1", `cheap.yaml:5`},
		{"price: 0.5", "price: 0.1234567", "up to six decimals"},
		{"price: 0.5", "price: 05", "cheap.yaml:5"},
		{"month: 10.5", "month: 1000", "thick is better than thin, yet costs 100 instead of 1000"},
		{"gb_month: 2,", "gb_month: 0.2,", "fast is better than slow, yet costs 0.2 instead of 0.25"},
		{"name: fast", "name: slow", "two classes are named slow"},
		{"bandwidth: 1Gbit", "bandwidth: 20Mbit", "thick has the figures of thin"},
		{", gb_month: 0.25", "", "gb_month"},
		{"fsync: 1ms", "fsync: 1h", "allowed are 0s to 1s"},
	} {
		text := strings.Replace(cheap, c.old, c.changed, 1)
		if _, err := ParsePrices("cheap.yaml", []byte(text)); text == cheap || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.changed, err, c.want)
		}
	}
	for _, text := range []string{"0", "0.25", "12", "1000000.000001"} {
		var m Money
		if err := m.UnmarshalText([]byte(text)); err != nil || m.String() != text {
			t.Errorf("%s: %v, %v", text, m, err)
		}
	}
}

// TestSizePlan: services share a chain unless each is to have its own, classes are chosen by name, and the busiest
// moment and the year follow the shape of arrivals.
func TestSizePlan(t *testing.T) {
	f, err := Parse("p.yaml", []byte("name: p\ndesigns: [raft, pbft]\nscenarios: [court-evidence-deposit, real-estate-registration]\n"))
	if err != nil {
		t.Fatal(err)
	}
	spec, err := NewSizeSpec()
	if err != nil {
		t.Fatal(err)
	}
	spec.Disks, spec.Replicas, spec.Cores = []string{"cloud-pl0"}, []int{4, 7}, []int{2}
	one, err := f.SizePlan(spec)
	if err != nil || len(one.Groups) != 4 || len(one.Cells) != 12 || one.Groups[0].Scenario() != oneChain {
		t.Fatalf("%v: %+v", err, one)
	}
	spec.Each = true
	each, err := f.SizePlan(spec)
	if err != nil || len(each.Groups) != 8 {
		t.Fatalf("%v: %+v", err, each)
	}
	sum, year := each.Groups[0].Target.TxPerSec()+each.Groups[4].Target.TxPerSec(), each.Groups[0].OrdersYear+each.Groups[4].OrdersYear
	within(t, "busiest moments of the members", one.Groups[0].Target.TxPerSec(), sum)
	within(t, "year of the members", float64(one.Groups[0].OrdersYear), float64(year))
	w := each.Groups[4].first().Workload
	city, err := w.ForLoad("city")
	if err != nil {
		t.Fatal(err)
	}
	writes := float64(w.Mix.Requests-w.Mix.Reads) / float64(w.Mix.Requests)
	within(t, "250 days of an office", float64(each.Groups[4].OrdersYear), city.Rate.TxPerSec()*writes*250*86400)
	if spec.Load, err = ParseLoad("10"); err != nil {
		t.Fatal(err)
	}
	flat, err := f.SizePlan(spec)
	if err != nil {
		t.Fatal(err)
	}
	within(t, "a plain rate", float64(flat.Groups[4].OrdersYear), 10*writes*365*86400)
	for want, change := range map[string]func(*SizeSpec){
		"did you mean cloud-pl0?":   func(s *SizeSpec) { s.Disks = []string{"cloud-pl9"} },
		"--cores: found 0":          func(s *SizeSpec) { s.Cores = []int{0} },
		"a number is there twice":   func(s *SizeSpec) { s.Replicas = []int{4, 4} },
		"--link: 1G is there twice": func(s *SizeSpec) { s.Links = []string{"1G", "1G"} },
		"spike is relative":         func(s *SizeSpec) { s.Load, _ = ParseLoad("spike") },
		"survives no fault":         func(s *SizeSpec) { s.Replicas = []int{2} },
	} {
		bad := spec
		bad.Disks, bad.Replicas, bad.Cores = slices.Clone(spec.Disks), slices.Clone(spec.Replicas), slices.Clone(spec.Cores)
		change(&bad)
		if _, err := f.SizePlan(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
