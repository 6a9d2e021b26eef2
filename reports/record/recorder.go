package record

import (
	"fmt"
	"math/big"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/workloads"
)

// Config says what part of a run is measured.
type Config struct {
	Warmup   time.Duration // start of the window; below Duration
	Duration time.Duration // end of the window and of the offered load
	Interval time.Duration // of the time series; 0: a sixtieth of Duration, rounded up
	Members  int           // services of a mixed workload, 0: it is none
	Exact    bool          // the runtime is deterministic, so figures are exact and not samples
}

// Recorder measures one run. It is not safe for concurrent use: a runtime calls back one at a time.
type Recorder struct {
	cfg    Config
	tx     tally // ordered requests
	read   tally
	cases  Histogram
	ended  uint64 // cases that ended in the window
	order  Histogram
	stages [len(stageNames)]Histogram
	series []interval
	low    int // intervals below it are closed
	meter  meter
	blocks blocks
	faults faultLog

	members  []memberTally // of a mixed workload
	refusals refusals
}

// tally is the account of one kind of request. Fields that say "in window" count events by their own
// time, the others requests by their intended time.
type tally struct {
	offered    uint64
	answered   uint64 // by Done, in window
	good       uint64 // of those, not refused by the program
	logged     uint64 // of those answered, queries that the program logs
	dropped    uint64
	failed     uint64
	unfinished uint64
	openStart  uint64 // offered before the window, less ended before it
	latency    Histogram

	open map[uint64]time.Duration // intended time of each request without an outcome

	// The two sides of Little's law, in nanoseconds; see the package's documentation. began and gone
	// are Σ time from each beginning and each end to the window's end.
	began, gone sum128
	// clipped is Σ over ended requests of the time each spent in the window, as its outcome tells.
	clipped sum128
}

// New returns a recorder of a run. It panics on a window that is empty, which the plan must have
// refused.
func New(cfg Config) *Recorder {
	if cfg.Warmup < 0 || cfg.Duration <= cfg.Warmup {
		panic(fmt.Sprintf("record: no window between a warm-up of %v and a duration of %v", cfg.Warmup, cfg.Duration))
	}
	if cfg.Interval <= 0 {
		cfg.Interval = (cfg.Duration + 59) / 60 // so that sixty intervals hold it
	}
	r := &Recorder{cfg: cfg}
	r.tx.open = map[uint64]time.Duration{}
	r.read.open = map[uint64]time.Duration{}
	r.series = make([]interval, (cfg.Duration+cfg.Interval-1)/cfg.Interval)
	r.blocks.cfg = cfg
	if cfg.Members > 0 {
		r.members = make([]memberTally, cfg.Members)
	}
	return r
}

// SampleTimes lists the times at which Sample is to be called: the ends of the intervals of the time
// series and the ends of the window, in order.
func (r *Recorder) SampleTimes() []time.Duration {
	var out []time.Duration
	warm := r.cfg.Warmup
	for i := range r.series {
		start := time.Duration(i) * r.cfg.Interval
		end := min(start+r.cfg.Interval, r.cfg.Duration)
		if start < warm && warm < end {
			out = append(out, warm)
		}
		out = append(out, end)
	}
	return out
}

func (r *Recorder) inWindow(t time.Duration) bool { return t >= r.cfg.Warmup && t < r.cfg.Duration }

// clip moves t into the window.
func (r *Recorder) clip(t time.Duration) time.Duration {
	return min(max(t, r.cfg.Warmup), r.cfg.Duration)
}

// toEnd is how much of the window lies after t.
func (r *Recorder) toEnd(t time.Duration) uint64 { return uint64(r.cfg.Duration - r.clip(t)) }

func (r *Recorder) tally(q workloads.Request) *tally {
	if q.Read {
		return &r.read
	}
	return &r.tx
}

// Offered says that q is being sent, whether a replica admits it or not. It counts at q.At.
func (r *Recorder) Offered(q workloads.Request) {
	t := r.tally(q)
	if _, twice := t.open[q.ID]; twice {
		r.faults.add("request %d was offered twice", q.ID)
		return
	}
	t.open[q.ID] = q.At
	t.began.add(r.toEnd(q.At))
	if r.inWindow(q.At) {
		t.offered++
		if m := r.member(q.Member); m != nil {
			m.of(q.Read).offered++
		}
	}
	if q.At < r.cfg.Warmup {
		t.openStart++
	}
}

