package load_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/load"
)

const ms = time.Millisecond

func open(t testing.TB, rt *fakeRuntime, p load.Process, g workloads.Generator, sink load.Sink, o load.Options) *load.Driver {
	t.Helper()
	d, err := load.NewOpen(rt, load.NewSource(p, g), anywhere, sink, o)
	if err != nil {
		t.Fatal(err)
	}
	d.Start()
	return d
}

func run(t testing.TB, rt *fakeRuntime, d *load.Driver, until time.Duration) load.Stats {
	t.Helper()
	if err := rt.Run(context.Background(), until); err != nil {
		t.Fatal(err)
	}
	s := d.Finish()
	if s != d.Finish() {
		t.Error("Finish counts twice")
	}
	if sum := s.Answered + s.Refused + s.Lost + s.Unfinished + s.Dropped() + s.Outstanding; sum != s.Offered {
		t.Errorf("%d requests offered, %d accounted for: %+v", s.Offered, sum, s)
	}
	if sum := s.CasesDone + s.CasesEnded + s.CasesMissed + s.CasesOpen; sum != s.CasesBegun {
		t.Errorf("%d cases begun, %d accounted for: %+v", s.CasesBegun, sum, s)
	}
	return s
}

func percentile(j *journal, p int) time.Duration {
	var all []time.Duration
	for _, l := range j.answered {
		all = append(all, l)
	}
	slices.Sort(all)
	return all[(len(all)-1)*p/100]
}

// TestStallShowsInOpenLoop plants a stall of 2 s in a run of 10 s at a hundred requests a second: a
// fifth of all requests are due during it and must carry its remainder in their latency.
func TestStallShowsInOpenLoop(t *testing.T) {
	rt, j := newFake(ms), newJournal()
	rt.stall = [2]time.Duration{4 * time.Second, 6 * time.Second}
	d := open(t, rt, &paced{gap: 10 * ms, n: 1000}, &chains{steps: 1}, j, load.Options{Until: 20 * time.Second})
	s := run(t, rt, d, 20*time.Second)
	if s.Answered != 1000 || j.twice != 0 {
		t.Fatalf("%+v", s)
	}
	if p50 := percentile(j, 50); p50 != ms {
		t.Errorf("p50 %v, want the service time 1ms", p50)
	}
	// The queue of 200 drains nine times as fast as it fills: 222 requests wait, evenly from 2 s down to
	// nothing, so the slowest 100 of them wait above 2 s (1 - 100/222) = 1.1 s.
	if p90 := percentile(j, 90); p90 < 1050*ms || p90 > 1150*ms {
		t.Errorf("p90 %v, want about 1.1s", p90)
	}
	if p99 := percentile(j, 99); p99 < 1700*ms {
		t.Errorf("p99 %v, want near the stall's 2s", p99)
	}
}

