package record

import (
	"fmt"
	"math/big"
	"time"

	"github.com/govbench/govbench/reports/result"
)

// Summary is what a recorder contributes to a run record.
type Summary struct {
	WindowSec  float64
	Values     []result.Value
	Stages     []result.Stage
	LatencyCDF []result.Quantile
	Series     []result.Point
	Checks     []result.Check
	Warnings   []string
	Limit      string
	Members    [][]result.Value // of a mixed workload, by member
	Refusals   []Refusals
}

// Apply writes the summary into rec. Checks and warnings are added behind those rec has already.
func (s Summary) Apply(rec *result.Record) {
	rec.WindowSec = s.WindowSec
	rec.Values = s.Values
	rec.Stages = s.Stages
	rec.LatencyCDF = s.LatencyCDF
	rec.Series = s.Series
	rec.Checks = append(rec.Checks, s.Checks...)
	rec.Warnings = append(rec.Warnings, s.Warnings...)
	rec.Limit = s.Limit
}

// Finish evaluates the run. The recorder may not be used afterwards.
func (r *Recorder) Finish() Summary {
	window := r.cfg.Duration - r.cfg.Warmup
	s := Summary{
		WindowSec:  seconds(window),
		Values:     r.values(window),
		Stages:     r.stageTable(),
		LatencyCDF: cdf(&r.tx.latency),
		Series:     r.points(),
		Checks:     r.checks(),
		Warnings:   r.warnings(),
		Members:    r.memberValues(window),
		Refusals:   r.refusals.list(),
	}
	run := result.Record{WindowSec: s.WindowSec, Values: s.Values}
	s.Limit = result.LimitOf(run)
	if r.tx.offered > 0 && !run.Carried() {
		s.Warnings = append(s.Warnings, fmt.Sprintf("load not carried: %d transactions answered in a window in which %d were due, so latencies depend on the length of the run",
			r.tx.answered, r.tx.offered))
	}
	return s
}

// sheet collects values under the names, units and directions of result.Metrics.
type sheet struct {
	exact  bool
	known  map[string]result.Metric
	values []result.Value
}

func (s *sheet) put(name string, v float64) {
	m, ok := s.known[name]
	if !ok {
		panic("record: metric " + name + " is not in result.Metrics")
	}
	s.values = append(s.values, result.Value{Name: name, Unit: m.Unit, Better: m.Better, Exact: s.exact, Value: v})
}

func (s *sheet) putLatency(prefix string, h *Histogram) {
	if h.Count() == 0 {
		return
	}
	for _, st := range result.Statistics() {
		if st.Den == 0 {
			s.put(prefix+"-"+st.Name, meanSeconds(h.sum.big(), h.count))
			continue
		}
		s.put(prefix+"-"+st.Name, seconds(h.Quantile(st.Num, st.Den)))
	}
}

// fresh empties the sheet and keeps what it knows.
func (s *sheet) fresh() { s.values = nil }

func (r *Recorder) newSheet() *sheet {
	s := &sheet{exact: r.cfg.Exact, known: map[string]result.Metric{}}
	for _, m := range result.Metrics() {
		s.known[m.Name] = m
	}
	return s
}

// values lists every figure that the run has, in the order of result.Metrics: a latency of nothing,
// or the resources of a runtime without a meter, are left out rather than shown as zero.
func (r *Recorder) values(window time.Duration) []result.Value {
	s := r.newSheet()
	t := &r.tx
	s.put("offered", perSecond(t.offered, window))
	s.put("throughput", perSecond(t.answered, window))
	s.put("goodput", perSecond(t.good, window))
	s.put("refused", perSecond(t.answered-t.good, window))
	if t.logged > 0 {
		s.put("logged-checks", perSecond(t.logged, window))
	}
	s.put("dropped", perSecond(t.dropped, window))
	s.put("failed", perSecond(t.failed, window))
	s.put("unfinished", perSecond(t.unfinished, window))
	s.put("outstanding", fraction(t.area(), big.NewInt(int64(window))))
	s.putLatency("latency", &t.latency)
	s.putLatency("case-latency", &r.cases)
	if r.cases.Count() > 0 || r.ended > 0 {
		s.put("case-throughput", perSecond(r.ended, window))
	}
	if r.read.offered > 0 {
		s.put("read-offered", perSecond(r.read.offered, window))
		s.put("read-throughput", perSecond(r.read.answered, window))
	}
	s.putLatency("read-latency", &r.read.latency)
	s.putLatency("ordering-latency", &r.order)
	r.blockValues(s)
	if r.meter.any {
		cpu, disk, link := r.meter.busiest(r.meter.begin, r.meter.end)
		s.put("cpu-utilisation-max", cpu)
		s.put("disk-utilisation-max", disk)
		s.put("link-utilisation-max", link)
	}
	s.put("view-changes", float64(r.blocks.changes))
	return s.values
}