// Answered says that q's client has its answer. Latency counts from q.At to o.Done.
func (r *Recorder) Answered(q workloads.Request, o consensus.Outcome) {
	t := r.tally(q)
	if !r.end(t, q, o) {
		return
	}
	latency := o.Done - q.At
	if r.inWindow(o.Done) {
		r.countAnswer(t, q, o.Result)
	}
	if !q.Read {
		r.addSeries(o.Done, latency)
	}
	if !r.inWindow(q.At) {
		return
	}
	t.latency.Add(latency)
	if m := r.member(q.Member); m != nil {
		m.of(q.Read).latency.add(latency)
	}
	if !q.Read {
		r.addStages(q.At, o)
	}
}

// Missed says that q will have no answer: it was not admitted, lost, or still open when the run ended.
func (r *Recorder) Missed(q workloads.Request, o consensus.Outcome) {
	t := r.tally(q)
	if o.Done < q.At {
		o.Done = q.At // dropped where it was sent, before anything had a time
	}
	if !r.end(t, q, o) || !r.inWindow(q.At) {
		return
	}
	switch o.Status {
	case consensus.Refused:
		t.dropped++
	case consensus.Unfinished:
		t.unfinished++
	default:
		t.failed++
	}
}

// end closes the account of q at o.Done and reports whether it was open.
func (r *Recorder) end(t *tally, q workloads.Request, o consensus.Outcome) bool {
	at, ok := t.open[q.ID]
	switch {
	case !ok:
		r.faults.add("request %d ended at %v without being open: ended twice, or never offered", q.ID, o.Done)
		t.gone.add(r.toEnd(o.Done)) // it happened: the integral must show it
		return false
	case at != q.At:
		r.faults.add("request %d was offered for %v and answered for %v", q.ID, at, q.At)
	case o.Done < q.At:
		r.faults.add("request %d was answered at %v, before it was sent at %v", q.ID, o.Done, q.At)
	}
	delete(t.open, q.ID)
	t.gone.add(r.toEnd(o.Done))
	if from, to := r.clip(q.At), r.clip(o.Done); to > from {
		t.clipped.add(uint64(to - from))
	}
	if at < r.cfg.Warmup && o.Done < r.cfg.Warmup {
		t.openStart--
	}
	return true
}

// CaseDone says that a case ended with its last answer. Its latency counts when it began in the window.
func (r *Recorder) CaseDone(caseID uint64, began, ended time.Duration) {
	if ended < began {
		r.faults.add("case %d ended at %v, before it began at %v", caseID, ended, began)
		return
	}
	if r.inWindow(ended) {
		r.ended++
	}
	if r.inWindow(began) {
		r.cases.Add(ended - began)
		member, _ := workloads.CaseOf(caseID)
		if m := r.member(member); m != nil {
			m.cases.add(ended - began)
		}
	}
}

// area is the left side of Little's law: the integral of the number outstanding.
func (t *tally) area() *big.Int { return new(big.Int).Sub(t.began.big(), t.gone.big()) }

// spent is the right side: the time in the window of everything that ended or is open.
func (r *Recorder) spent(t *tally) *big.Int {
	var open sum128
	for _, at := range t.open { // a sum: the order of the map does not show
		open.add(r.toEnd(at))
	}
	return new(big.Int).Add(t.clipped.big(), open.big())
}

// stageNames are the parts of a transaction's way, in order.
var stageNames = [...]string{"submit", "queue", "order", "execute", "answer"}

// addStages splits the latency of a transaction. Engines that do not know a stage leave its time zero;
// then the stages on either side of it are not counted for this transaction.
func (r *Recorder) addStages(at time.Duration, o consensus.Outcome) {
	known := func(t time.Duration) bool { return t >= at && (t > 0 || o.Ordered > 0) }
	times := [...]time.Duration{at, o.Queued, o.Proposed, o.Ordered, o.Executed, o.Done}
	for i := range stageNames {
		from, to := times[i], times[i+1]
		if !known(from) && i > 0 || !known(to) {
			continue
		}
		if to < from {
			r.faults.add("request of command %d: stage %q ended at %v, before it began at %v", o.Command, stageNames[i], to, from)
			continue
		}
		r.stages[i].Add(to - from)
		if stageNames[i] == "order" {
			r.order.Add(to - from)
		}
	}
}