// TestStallHidesInClosedLoop is the opposite: the same stall is met by each of the ten clients once,
// a hundredth of the requests, which is why the package warns of closed loops.
func TestStallHidesInClosedLoop(t *testing.T) {
	rt, j := newFake(ms), newJournal()
	rt.stall = [2]time.Duration{4 * time.Second, 6 * time.Second}
	clients := load.Clients{N: 10, Think: func() time.Duration { return 90 * ms }}
	d, err := load.NewClosed(rt, &chains{steps: 1}, clients, anywhere, j, load.Options{Until: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	d.Start()
	run(t, rt, d, 21*time.Second)
	slow := 0
	for _, l := range j.answered {
		if l > 100*ms {
			slow++
		}
	}
	if slow != 10 {
		t.Errorf("%d requests met the stall, want one for each of the 10 clients", slow)
	}
	if p99 := percentile(j, 99); p99 > 20*ms {
		t.Errorf("p99 %v: a closed loop was expected to hide the stall", p99)
	}
}

func TestOpenLoopKeepsIntendedTimes(t *testing.T) {
	rt, j := newFake(25*ms), newJournal() // slower than the load
	d := open(t, rt, &paced{gap: 10 * ms, n: 100}, &chains{steps: 1}, j, load.Options{Until: time.Second / 2})
	s := run(t, rt, d, 10*time.Second)
	if s.Offered != 49 || s.Answered != 49 {
		t.Fatalf("%+v: want the 49 requests before half a second", s)
	}
	for i, r := range j.offered {
		if want := 10 * ms * time.Duration(i+1); r.At != want || r.ID != uint64(i+1) {
			t.Errorf("request %d at %v with id %d, want %v", i, r.At, r.ID, want)
		}
		// The i-th answer comes after i+1 services: 25(i+1)+10, from the intended time 10(i+1).
		if got, want := j.answered[r.ID], 15*ms*time.Duration(i)+25*ms; got != want {
			t.Errorf("request %d: latency %v, want %v", i, got, want)
		}
	}
	for i, c := range rt.cmds {
		if c.ID != consensus.CommandID(i+1) {
			t.Errorf("command %d has id %d: want dense ids in order of submission", i, c.ID)
		}
		if int(c.Site) != (i+1)%3 || int(rt.entries[i]) != (i+1)%3 {
			t.Errorf("command %d entered at %d from %d, not where its agency is", i, rt.entries[i], c.Site)
		}
	}
}

func TestDroppedLoadIsCounted(t *testing.T) {
	rt, j := newFake(time.Second), newJournal()
	d := open(t, rt, &paced{gap: 10 * ms, n: 100}, &chains{steps: 1}, j, load.Options{Until: 2 * time.Second, MaxOutstanding: 10})
	s := run(t, rt, d, 5*time.Second)
	// Ten are taken at once, one more when the first is answered at 1.01 s is too late for the load.
	if s.Offered != 100 || s.DroppedOutstanding != 90 || s.Answered != 4 || s.Unfinished != 6 {
		t.Fatalf("%+v", s)
	}
	if len(rt.cmds) != 10 {
		t.Errorf("%d commands were sent, want 10", len(rt.cmds))
	}
	for id, o := range j.missed {
		if id > 10 && (o.Command != 0 || o.Reason != load.DroppedOutstanding || o.Status != consensus.Refused) {
			t.Errorf("request %d: %+v", id, o)
		}
	}
	if len(j.missed) != 96 || j.twice != 0 || d.Limited() {
		t.Errorf("%d missed, %d outcomes twice, limited %v", len(j.missed), j.twice, d.Limited())
	}
}

func TestSlowGeneratorIsNamed(t *testing.T) {
	rt, j := newFake(ms), newJournal()
	rt.late = 30 * ms
	d := open(t, rt, &paced{gap: 10 * ms, n: 100}, &chains{steps: 1}, j, load.Options{Until: 2 * time.Second, LagMax: 5 * ms})
	s := run(t, rt, d, 905*ms)
	if !d.Limited() || s.LagMax != 30*ms {
		t.Errorf("limited %v with a lag of %v, want 30ms", d.Limited(), s.LagMax)
	}
	// The generator's last round before the end was at 880 ms or so; what was due since is dropped.
	if s.Offered != 90 || s.DroppedLate == 0 || s.Answered+s.DroppedLate+s.Unfinished != 90 {
		t.Errorf("%+v: want the 90 requests intended by 905ms, the last of them dropped", s)
	}
	if l := j.answered[1]; l != 31*ms {
		t.Errorf("latency %v, want 31ms: it counts from the intended time", l)
	}
}

func TestCases(t *testing.T) {
	rt, j, g := newFake(5*ms), newJournal(), &chains{steps: 4, think: 100 * ms}
	d := open(t, rt, &paced{gap: 50 * ms, n: 20}, g, j, load.Options{Until: time.Hour})
	s := run(t, rt, d, time.Hour)
	if s.CasesBegun != 20 || s.CasesDone != 20 || s.Offered != 80 || len(g.seen) != 60 {
		t.Fatalf("%+v, followed %d times", s, len(g.seen))
	}
	for id, l := range j.cases {
		if l < 4*5*ms+3*100*ms || l > 500*ms {
			t.Errorf("case %d took %v, want four services and three thinks: 320ms and little waiting", id, l)
		}
	}
	for i := 1; i < len(j.offered); i++ {
		a, b := j.offered[i-1], j.offered[i]
		if a.At > b.At || a.At == b.At && a.ID > b.ID {
			t.Errorf("request %d at %v offered before %d at %v", a.ID, a.At, b.ID, b.At)
		}
	}
	seen := map[uint64]bool{}
	for _, r := range j.offered {
		if seen[r.ID] || r.ID == 0 || r.ID > 80 {
			t.Errorf("id %d is not dense", r.ID)
		}
		seen[r.ID] = true
	}
}

func TestCasesThatDoNotEndWell(t *testing.T) {
	rt, j := newFake(ms), newJournal()
	rt.refuse = func(c *consensus.Command) bool { return c.Op[0] == 3 }
	d := open(t, rt, &paced{gap: 10 * ms, n: 10}, &chains{steps: 4}, j, load.Options{Until: time.Minute})
	if s := run(t, rt, d, time.Minute); s.CasesMissed != 10 || s.Refused != 10 || s.Offered != 30 || len(j.cases) != 0 {
		t.Errorf("refused at the third step: %+v", s)
	}
	rt, j = newFake(ms), newJournal()
	d = open(t, rt, &paced{gap: 10 * ms, n: 10}, &chains{steps: 4, stop: true}, j, load.Options{Until: time.Minute})
	if s := run(t, rt, d, time.Minute); s.CasesEnded != 10 || s.Offered != 10 {
		t.Errorf("ended by the application: %+v", s)
	}
	rt, j = newFake(ms), newJournal()
	d = open(t, rt, &paced{gap: 10 * ms, n: 10}, &chains{steps: 2, think: time.Second}, j, load.Options{Until: 500 * ms})
	if s := run(t, rt, d, time.Minute); s.CasesOpen != 10 || s.Offered != 10 {
		t.Errorf("in a person's hands when the load ended: %+v", s)
	}
}

// TestInstantAnswers has neither service nor think time, so a whole case happens at one instant.
func TestInstantAnswers(t *testing.T) {
	rt, j := newFake(0), newJournal()
	d := open(t, rt, &paced{gap: 10 * ms, n: 10}, &chains{steps: 3}, j, load.Options{Until: time.Minute})
	if s := run(t, rt, d, time.Minute); s.CasesBegun != 10 || s.CasesDone != 10 || s.Offered != 30 {
		t.Errorf("%+v", s)
	}
}

func TestClosedLoopThroughput(t *testing.T) {
	// Five clients, 10 ms think and 1 ms service: each goes round in about 11 ms.
	rt, j := newFake(ms), newJournal()
	clients := load.Clients{N: 5, Think: func() time.Duration { return 10 * ms }, Ramp: 10 * ms}
	d, err := load.NewClosed(rt, &chains{steps: 1}, clients, anywhere, j, load.Options{Until: 11 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	d.Start()
	s := run(t, rt, d, 12*time.Second)
	if s.Answered < 4990 || s.Answered > 5000 || s.LagMax != 0 {
		t.Errorf("%+v: want about 5 requests in each of 1,000 rounds", s)
	}
	for i := 1; i < len(j.offered); i++ {
		if j.offered[i].ID != j.offered[i-1].ID+1 {
			t.Fatalf("ids are not dense in order of sending")
		}
	}
}

func TestClosedLoopSurvivesRefusal(t *testing.T) {
	rt, j := newFake(0), newJournal()
	rt.refuse = func(*consensus.Command) bool { return true }
	d, err := load.NewClosed(rt, &chains{steps: 1}, load.Clients{N: 3}, anywhere, j, load.Options{Until: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	d.Start()
	if s := run(t, rt, d, time.Second); s.Refused != 30 {
		t.Errorf("%+v: want ten tries a client", s)
	}
}

func TestClosedLoopCases(t *testing.T) {
	rt, j := newFake(ms), newJournal()
	clients := load.Clients{N: 2, Think: func() time.Duration { return 50 * ms }}
	d, err := load.NewClosed(rt, &chains{steps: 3, think: 20 * ms}, clients, anywhere, j, load.Options{Until: 10 * time.Second, MaxOutstanding: 5})
	if err != nil {
		t.Fatal(err)
	}
	d.Start()
	if s := run(t, rt, d, 11*time.Second); s.CasesDone < 200 || s.CasesDone > 220 || s.CasesMissed != 0 {
		t.Errorf("%+v: want two cases in each 93 ms", s)
	}
}

// TestDoneTwice plants the bug of a runtime that answers a command twice.
func TestDoneTwice(t *testing.T) {
	rt := newFake(ms)
	d := open(t, rt, &paced{gap: 10 * ms, n: 3}, &chains{steps: 1}, newJournal(), load.Options{Until: time.Minute})
	var first func(consensus.Outcome)
	rt.refuse = func(c *consensus.Command) bool {
		if c.ID == 1 {
			first = rt.open[1]
		}
		return false
	}
	run(t, rt, d, time.Minute)
	defer func() {
		if p := recover(); p == nil || !strings.Contains(p.(string), "a second time") {
			t.Errorf("a second answer went unnoticed: %v", p)
		}
	}()
	first(consensus.Outcome{Command: 1, Status: consensus.Answered})
}

func TestBadOptions(t *testing.T) {
	rt, j, src := newFake(ms), newJournal(), load.NewSource(&paced{}, &chains{})
	for _, o := range []load.Options{{}, {Until: -1}, {Until: 1, MaxOutstanding: -1}, {Until: 1, LagMax: -1}} {
		if _, err := load.NewOpen(rt, src, anywhere, j, o); err == nil {
			t.Errorf("%+v was accepted", o)
		}
	}
	if _, err := load.NewOpen(rt, nil, anywhere, j, load.Options{Until: 1}); err == nil {
		t.Error("no source was accepted")
	}
	if _, err := load.NewClosed(rt, &chains{}, load.Clients{}, anywhere, j, load.Options{Until: 1}); err == nil {
		t.Error("no clients were accepted")
	}
}

// nobody is a sink that drops everything.
type nobody struct{}

func (nobody) Offered(workloads.Request)                     {}
func (nobody) Answered(workloads.Request, consensus.Outcome) {}
func (nobody) Missed(workloads.Request, consensus.Outcome)   {}
func (nobody) CaseDone(uint64, time.Duration, time.Duration) {}

// instant is a runtime without a queue of its own: it answers at once, for benchmarks.
type instant struct {
	now  time.Duration
	next func()
	at   time.Duration
}

func (i *instant) Now() time.Duration            { return i.now }
func (i *instant) At(t time.Duration, fn func()) { i.at, i.next = t, fn }
func (i *instant) Submit(_ consensus.NodeID, cmd *consensus.Command, done func(consensus.Outcome)) {
	done(consensus.Outcome{Command: cmd.ID, Done: i.now})
}
func (i *instant) Run(context.Context, time.Duration) error {
	for i.next != nil {
		fn := i.next
		i.now, i.next = i.at, nil
		fn()
	}
	return nil
}

type fixed struct{ op []byte }

func (f fixed) Begin(at time.Duration) workloads.Request { return workloads.Request{At: at, Op: f.op} }
func (f fixed) Follow(workloads.Request, []byte, time.Duration) (workloads.Request, bool) {
	return workloads.Request{}, false
}

func BenchmarkOpenLoop(b *testing.B) {
	rt := &instant{}
	d, err := load.NewOpen(rt, load.NewSource(&paced{gap: 1000, n: b.N}, fixed{make([]byte, 100)}), anywhere, nobody{}, load.Options{Until: 1 << 60})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	d.Start()
	_ = rt.Run(context.Background(), 0)
	if d.Stats().Answered != uint64(b.N) {
		b.Fatal(d.Stats())
	}
}
