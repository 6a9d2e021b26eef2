package load

import (
	"errors"
	"fmt"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/workloads"
)

// Place is where an agency's requests come from and which replica they are handed to.
type Place struct {
	Site  consensus.SiteID
	Entry consensus.NodeID
}

// Sink hears of every request of a run: Offered once at (or after) its intended time and then, once,
// Answered or Missed. Requests must not be kept; their Op may be.
type Sink interface {
	// Offered says that r was due. Its intended time is r.At.
	Offered(r workloads.Request)
	// Answered says that the client of r may trust its answer. Its latency is o.Done - r.At.
	Answered(r workloads.Request, o consensus.Outcome)
	// Missed says that r was refused, lost or left unfinished. A request that the driver itself could
	// not send has o.Command 0, status Refused and one of the reasons DroppedOutstanding and DroppedLate.
	Missed(r workloads.Request, o consensus.Outcome)
	// CaseDone says that the last request of a case was answered.
	CaseDone(caseID uint64, began, ended time.Duration)
}

// Reasons of requests that the driver dropped.
const (
	DroppedOutstanding = "dropped: as many requests outstanding as the load driver allows"
	DroppedLate        = "dropped: the run ended before the load driver came to send it"
)

// Options of a driver.
type Options struct {
	// Until ends the load: no request is intended at or after it. It must be positive.
	Until time.Duration
	// MaxOutstanding is the number of requests without an outcome above which new ones are dropped
	// instead of sent; 0 is no limit.
	MaxOutstanding int
	// LagMax is how much later than intended a request may be sent before the load generator itself
	// counts as the limit of the run; see Driver.Limited. 0 is no limit. In virtual time the lag is
	// always zero.
	LagMax time.Duration
}

func (o Options) check() error {
	switch {
	case o.Until <= 0:
		return fmt.Errorf("load: until is %v: allowed is a time above zero", o.Until)
	case o.MaxOutstanding < 0:
		return fmt.Errorf("load: %d requests outstanding at most: allowed is 0 (no limit) or more", o.MaxOutstanding)
	case o.LagMax < 0:
		return fmt.Errorf("load: a lag of at most %v: allowed is 0 (no limit) or more", o.LagMax)
	}
	return nil
}

// Stats counts what a driver did. Every offered request is in exactly one of Answered, Refused, Lost,
// Unfinished, DroppedOutstanding, DroppedLate and Outstanding.
type Stats struct {
	Offered            uint64 // requests that were due
	Answered           uint64
	Refused            uint64 // by the group
	Lost               uint64 // by the group
	Unfinished         uint64 // still open when the run ended
	DroppedOutstanding uint64 // never sent: MaxOutstanding
	DroppedLate        uint64 // never sent: the run ended first
	Outstanding        uint64 // sent and still without an outcome
	Reads              uint64 // of the offered requests, queries

	CasesBegun  uint64
	CasesDone   uint64 // the last request was answered
	CasesEnded  uint64 // ended by the application before their last request, as a refused application is
	CasesMissed uint64 // a request of theirs was missed
	CasesOpen   uint64 // waiting for an answer, or in a person's hands when the load ended

	LagMax time.Duration // the largest delay of a send behind its intended time
}

// Dropped is the number of requests that the driver could not send.
func (s Stats) Dropped() uint64 { return s.DroppedOutstanding + s.DroppedLate }

// due is a request waiting for its intended time, or, with ID 0, a closed-loop client about to begin.
type due struct {
	req   workloads.Request
	began time.Duration // first intended time of its case
	first bool          // it begins a case or stands alone
	user  int32         // closed loop: whose turn it is
}

// flight is a request that was sent.
type flight struct {
	due
	open bool
}

