package scenarios

import (
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/arrival"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// wholeCity is the whole catalogue as one workload.
func wholeCity(t testing.TB) *Workload {
	t.Helper()
	m, err := FindMixed(SelectAll)
	if err != nil {
		t.Fatal(err)
	}
	return mixedWorkload(t, m)
}

func mixedWorkload(t testing.TB, m *Mixed) *Workload {
	t.Helper()
	var members []*Workload
	for _, s := range m.Scenarios() {
		w, err := s.Workload()
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, w)
	}
	w, err := m.Workload(members)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// BenchmarkMixSource measures how fast the whole city's requests are made: its arrivals in the order of time,
// each with its operation.
func BenchmarkMixSource(b *testing.B) {
	w := wholeCity(b)
	src, err := w.NewSource(1, arrival.PerSecond(uint64(b.N)*4), time.Second)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	from := programtest.CPUTime()
	for range b.N {
		if _, ok := src.Next(); !ok {
			b.Fatal("the source ran dry")
		}
	}
	b.ReportMetric(float64(b.N)/(programtest.CPUTime()-from).Seconds(), "requests/cpu-s")
}

// script plays requests, follow-ups included, against an app of its own and hands the transactions to apply
// in chunks, so that only apply is measured.
type script struct {
	src     workloads.Follower
	app     workloads.App
	next    workloads.Request
	more    bool
	pending []workloads.Request // a heap in order of At, then ID
}

func newScript(b *testing.B, w *Workload, requests uint64) *script {
	const rate = 2000
	src, err := w.NewSource(1, arrival.PerSecond(rate), time.Duration(requests/rate+60)*time.Second)
	if err != nil {
		b.Fatal(err)
	}
	s := &script{src: src, app: w.Program.App()}
	s.next, s.more = src.Next()
	return s
}

func earlier(a, b workloads.Request) bool { return a.At < b.At || a.At == b.At && a.ID < b.ID }

// pop takes the earliest request.
func (s *script) pop() (workloads.Request, bool) {
	if len(s.pending) == 0 || s.more && earlier(s.next, s.pending[0]) {
		r, ok := s.next, s.more
		s.next, s.more = s.src.Next()
		return r, ok
	}
	h := s.pending
	first, last := h[0], len(h)-1
	h[0] = h[last]
	h = h[:last]
	for i := 0; 2*i+1 < last; {
		c := 2*i + 1
		if c+1 < last && earlier(h[c+1], h[c]) {
			c++
		}
		if !earlier(h[c], h[i]) {
			break
		}
		h[i], h[c] = h[c], h[i]
		i = c
	}
	s.pending = h
	return first, true
}

func (s *script) push(r workloads.Request) {
	s.pending = append(s.pending, r)
	for i := len(s.pending) - 1; i > 0 && earlier(s.pending[i], s.pending[(i-1)/2]); i = (i - 1) / 2 {
		s.pending[i], s.pending[(i-1)/2] = s.pending[(i-1)/2], s.pending[i]
	}
}

// ops makes the next transactions.
func (s *script) ops(b *testing.B, n int, into [][]byte) [][]byte {
	const answerAfter = 50 * time.Millisecond
	for len(into) < n {
		r, ok := s.pop()
		if !ok {
			b.Fatal("the source ran dry")
		}
		answer := programtest.Apply(s.app, r.Op, r.Read)
		if !r.Read {
			into = append(into, r.Op)
		}
		if r.Case == 0 || r.Last {
			continue
		}
		if f, ok := s.src.Follow(r, answer, r.At+answerAfter); ok {
			f.At = max(f.At, r.At+answerAfter)
			s.push(f)
		}
	}
	return into
}

// BenchmarkMixApply measures the execution of the whole city's transactions on one chain, in the order of
// their arrival at 2,000 requests a second, with a state root for each block of 500.
func BenchmarkMixApply(b *testing.B) {
	const blockOps, chunk = 500, 100_000
	w := wholeCity(b)
	s := newScript(b, w, 50*uint64(b.N)+100_000)
	app := w.Program.App()
	used := time.Duration(0)
	var ops [][]byte
	b.ReportAllocs()
	b.ResetTimer()
	for done := 0; done < b.N; {
		b.StopTimer()
		ops = s.ops(b, min(chunk, b.N-done), ops[:0])
		b.StartTimer()
		from := programtest.CPUTime()
		for i, op := range ops {
			app.Apply(op)
			if (done+i)%blockOps == blockOps-1 {
				app.Digest()
			}
		}
		used += programtest.CPUTime() - from
		done += len(ops)
	}
	b.ReportMetric(float64(b.N)/used.Seconds(), "ops/cpu-s")
}
