package record

import (
	"time"
)

// interval is one point of the time series in the making.
type interval struct {
	answered uint64
	times    []time.Duration // latencies, while open
	closed   bool
	p50, p99 time.Duration

	sampled         bool
	cpu, disk, link float64
}

// addSeries counts an answer at time done. Answers come in order of time but for the jitter of real
// clocks, so an interval is closed, and its list of latencies given back, when one two after it begins.
func (r *Recorder) addSeries(done, latency time.Duration) {
	if done < 0 || done >= r.cfg.Duration {
		return
	}
	i := int(done / r.cfg.Interval)
	for ; r.low+1 < i; r.low++ {
		r.series[r.low].close()
	}
	p := &r.series[i]
	p.answered++
	if !p.closed {
		p.times = append(p.times, latency)
	}
}

func (p *interval) close() {
	if p.closed {
		return
	}
	sortTimes(p.times)
	p.p50 = quantileOf(p.times, 1, 2)
	p.p99 = quantileOf(p.times, 99, 100)
	p.times, p.closed = nil, true
}

// bounds are the start and length of interval i; the last one may be short.
func (r *Recorder) bounds(i int) (start, length time.Duration) {
	start = time.Duration(i) * r.cfg.Interval
	return start, min(r.cfg.Interval, r.cfg.Duration-start)
}