func (r *Recorder) blockValues(s *sheet) {
	b := &r.blocks
	if b.count > 1 {
		gaps := new(big.Int).Mul(natural(b.count-1), big.NewInt(int64(time.Second)))
		s.put("block-interval", fraction(big.NewInt(int64(b.last-b.first)), gaps))
	}
	if b.count > 0 {
		s.put("block-txs", mean(b.txs, b.count))
	}
	messages, bytes := r.meter.traffic()
	if messages == 0 {
		messages, bytes = b.messages, b.bytes
	}
	if messages == 0 {
		return
	}
	if b.count > 0 {
		s.put("messages-per-block", mean(messages, b.count))
	}
	if b.txs > 0 {
		s.put("bytes-per-tx", mean(bytes, b.txs))
	}
}

func (r *Recorder) stageTable() []result.Stage {
	var out []result.Stage
	for i := range r.stages {
		h := &r.stages[i]
		if h.Count() == 0 {
			continue
		}
		out = append(out, result.Stage{
			Name:    stageNames[i],
			MeanSec: meanSeconds(h.sum.big(), h.count),
			P99Sec:  seconds(h.Quantile(99, 100)),
		})
	}
	return out
}

// cdf lists the quantiles at every hundredth, and closer together towards both ends.
func cdf(h *Histogram) []result.Quantile {
	if h.Count() == 0 {
		return nil
	}
	const den = 10000
	var out []result.Quantile
	put := func(num uint64) {
		out = append(out, result.Quantile{Share: mean(num, den), Sec: seconds(h.Quantile(num, den))})
	}
	for _, num := range []uint64{0, 10, 50} {
		put(num)
	}
	for num := uint64(100); num <= 9900; num += 100 {
		put(num)
	}
	for _, num := range []uint64{9920, 9940, 9950, 9960, 9970, 9980, 9990, 9995, 9999, 10000} {
		put(num)
	}
	return out
}

func (r *Recorder) points() []result.Point {
	out := make([]result.Point, len(r.series))
	for i := range r.series {
		p := &r.series[i]
		p.close()
		start, length := r.bounds(i)
		out[i] = result.Point{
			AtSec:      seconds(start),
			Throughput: perSecond(p.answered, length),
			LatencyP50: seconds(p.p50),
			LatencyP99: seconds(p.p99),
			CPU:        p.cpu,
			Disk:       p.disk,
			Link:       p.link,
		}
	}
	return out
}

// tailMin is how many answers must lie beyond a percentile before it says much.
//
// assumed: ten, the usual rule of thumb for an order statistic whose own spread is a third of its tail.
const tailMin = 10

func (r *Recorder) warnings() []string {
	var out []string
	t := &r.tx
	if n := t.latency.Count(); n > 0 && n < 100*tailMin {
		out = append(out, fmt.Sprintf("few answers: latency-p99 and above rest on the slowest %d of %d", (n+99)/100, n))
	}
	if left := t.unfinished; left > 0 {
		out = append(out, fmt.Sprintf("not steady: %d of %d transactions due in the window were still open when the run ended", left, t.offered))
	}
	if t.dropped > 0 {
		out = append(out, fmt.Sprintf("overload: %d of %d transactions due in the window were not admitted", t.dropped, t.offered))
	}
	if r.read.dropped+r.read.failed > 0 {
		out = append(out, fmt.Sprintf("%d of %d reads due in the window were not answered", r.read.dropped+r.read.failed, r.read.offered))
	}
	return out
}
