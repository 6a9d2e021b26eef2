package record

import (
	"math/big"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/load"
)

const ms = time.Millisecond

var (
	_ load.Sink     = (*Recorder)(nil)
	_ consensus.Tap = (*Recorder)(nil)
)

// shapes are distributions of times on which the histogram is held against sorted slices.
func shapes() map[string]func(*rand.Rand) time.Duration {
	return map[string]func(*rand.Rand) time.Duration{
		"uniform":  func(r *rand.Rand) time.Duration { return time.Duration(r.Int64N(int64(time.Second))) },
		"tiny":     func(r *rand.Rand) time.Duration { return time.Duration(r.Int64N(3000)) },
		"any size": func(r *rand.Rand) time.Duration { return time.Duration(r.Int64() >> r.IntN(63)) },
		"two":      func(r *rand.Rand) time.Duration { return []time.Duration{10 * ms, 35 * ms}[r.IntN(2)] },
		"tail":     func(r *rand.Rand) time.Duration { return time.Duration(1e6 / (1e-6 + r.Float64())) },
	}
}

func TestQuantilesAreWithinHalfAPermille(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for name, draw := range shapes() {
		for _, n := range []int{1, 2, 3, 10, 99, 1000, 20000} {
			var h Histogram
			list := make([]time.Duration, n)
			sum := new(big.Int)
			for i := range list {
				list[i] = draw(rng)
				h.Add(list[i])
				sum.Add(sum, big.NewInt(int64(list[i])))
			}
			slices.Sort(list)
			if h.sum.big().Cmp(sum) != 0 || h.Count() != uint64(n) || h.Max() != list[n-1] || h.Min() != list[0] {
				t.Fatalf("%s, n=%d: sum, count or ends differ", name, n)
			}
			for num := uint64(0); num <= 10000; num += 7 {
				exact, got := quantileOf(list, num, 10000), h.Quantile(num, 10000)
				if diff := max(exact-got, got-exact); diff > exact/2000 {
					t.Fatalf("%s, n=%d, q=%d/10000: got %d, exact %d", name, n, num, got, exact)
				}
			}
		}
	}
}

func TestEqualTimesGiveExactQuantiles(t *testing.T) {
	var h Histogram
	for range 999 {
		h.Add(20*ms + 1)
	}
	h.Add(77 * ms)
	h.Add(12345679)
	for _, num := range []uint64{10, 500, 990} {
		if got := h.Quantile(num, 1000); got != 20*ms+1 {
			t.Errorf("q=%d/1000: %v", num, got)
		}
	}
}

