package load_test

import (
	"container/heap"
	"context"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/load"
)

// fakeRuntime is one server with a fixed service time in virtual time, and a planted stall.
type fakeRuntime struct {
	now     time.Duration
	seq     int
	events  events
	service time.Duration
	stall   [2]time.Duration // the server does nothing between the two
	idleAt  time.Duration
	refuse  func(cmd *consensus.Command) bool
	late    time.Duration // every At comes this much later: a slow load generator
	open    map[consensus.CommandID]func(consensus.Outcome)
	entries []consensus.NodeID
	cmds    []*consensus.Command
	answer  []byte
}

type event struct {
	at  time.Duration
	seq int
	fn  func()
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].seq < e[j].seq
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	x := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return x
}

func newFake(service time.Duration) *fakeRuntime {
	return &fakeRuntime{service: service, open: map[consensus.CommandID]func(consensus.Outcome){}}
}

func (f *fakeRuntime) Now() time.Duration { return f.now }

func (f *fakeRuntime) At(t time.Duration, fn func()) {
	f.seq++
	heap.Push(&f.events, event{max(t+f.late, f.now), f.seq, fn})
}

func (f *fakeRuntime) Submit(to consensus.NodeID, cmd *consensus.Command, done func(consensus.Outcome)) {
	f.entries = append(f.entries, to)
	f.cmds = append(f.cmds, cmd)
	f.open[cmd.ID] = done
	status, at := consensus.Answered, f.now
	if f.refuse != nil && f.refuse(cmd) {
		status = consensus.Refused
	} else {
		at = max(f.idleAt, f.now)
		if at >= f.stall[0] && at < f.stall[1] {
			at = f.stall[1]
		}
		at += f.service
		f.idleAt = at
	}
	f.seq++
	heap.Push(&f.events, event{at, f.seq, func() {
		delete(f.open, cmd.ID)
		done(consensus.Outcome{Command: cmd.ID, Status: status, Done: f.now, Result: f.answer})
	}})
}

func (f *fakeRuntime) Run(_ context.Context, until time.Duration) error {
	for len(f.events) > 0 && f.events[0].at <= until {
		e := heap.Pop(&f.events).(event)
		f.now = e.at
		e.fn()
	}
	f.now = until
	for id := consensus.CommandID(1); len(f.open) > 0; id++ {
		if done, ok := f.open[id]; ok {
			delete(f.open, id)
			done(consensus.Outcome{Command: id, Status: consensus.Unfinished, Done: until})
		}
	}
	return nil
}

// paced arrives every gap, n times, the first at the gap.
type paced struct {
	gap  time.Duration
	i, n int
}

func (p *paced) Next() (time.Duration, bool) {
	if p.i >= p.n {
		return 0, false
	}
	p.i++
	return p.gap * time.Duration(p.i), true
}

// chains generates cases of a given number of steps; with one step, requests of their own.
type chains struct {
	steps int
	think time.Duration
	cases uint64
	begun []time.Duration
	seen  []workloads.Request // requests given to Follow
	stop  bool                // the application ends every case at its first answer
}

func (c *chains) Begin(at time.Duration) workloads.Request {
	c.cases++
	c.begun = append(c.begun, at)
	r := workloads.Request{At: at, Agency: uint16(c.cases % 3), Op: []byte{1}}
	if c.steps > 1 {
		r.Case = c.cases
	}
	return r
}

func (c *chains) Follow(answered workloads.Request, _ []byte, now time.Duration) (workloads.Request, bool) {
	c.seen = append(c.seen, answered)
	if c.stop {
		return workloads.Request{}, false
	}
	step := answered.Op[0] + 1
	return workloads.Request{At: now + c.think, Agency: answered.Agency, Case: answered.Case,
		Last: int(step) == c.steps, Op: []byte{step}}, true
}

// journal is a sink that keeps everything.
type journal struct {
	offered  []workloads.Request
	answered map[uint64]time.Duration // latency from the intended time
	missed   map[uint64]consensus.Outcome
	cases    map[uint64]time.Duration
	twice    int
}

func newJournal() *journal {
	return &journal{answered: map[uint64]time.Duration{}, missed: map[uint64]consensus.Outcome{}, cases: map[uint64]time.Duration{}}
}

func (j *journal) end(id uint64) {
	_, a := j.answered[id]
	_, m := j.missed[id]
	if a || m {
		j.twice++
	}
}

func (j *journal) Offered(r workloads.Request) { j.offered = append(j.offered, r) }
func (j *journal) Answered(r workloads.Request, o consensus.Outcome) {
	j.end(r.ID)
	j.answered[r.ID] = o.Done - r.At
}
func (j *journal) Missed(r workloads.Request, o consensus.Outcome) {
	j.end(r.ID)
	j.missed[r.ID] = o
}
func (j *journal) CaseDone(id uint64, began, ended time.Duration) { j.cases[id] = ended - began }

func anywhere(agency uint16) load.Place {
	return load.Place{Site: consensus.SiteID(agency), Entry: consensus.NodeID(agency)}
}