// Driver offers load to a runtime. Its methods are called from the runtime's callbacks, or while the
// runtime does not run.
type Driver struct {
	rt      consensus.Runtime
	place   func(agency uint16) Place
	sink    Sink
	opts    Options
	arrive  workloads.Follower // nil: nothing arrives by itself
	follow  workloads.Follower
	closed  *closedLoop // nil: open loop
	next    due         // the arrival looked ahead at
	hasNext bool
	waiting dueHeap
	wake    time.Duration // time of the earliest pump that is scheduled
	wakes   bool
	over    bool

	lastCommand consensus.CommandID
	slab        []consensus.Command
	flights     flights
	stats       Stats

	pumpFn func()
	doneFn func(consensus.Outcome)
}

// NewOpen makes an open-loop driver of a source. place says where each agency's requests come from.
func NewOpen(rt consensus.Runtime, src workloads.Follower, place func(agency uint16) Place, sink Sink, opts Options) (*Driver, error) {
	if rt == nil || src == nil || place == nil || sink == nil {
		return nil, errors.New("load: a driver needs a runtime, a source, a placement and a sink")
	}
	if err := opts.check(); err != nil {
		return nil, err
	}
	d := &Driver{rt: rt, arrive: src, follow: src, place: place, sink: sink, opts: opts}
	d.bind()
	return d, nil
}

// bind makes the two callbacks once, so that no request costs a closure.
func (d *Driver) bind() {
	d.pumpFn, d.doneFn = d.pump, d.done
}

// Start schedules the load. Call it once, before the runtime runs.
func (d *Driver) Start() {
	if d.closed != nil {
		d.closed.start(d)
	}
	d.lookAhead()
	d.schedule()
}

// lookAhead fetches the next arrival.
func (d *Driver) lookAhead() {
	d.hasNext = false
	if d.arrive == nil {
		return
	}
	r, ok := d.arrive.Next()
	if !ok || r.At >= d.opts.Until {
		d.arrive = nil
		return
	}
	d.next, d.hasNext = due{req: r, began: r.At, first: true}, true
}

// peek returns the earliest request that waits for its time.
func (d *Driver) peek() (*due, bool) {
	switch {
	case len(d.waiting) == 0:
		return &d.next, d.hasNext
	case !d.hasNext || d.waiting[0].before(&d.next):
		return &d.waiting[0], true
	}
	return &d.next, true
}

// pop takes what peek showed.
func (d *Driver) pop() due {
	if len(d.waiting) > 0 && (!d.hasNext || d.waiting[0].before(&d.next)) {
		return d.waiting.pop()
	}
	first := d.next
	d.lookAhead()
	return first
}

// schedule makes sure that pump is called when the earliest request is due.
func (d *Driver) schedule() {
	first, ok := d.peek()
	if !ok || d.over || d.wakes && d.wake <= first.req.At {
		return
	}
	d.wake, d.wakes = first.req.At, true
	d.rt.At(d.wake, d.pumpFn)
}

// pump offers everything that is due.
func (d *Driver) pump() {
	if d.over {
		return
	}
	now := d.rt.Now()
	if d.wakes && d.wake <= now {
		d.wakes = false
	}
	for {
		first, ok := d.peek()
		if !ok || first.req.At > now {
			break
		}
		d.offer(d.pop(), now)
	}
	d.schedule()
}

// offer sends one request, or drops it.
func (d *Driver) offer(w due, now time.Duration) {
	if w.req.ID == 0 {
		w = d.closed.begin(w)
	}
	d.count(&w)
	if d.opts.MaxOutstanding > 0 && d.stats.Outstanding >= uint64(d.opts.MaxOutstanding) {
		d.stats.DroppedOutstanding++
		d.drop(w, DroppedOutstanding, now)
		if d.closed != nil {
			d.closed.again(d, w.user, now, true)
		}
		return
	}
	d.stats.LagMax = max(d.stats.LagMax, now-w.req.At)
	d.lastCommand++
	d.stats.Outstanding++
	d.flights.add(w)
	at := d.place(w.req.Agency)
	cmd := d.command()
	*cmd = consensus.Command{ID: d.lastCommand, Site: at.Site, Read: w.req.Read, Op: w.req.Op}
	d.rt.Submit(at.Entry, cmd, d.doneFn)
}