// The field's usual histogram, at four significant figures, must tell the same.
func TestAgreesWithHdrHistogram(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	twin := hdrhistogram.New(1, int64(time.Hour), 4)
	var h Histogram
	for range 50001 {
		d := time.Duration(1e6 * (1 + rng.ExpFloat64()*30))
		h.Add(d)
		if err := twin.RecordValue(int64(d)); err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range []uint64{50, 90, 95, 99} {
		want, got := time.Duration(twin.ValueAtPercentile(float64(q))), h.Quantile(q, 100)
		if diff := max(want-got, got-want); diff > want/1000 {
			t.Errorf("p%d: %v, HdrHistogram says %v", q, got, want)
		}
	}
}

func TestRankIsTheNearestRank(t *testing.T) {
	for _, tc := range [][4]uint64{{0, 1, 5, 1}, {1, 2, 1, 1}, {1, 2, 4, 2}, {1, 2, 5, 3}, {99, 100, 100, 99},
		{99, 100, 101, 100}, {1, 1, 7, 7}, {999, 1000, 1 << 60, (1<<60)/1000*999 + 976}} {
		if got := rankOf(tc[0], tc[1], tc[2]); got != tc[3] {
			t.Errorf("rank of %d/%d in %d: %d, want %d", tc[0], tc[1], tc[2], got, tc[3])
		}
	}
}

// run is one request's life, for the naive twin.
type run struct {
	q workloads.Request
	o consensus.Outcome
}

// life makes n random requests, in order of At; outcomes are reported in order of Done.
func life(seed uint64, n int, span time.Duration) []run {
	rng := rand.New(rand.NewPCG(seed, 9))
	out := make([]run, n)
	for i := range out {
		at := time.Duration(rng.Int64N(int64(span)))
		q := workloads.Request{ID: uint64(i + 1), At: at, Read: rng.IntN(5) == 0, Member: uint16(i % 3)}
		q.Logged = !q.Read && i%5 == 0
		t := at
		step := func() time.Duration { t += time.Duration(rng.Int64N(int64(40 * ms))); return t }
		o := consensus.Outcome{Command: consensus.CommandID(i + 1), Result: []byte{workloads.AnswerOK}}
		o.Received, o.Queued, o.Proposed, o.Ordered, o.Executed = step(), step(), step(), step(), step()
		o.Done = step()
		switch rng.IntN(12) {
		case 0:
			o.Result = []byte{workloads.AnswerRefused, 'n', 'o'}
		case 1:
			o = consensus.Outcome{Status: consensus.Refused, Done: o.Received}
		case 2:
			o = consensus.Outcome{Status: consensus.Lost, Done: o.Done}
		case 3:
			o = consensus.Outcome{Status: consensus.Unfinished, Done: max(span, at)}
		}
		out[i] = run{q, o}
	}
	return out
}

// play reports runs the way a driver does: events in order of time.
func play(r *Recorder, runs []run) {
	type event struct {
		at  time.Duration
		end bool
		i   int
	}
	var events []event
	for i, x := range runs {
		events = append(events, event{x.q.At, false, i}, event{max(x.o.Done, x.q.At), true, i})
	}
	slices.SortStableFunc(events, func(a, b event) int {
		switch {
		case a.at != b.at:
			return int(min(max(a.at-b.at, -1), 1))
		case a.end == b.end:
			return 0
		case a.end && a.i == b.i || !a.end && a.i != b.i:
			return 1
		}
		return -1
	})
	for _, e := range events {
		x := runs[e.i]
		switch {
		case !e.end:
			r.Offered(x.q)
		case x.o.Status == consensus.Answered:
			r.Answered(x.q, x.o)
		default:
			r.Missed(x.q, x.o)
		}
	}
}

// twin computes what a recorder should say, from the whole list, by definition.
func twin(cfg Config, runs []run) map[string]float64 {
	window := float64(cfg.Duration-cfg.Warmup) / 1e9
	in := func(t time.Duration) bool { return t >= cfg.Warmup && t < cfg.Duration }
	v := map[string]float64{}
	lat := map[string][]time.Duration{}
	var outstanding time.Duration
	for _, x := range runs {
		prefix := ""
		if x.q.Read {
			prefix = "read-"
		}
		if in(x.q.At) {
			v[prefix+"offered"] += 1 / window
		}
		done := max(x.o.Done, x.q.At)
		if !x.q.Read {
			outstanding += max(0, min(done, cfg.Duration)-max(x.q.At, cfg.Warmup))
		}
		switch x.o.Status {
		case consensus.Answered:
			if in(x.o.Done) {
				v[prefix+"throughput"] += 1 / window
				if _, no := workloads.Refused(x.o.Result); no {
					v[prefix+"refused"] += 1 / window
				} else {
					v[prefix+"goodput"] += 1 / window
				}
				if x.q.Logged {
					v["logged-checks"] += 1 / window
				}
			}
			if in(x.q.At) {
				lat[prefix+"latency"] = append(lat[prefix+"latency"], x.o.Done-x.q.At)
				if !x.q.Read {
					lat["ordering-latency"] = append(lat["ordering-latency"], x.o.Ordered-x.o.Proposed)
				}
			}
		case consensus.Refused:
			if in(x.q.At) {
				v[prefix+"dropped"] += 1 / window
			}
		case consensus.Lost:
			if in(x.q.At) {
				v[prefix+"failed"] += 1 / window
			}
		case consensus.Unfinished:
			if in(x.q.At) {
				v[prefix+"unfinished"] += 1 / window
			}
		}
	}
	v["outstanding"] = float64(outstanding) / 1e9 / window
	for name, list := range lat {
		slices.Sort(list)
		var sum time.Duration
		for _, d := range list {
			sum += d
		}
		v[name+"-mean"] = float64(sum) / float64(len(list)) / 1e9
		for _, s := range result.Statistics()[1:] {
			v[name+"-"+s.Name] = float64(quantileOf(list, s.Num, s.Den)) / 1e9
		}
	}
	return v
}

func TestRecorderAgreesWithItsDefinition(t *testing.T) {
	cfg := Config{Warmup: 700 * ms, Duration: 3 * time.Second, Exact: true, Members: 3}
	for seed := range uint64(20) {
		runs := life(seed, 3000, cfg.Duration+200*ms)
		r := New(cfg)
		play(r, runs)
		s := r.Finish()
		for _, c := range s.Checks {
			if !c.OK {
				t.Fatalf("seed %d: %s: %s", seed, c.Name, c.Detail)
			}
		}
		agree(t, seed, s.Values, twin(cfg, runs))
		if len(s.Members) != cfg.Members {
			t.Fatalf("seed %d: %d members", seed, len(s.Members))
		}
		for m, values := range s.Members {
			own := slices.DeleteFunc(slices.Clone(runs), func(x run) bool { return int(x.q.Member) != m })
			agree(t, seed, values, twin(cfg, own))
		}
		agreeOnRefusals(t, cfg, s.Refusals, runs)
		for _, name := range []string{"offered", "latency-p99", "read-latency-mean", "ordering-latency-max", "read-throughput"} {
			if !slices.ContainsFunc(s.Values, func(v result.Value) bool { return v.Name == name }) {
				t.Errorf("seed %d: no %s", seed, name)
			}
		}
	}
}

// agree compares figures with those by definition.
func agree(t *testing.T, seed uint64, values []result.Value, want map[string]float64) {
	t.Helper()
	for _, v := range values {
		if v.Name == "view-changes" {
			continue
		}
		w, known := want[v.Name]
		tolerance := 1e-9
		if strings.Contains(v.Name, "-p") {
			tolerance = 0.0005
		}
		known = known || v.Value == 0
		if !known || v.Value < w*(1-tolerance) || v.Value > w*(1+tolerance) || !v.Exact {
			t.Errorf("seed %d: %s = %v, by definition %v (known %v)", seed, v.Name, v.Value, w, known)
		}
	}
}

// agreeOnRefusals counts the refused answers of the window again, and checks the order.
func agreeOnRefusals(t *testing.T, cfg Config, got []Refusals, runs []run) {
	t.Helper()
	want := map[Refusals]uint64{}
	for _, x := range runs {
		if reason, no := workloads.Refused(x.o.Result); no && x.o.Status == consensus.Answered && x.o.Done >= cfg.Warmup && x.o.Done < cfg.Duration {
			want[Refusals{Member: x.q.Member, Reason: reason}]++
		}
	}
	for i, r := range got {
		if want[Refusals{Member: r.Member, Reason: r.Reason}] != r.Count || i > 0 && r.Count > got[i-1].Count {
			t.Errorf("refusal %d is %+v", i, r)
		}
	}
	if len(got) != len(want) || len(want) == 0 {
		t.Errorf("%d refusals, by definition %d", len(got), len(want))
	}
}

// TestTimesSpill: the latencies of a service are those of a list up to a number, and of a histogram beyond it.
func TestTimesSpill(t *testing.T) {
	for _, n := range []int{1, fewMax, fewMax + 1, 3 * fewMax} {
		var got times
		var all []time.Duration
		for i := range n {
			d := time.Duration(i*7919%n) * time.Microsecond
			got.add(d)
			all = append(all, d)
		}
		slices.Sort(all)
		for _, s := range result.Statistics()[1:] {
			want, have := quantileOf(all, s.Num, s.Den), got.quantile(s.Num, s.Den)
			if off := have - want; off > want/2000 || -off > want/2000 {
				t.Errorf("%d times: %s is %v, want %v", n, s.Name, have, want)
			}
		}
		if got.count() != uint64(n) {
			t.Errorf("%d times counted as %d", n, got.count())
		}
	}
}

// TestReasonsAreBounded: reasons beyond those that are kept apart are counted together.
func TestReasonsAreBounded(t *testing.T) {
	var f refusals
	for i := range reasonsMax + 10 {
		f.add(uint16(i%2), []byte{byte(i), byte(i >> 8)})
		f.add(1, []byte{1, 0})
	}
	list := f.list()
	if last := list[len(list)-1]; len(list) != reasonsMax+1 || last.Reason != "" || last.Count != 10 || list[0].Count != reasonsMax+11 {
		t.Errorf("%d reasons, first %+v, last %+v", len(list), list[0], list[len(list)-1])
	}
}

func answered(id uint64, at, done time.Duration) run {
	return run{workloads.Request{ID: id, At: at}, consensus.Outcome{Command: consensus.CommandID(id), Done: done}}
}

// One transaction every 10 ms with a latency of 25 ms: 100 a second, 2.5 outstanding, to the bit.
func TestExactFigures(t *testing.T) {
	r := New(Config{Warmup: time.Second, Duration: 2 * time.Second, Exact: true})
	var runs []run
	for i := range 200 {
		at := time.Duration(i) * 10 * ms
		x := answered(uint64(i+1), at, at+25*ms)
		x.o.Received, x.o.Queued, x.o.Proposed = at+1*ms, at+2*ms, at+5*ms
		x.o.Ordered, x.o.Executed = at+20*ms, at+21*ms
		runs = append(runs, x)
	}
	play(r, runs)
	s := r.Finish()
	rec := result.Record{}
	s.Apply(&rec)
	for name, want := range map[string]float64{"offered": 100, "throughput": 100, "goodput": 100, "dropped": 0,
		"outstanding": 2.5, "latency-mean": 0.025, "latency-p50": 0.025, "latency-p999": 0.025, "latency-max": 0.025,
		"ordering-latency-mean": 0.015} {
		if v, ok := rec.Value(name); !ok || v.Value != want {
			t.Errorf("%s = %v (%v), want %v", name, v.Value, ok, want)
		}
	}
	want := []result.Stage{{Name: "submit", MeanSec: 0.002, P99Sec: 0.002}, {Name: "queue", MeanSec: 0.003, P99Sec: 0.003},
		{Name: "order", MeanSec: 0.015, P99Sec: 0.015}, {Name: "execute", MeanSec: 0.001, P99Sec: 0.001}, {Name: "answer", MeanSec: 0.004, P99Sec: 0.004}}
	if !reflect.DeepEqual(s.Stages, want) {
		t.Errorf("stages %v", s.Stages)
	}
	if rec.WindowSec != 1 || rec.Limit != result.LimitOffered || len(rec.Series) != 61 && len(rec.Series) != 60 {
		t.Errorf("window %v, limit %s, %d points", rec.WindowSec, rec.Limit, len(rec.Series))
	}
	if p := rec.Series[30]; p.LatencyP50 != 0.025 || p.LatencyP99 != 0.025 {
		t.Errorf("point 30: %+v", p)
	}
	if q := rec.LatencyCDF; q[0].Share != 0 || q[len(q)-1].Share != 1 || len(q) < 100 {
		t.Errorf("cdf of %d points from %v to %v", len(q), q[0], q[len(q)-1])
	}
	if _, err := result.Encode(rec); err != nil {
		t.Error(err)
	}
}

// Each planted error must be caught by the check that is there for it.
func TestPlantedErrors(t *testing.T) {
	good := func() []run {
		var runs []run
		for i := range 100 {
			at := time.Duration(i) * 10 * ms
			runs = append(runs, answered(uint64(i+1), at, at+30*ms))
		}
		return runs
	}
	late := answered(7, 60*ms, 95*ms)
	for name, tc := range map[string]struct {
		plant func(r *Recorder)
		fails []string
	}{
		"nothing":        {func(*Recorder) {}, nil},
		"answered twice": {func(r *Recorder) { r.Answered(late.q, late.o) }, []string{CheckAccounts, CheckLittle}},
		"never offered": {func(r *Recorder) { x := answered(999, 50*ms, 150*ms); r.Answered(x.q, x.o) },
			[]string{CheckAccounts, CheckLittle}},
		"offered twice": {func(r *Recorder) {
			q := workloads.Request{ID: 500, At: 150 * ms}
			r.Offered(q)
			r.Offered(q)
		}, []string{CheckAccounts}},
		"forgotten": {func(r *Recorder) { r.Offered(workloads.Request{ID: 500, At: 150 * ms}) }, []string{CheckAccounts}},
		"another intended time": {func(r *Recorder) {
			r.Offered(workloads.Request{ID: 500, At: 300 * ms})
			x := answered(500, 400*ms, 450*ms)
			r.Answered(x.q, x.o)
		}, []string{CheckAccounts, CheckLittle}},
		"answered before sent": {func(r *Recorder) {
			x := answered(500, 400*ms, 350*ms)
			r.Offered(x.q)
			r.Answered(x.q, x.o)
		}, []string{CheckAccounts, CheckLittle}},
		"stages out of order": {func(r *Recorder) {
			x := answered(500, 400*ms, 450*ms)
			x.o.Queued, x.o.Proposed, x.o.Ordered = 410*ms, 440*ms, 430*ms
			r.Offered(x.q)
			r.Answered(x.q, x.o)
		}, []string{CheckAccounts}},
		"a case that ends before it begins": {func(r *Recorder) { r.CaseDone(1, 400*ms, 300*ms) }, []string{CheckAccounts}},
	} {
		r := New(Config{Warmup: 100 * ms, Duration: time.Second})
		play(r, good())
		tc.plant(r)
		var failed []string
		for _, c := range r.Finish().Checks {
			if !c.OK {
				failed = append(failed, c.Name)
				if c.Detail == "" {
					t.Errorf("%s: %s fails without saying why", name, c.Name)
				}
			}
		}
		slices.Sort(failed)
		slices.Sort(tc.fails)
		if !slices.Equal(failed, tc.fails) {
			t.Errorf("%s: failed %v, want %v", name, failed, tc.fails)
		}
	}
}

func TestThroughputAboveOfferedIsCaught(t *testing.T) {
	r := New(Config{Warmup: 100 * ms, Duration: time.Second})
	r.tx.offered, r.tx.answered, r.tx.openStart = 10, 13, 2
	if c := r.checkOffered(); c.OK || !strings.Contains(c.Detail, "13") {
		t.Errorf("%+v", c)
	}
	r.tx.openStart = 3
	if c := r.checkOffered(); !c.OK {
		t.Errorf("%+v", c)
	}
	if c := New(Config{Duration: time.Second}).checkMeasured(); c.OK {
		t.Error("an empty run passes")
	}
}

func block(height uint64, txs int) *consensus.Block {
	return consensus.NewBlock(height, 1, 0, consensus.Digest{}, consensus.NewPayload(make([]*consensus.Command, 0, txs)))
}

// The time series ends with the run: no interval of a few nanoseconds hangs on behind.
func TestSixtyIntervals(t *testing.T) {
	for _, d := range []time.Duration{20 * time.Second, 25 * time.Second, time.Minute, 7, 59, 60, 61} {
		r := New(Config{Duration: d})
		times := r.SampleTimes()
		if len(times) > 60 || times[len(times)-1] != d {
			t.Errorf("%v: %d intervals, the last ending at %v", d, len(times), times[len(times)-1])
		}
	}
}

// Views are counted, not reports of views: of all replicas, of late ones and of restarted ones.
func TestViewChanges(t *testing.T) {
	led := func(node int, view uint64, at time.Duration) consensus.Event {
		return consensus.Event{Kind: consensus.EventLed, Node: consensus.NodeID(node), View: view, At: at}
	}
	commit := consensus.Event{Kind: consensus.EventCommitted, At: 500 * ms, Block: block(1, 0)}
	for name, tc := range map[string]struct {
		events []consensus.Event
		want   float64
	}{
		"only the first":              {[]consensus.Event{led(0, 7, 0), led(1, 7, ms), led(2, 7, 2*time.Second)}, 0},
		"one, learned by all":         {[]consensus.Event{led(0, 0, 0), led(1, 1, 2*time.Second), led(2, 1, 2*time.Second), led(3, 1, 2100*ms)}, 1},
		"reported after a restart":    {[]consensus.Event{led(0, 0, 0), led(1, 1, 2*time.Second), led(0, 0, 2500*ms), led(0, 1, 2600*ms)}, 1},
		"before the window":           {[]consensus.Event{led(0, 0, 0), led(1, 1, 500*ms), led(2, 1, 1500*ms)}, 0},
		"after the window":            {[]consensus.Event{led(0, 0, 0), led(1, 1, 3*time.Second)}, 0},
		"two, one after the other":    {[]consensus.Event{led(0, 0, 0), led(1, 1, 1500*ms), led(1, 2, 1600*ms), led(2, 2, 1601*ms)}, 2},
		"skipped views are not ones":  {[]consensus.Event{led(0, 0, 0), led(1, 9, 1500*ms)}, 1},
		"the first leader unreported": {[]consensus.Event{commit, led(1, 3, 2*time.Second), led(2, 3, 2*time.Second)}, 1},
	} {
		r := New(Config{Warmup: time.Second, Duration: 3 * time.Second})
		for _, e := range tc.events {
			r.Observe(e)
		}
		if got := (result.Record{Values: r.Finish().Values}).Number("view-changes"); got != tc.want {
			t.Errorf("%s: %v view changes, want %v", name, got, tc.want)
		}
	}
}

func TestBlocksViewsAndResources(t *testing.T) {
	r := New(Config{Warmup: time.Second, Duration: 3 * time.Second, Interval: time.Second, Exact: true})
	two := consensus.NewPayload([]*consensus.Command{{ID: 1}, {ID: 2}})
	r.Observe(consensus.Event{Kind: consensus.EventLed, View: 1, Peer: 0}) // the first view of the run
	r.Observe(consensus.Event{Kind: consensus.EventCommitted, At: 900 * ms, Block: block(1, 0)})
	for i, at := range []time.Duration{1100 * ms, 1200 * ms, 1400 * ms} {
		b := consensus.NewBlock(uint64(i+2), 1, 0, consensus.Digest{}, two)
		for n := range 4 { // every replica commits it, later
			r.Observe(consensus.Event{Kind: consensus.EventCommitted, Node: consensus.NodeID(n), At: at + time.Duration(n)*ms, Block: b})
		}
	}
	for n := range 4 {
		r.Observe(consensus.Event{Kind: consensus.EventLed, Node: consensus.NodeID(n), View: 2, At: 2 * time.Second})
	}
	r.Offered(workloads.Request{ID: 1, At: 1500 * ms})
	busy := func(cpu0, cpu1, disk, link time.Duration, sent, msgs uint64) []consensus.Usage {
		return []consensus.Usage{{CPUBusy: cpu0, BytesSent: sent, Messages: msgs}, {CPUBusy: cpu1, DiskBusy: disk, LinkBusy: link}}
	}
	if got := r.SampleTimes(); !slices.Equal(got, []time.Duration{1e9, 2e9, 3e9}) {
		t.Fatalf("sample times %v", got)
	}
	r.Sample(time.Second, busy(3900*ms, 0, 0, 0, 1000, 10), 4)
	r.Sample(2*time.Second, busy(4000*ms, 3*time.Second, 250*ms, 500*ms, 1600, 40), 4)
	r.Sample(3*time.Second, busy(4000*ms, 4*time.Second, 500*ms, 3*time.Second, 7000, 70), 4)
	s := r.Finish()
	rec := result.Record{Values: s.Values}
	for name, want := range map[string]float64{"block-interval": 0.15, "block-txs": 2, "messages-per-block": 20, "bytes-per-tx": 1000,
		"cpu-utilisation-max": 0.5, "disk-utilisation-max": 0.25, "link-utilisation-max": 1, "view-changes": 1} {
		if v, ok := rec.Value(name); !ok || v.Value != want {
			t.Errorf("%s = %v (%v), want %v", name, v.Value, ok, want)
		}
	}
	if p := s.Series; p[0].CPU != 0.975 || p[1].CPU != 0.75 || p[1].Disk != 0.25 || p[2].Link != 1 {
		t.Errorf("series %+v", p)
	}
}

func TestSampleTimesCoverTheWindow(t *testing.T) {
	r := New(Config{Warmup: 25 * ms, Duration: 95 * ms, Interval: 10 * ms})
	got := r.SampleTimes()
	want := []time.Duration{10 * ms, 20 * ms, 25 * ms, 30 * ms, 40 * ms, 50 * ms, 60 * ms, 70 * ms, 80 * ms, 90 * ms, 95 * ms}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestCases(t *testing.T) {
	r := New(Config{Warmup: time.Second, Duration: 3 * time.Second})
	r.CaseDone(1, 500*ms, 1500*ms)  // began in the warm-up: counts as finished only
	r.CaseDone(2, 1500*ms, 2500*ms) // both
	r.CaseDone(3, 2500*ms, 5500*ms) // began in the window: its latency is not lost
	rec := result.Record{Values: r.Finish().Values}
	for name, want := range map[string]float64{"case-throughput": 1, "case-latency-mean": 2, "case-latency-max": 3} {
		if rec.Number(name) != want {
			t.Errorf("%s = %v, want %v", name, rec.Number(name), want)
		}
	}
}

func TestSum128(t *testing.T) {
	var s sum128
	for range 10 {
		s.add(1<<63 + 7)
	}
	want := new(big.Int).Mul(big.NewInt(10), new(big.Int).SetUint64(1<<63+7))
	if s.big().Cmp(want) != 0 || s.mean(10) != 1<<63+7 {
		t.Errorf("%v, mean %d", s.big(), s.mean(10))
	}
}

func BenchmarkHistogramAdd(b *testing.B) {
	var h Histogram
	b.ReportAllocs()
	for i := range b.N {
		h.Add(time.Duration(i&0xffff) * 1009)
	}
}

func BenchmarkTransaction(b *testing.B) {
	r := New(Config{Duration: time.Duration(b.N+1) * time.Microsecond})
	b.ReportAllocs()
	for i := range b.N {
		at := time.Duration(i) * time.Microsecond
		q := workloads.Request{ID: uint64(i + 1), At: at}
		r.Offered(q)
		r.Answered(q, consensus.Outcome{Queued: at + 1, Proposed: at + 2, Ordered: at + 3, Executed: at + 4, Done: at + 500})
	}
}
