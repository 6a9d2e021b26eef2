package record

import (
	"cmp"
	"slices"
	"time"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/workloads"
)

// memberTally is the account of one service of a mixed workload. It counts as tally does.
type memberTally struct {
	kinds [2]memberKind // transactions, reads
	cases times
}

// memberKind is the account of one kind of request of a service.
type memberKind struct {
	offered  uint64
	answered uint64
	refused  uint64
	logged   uint64
	latency  times
}

func (m *memberTally) of(read bool) *memberKind {
	if read {
		return &m.kinds[1]
	}
	return &m.kinds[0]
}

// member finds the account of a service, nil where the workload is no mix.
func (r *Recorder) member(index uint16) *memberTally {
	if len(r.members) == 0 {
		return nil
	}
	if int(index) >= len(r.members) {
		r.faults.add("a request of service %d of %d", index, len(r.members))
		return nil
	}
	return &r.members[index]
}

// countAnswer counts an answer in the window.
func (r *Recorder) countAnswer(t *tally, q workloads.Request, answer []byte) {
	refused := len(answer) > 0 && answer[0] == workloads.AnswerRefused
	t.answered++
	if refused {
		r.refusals.add(q.Member, answer[1:])
	} else {
		t.good++
	}
	if q.Logged {
		t.logged++
	}
	m := r.member(q.Member)
	if m == nil {
		return
	}
	k := m.of(q.Read)
	k.answered++
	if refused {
		k.refused++
	}
	if q.Logged {
		k.logged++
	}
}

// memberValues lists each service's figures.
func (r *Recorder) memberValues(window time.Duration) [][]result.Value {
	var out [][]result.Value
	s := r.newSheet()
	for i := range r.members {
		m := &r.members[i]
		s.fresh()
		tx, read := &m.kinds[0], &m.kinds[1]
		s.put("offered", perSecond(tx.offered, window))
		s.put("throughput", perSecond(tx.answered, window))
		s.put("refused", perSecond(tx.refused, window))
		if tx.logged > 0 {
			s.put("logged-checks", perSecond(tx.logged, window))
		}
		s.putTimes("latency", &tx.latency, "mean", "p50", "p99")
		s.putTimes("case-latency", &m.cases, "p50")
		if read.offered > 0 {
			s.put("read-offered", perSecond(read.offered, window))
			s.put("read-throughput", perSecond(read.answered, window))
		}
		s.putTimes("read-latency", &read.latency, "p50", "p99")
		out = append(out, s.values)
	}
	return out
}

// putTimes puts those of the statistics that are named.
func (s *sheet) putTimes(prefix string, t *times, names ...string) {
	if t.count() == 0 {
		return
	}
	for _, st := range result.Statistics() {
		switch {
		case !slices.Contains(names, st.Name):
		case st.Den == 0:
			s.put(prefix+"-"+st.Name, meanSeconds(t.sum.big(), t.count()))
		default:
			s.put(prefix+"-"+st.Name, seconds(t.quantile(st.Num, st.Den)))
		}
	}
}

// fewMax is how many times are kept one by one before a histogram takes them.
const fewMax = 2048

// times are the latencies of one service: the first fewMax one by one, which most services of a city do not
// exceed in a run, so that a hundred of them do not cost a hundred histograms.
type times struct {
	few  []time.Duration
	many *Histogram
	sum  sum128
}

func (t *times) add(d time.Duration) {
	d = max(d, 0)
	t.sum.add(uint64(d))
	if t.many == nil && len(t.few) < fewMax {
		t.few = append(t.few, d)
		return
	}
	if t.many == nil {
		t.many = &Histogram{}
		for _, earlier := range t.few {
			t.many.Add(earlier)
		}
		t.few = nil
	}
	t.many.Add(d)
}

func (t *times) count() uint64 {
	if t.many != nil {
		return t.many.Count()
	}
	return uint64(len(t.few))
}

func (t *times) quantile(num, den uint64) time.Duration {
	if t.many != nil {
		return t.many.Quantile(num, den)
	}
	sortTimes(t.few)
	return quantileOf(t.few, num, den)
}

// Refusals counts the answers in the window in which one service's rules refused an operation for one
// reason.
type Refusals struct {
	Member uint16
	Reason string // empty: reasons beyond those that are kept apart
	Count  uint64
}

// reasonsMax bounds the reasons that are kept apart.
const reasonsMax = 4096

// refusals counts reasons by service.
type refusals struct {
	byReason []map[string]uint64 // by member
	kept     int
	others   uint64
}

func (f *refusals) add(member uint16, reason []byte) {
	for len(f.byReason) <= int(member) {
		f.byReason = append(f.byReason, nil)
	}
	m := f.byReason[member]
	if n, known := m[string(reason)]; known {
		m[string(reason)] = n + 1
		return
	}
	if f.kept == reasonsMax {
		f.others++
		return
	}
	if m == nil {
		m = map[string]uint64{}
		f.byReason[member] = m
	}
	m[string(reason)] = 1
	f.kept++
}

// list is what was counted, the most frequent first, then by member and reason.
func (f *refusals) list() []Refusals {
	var out []Refusals
	for member, reasons := range f.byReason {
		for reason, count := range reasons { // sorted below
			out = append(out, Refusals{uint16(member), reason, count})
		}
	}
	slices.SortFunc(out, func(a, b Refusals) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Member, b.Member), cmp.Compare(a.Reason, b.Reason))
	})
	if f.others > 0 {
		out = append(out, Refusals{Count: f.others})
	}
	return out
}