// count reports that a request was due.
func (d *Driver) count(w *due) {
	d.stats.Offered++
	if w.req.Read {
		d.stats.Reads++
	}
	if w.req.Case != 0 && w.first {
		d.stats.CasesBegun++
		d.stats.CasesOpen++
	}
	d.sink.Offered(w.req)
}

func (d *Driver) drop(w due, reason string, now time.Duration) {
	o := consensus.Outcome{Status: consensus.Refused, Reason: reason, Done: now}
	d.sink.Missed(w.req, o)
	d.missedCase(&w)
}

func (d *Driver) missedCase(w *due) {
	if w.req.Case != 0 {
		d.stats.CasesOpen--
		d.stats.CasesMissed++
	}
}

const slabCommands = 512

// command takes a command from the slab. Commands outlive the driver, because replicas share them.
func (d *Driver) command() *consensus.Command {
	if len(d.slab) == 0 {
		d.slab = make([]consensus.Command, slabCommands)
	}
	c := &d.slab[0]
	d.slab = d.slab[1:]
	return c
}

// done takes the outcome of a command.
func (d *Driver) done(o consensus.Outcome) {
	f, ok := d.flights.take(o.Command)
	if !ok {
		panic(fmt.Sprintf("load: the runtime called done a second time, or for no command of its driver: command %d", o.Command))
	}
	d.stats.Outstanding--
	if o.Status != consensus.Answered {
		d.missed(&f, o)
		return
	}
	d.stats.Answered++
	d.sink.Answered(f.req, o)
	if f.req.Case != 0 && d.goesOn(&f, o) {
		return
	}
	if d.closed != nil {
		d.closed.again(d, f.user, o.Done, false)
		d.schedule()
	}
}

// goesOn ends a case or puts its next request in line, and reports whether it did the latter.
func (d *Driver) goesOn(f *due, o consensus.Outcome) bool {
	if f.req.Last {
		d.stats.CasesOpen--
		d.stats.CasesDone++
		d.sink.CaseDone(f.req.Case, f.began, o.Done)
		return false
	}
	r, ok := d.follow.Follow(f.req, o.Result, o.Done)
	if !ok {
		d.stats.CasesOpen--
		d.stats.CasesEnded++
		return false
	}
	if r.At < o.Done {
		r.At = o.Done // nobody asks before the answer that made them ask
	}
	if r.At < d.opts.Until { // else the case stays open
		d.waiting.push(due{req: r, began: f.began, user: f.user})
		d.schedule()
	}
	return true
}

func (d *Driver) missed(f *due, o consensus.Outcome) {
	switch o.Status {
	case consensus.Refused:
		d.stats.Refused++
	case consensus.Unfinished:
		d.stats.Unfinished++
		d.sink.Missed(f.req, o)
		return // the run is over; a case of it stays open
	default:
		d.stats.Lost++
	}
	d.sink.Missed(f.req, o)
	d.missedCase(f)
	if d.closed != nil {
		d.closed.again(d, f.user, o.Done, true)
		d.schedule()
	}
}

// Finish ends the load after the runtime ran: requests whose intended time passed without their
// being sent count as dropped. It returns the final counts and may be called again.
func (d *Driver) Finish() Stats {
	if d.over {
		return d.stats
	}
	d.over = true
	now := d.rt.Now()
	for {
		first, ok := d.peek()
		if !ok || first.req.At > now {
			return d.stats
		}
		w := d.pop()
		if w.req.ID == 0 {
			continue // a closed-loop client that had not begun has intended nothing
		}
		d.count(&w)
		d.stats.DroppedLate++
		d.drop(w, DroppedLate, now)
	}
}

// Stats returns the counts so far.
func (d *Driver) Stats() Stats { return d.stats }

// Limited reports whether the load generator was the limit of the run: it sent a request later than
// Options.LagMax after its intended time, or dropped one because the run ended first.
func (d *Driver) Limited() bool {
	return d.opts.LagMax > 0 && d.stats.LagMax > d.opts.LagMax || d.stats.DroppedLate > 0
}
