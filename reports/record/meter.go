package record

import (
	"math/big"
	"time"

	"github.com/govbench/govbench/consensus"
)

// sample is what all nodes had done at a time.
type sample struct {
	at    time.Duration
	usage []consensus.Usage
}

// meter keeps the samples that the window and the series need.
type meter struct {
	cores      int
	last       sample // the previous one: base of the next interval
	begin, end sample // the samples nearest to the ends of the window
	any        bool
}

// Sample takes what the nodes' resources did since the start of the run, as of at; see SampleTimes.
// cores is the number of cores of each node. usage is copied.
func (r *Recorder) Sample(at time.Duration, usage []consensus.Usage, cores int) {
	m := &r.meter
	now := sample{at: at, usage: append([]consensus.Usage(nil), usage...)}
	m.cores = max(cores, 1)
	if !m.any {
		zero := sample{usage: make([]consensus.Usage, len(usage))}
		m.last, m.begin, m.end = zero, zero, zero
		m.any = true
	}
	if distance(at, r.cfg.Warmup) < distance(m.begin.at, r.cfg.Warmup) {
		m.begin = now
	}
	if distance(at, r.cfg.Duration) <= distance(m.end.at, r.cfg.Duration) {
		m.end = now
	}
	if i := r.intervalEnding(m.last.at, at); i >= 0 {
		p := &r.series[i]
		cpu, disk, link := m.busiest(m.last, now)
		// An interval may be sampled twice, cut by the window's start: keep the busier part.
		p.cpu, p.disk, p.link = max(p.cpu, cpu), max(p.disk, disk), max(p.link, link)
		p.sampled = true
	}
	m.last = now
}

func distance(a, b time.Duration) time.Duration { return max(a-b, b-a) }

// intervalEnding is the interval in which the middle of the stretch from a to b lies, or -1.
func (r *Recorder) intervalEnding(a, b time.Duration) int {
	mid := a + (b-a)/2
	if b <= a || mid < 0 || mid >= r.cfg.Duration {
		return -1
	}
	return int(mid / r.cfg.Interval)
}

// busiest gives the highest utilisation of any node between two samples, of each resource on its own.
// Hosts charge a service when it is booked, so a short stretch may hold more work than time; what is
// above 1 was waiting.
func (m *meter) busiest(a, b sample) (cpu, disk, link float64) {
	length := b.at - a.at
	if length <= 0 {
		return 0, 0, 0
	}
	span := big.NewInt(int64(length))
	spanCores := new(big.Int).Mul(span, big.NewInt(int64(m.cores)))
	for i := range min(len(a.usage), len(b.usage)) {
		u, v := a.usage[i], b.usage[i]
		cpu = max(cpu, fraction(big.NewInt(int64(v.CPUBusy-u.CPUBusy)), spanCores))
		disk = max(disk, fraction(big.NewInt(int64(v.DiskBusy-u.DiskBusy)), span))
		link = max(link, fraction(big.NewInt(int64(v.LinkBusy-u.LinkBusy)), span))
	}
	return min(cpu, 1), min(disk, 1), min(link, 1)
}

// Busiest gives the highest utilisation of any node so far, 0..1 and of each resource on its own: from the sample nearest to
// the window's start to the last one.
func (r *Recorder) Busiest() (cpu, disk, link float64) {
	return r.meter.busiest(r.meter.begin, r.meter.last)
}

// traffic is what all nodes sent between the window's samples.
func (m *meter) traffic() (messages, bytes uint64) {
	for i := range min(len(m.begin.usage), len(m.end.usage)) {
		messages += m.end.usage[i].Messages - m.begin.usage[i].Messages
		bytes += m.end.usage[i].BytesSent - m.begin.usage[i].BytesSent
	}
	return messages, bytes
}
